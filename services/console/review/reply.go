package review

import (
	"net/url"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// OfReply gives a user's word on a mail that waits, and what the mail then says:
// nothing where it is discarded.
func (c Context) OfReply(waiting kulkul.Review, accept bool) ([]kulkul.Review, kulkul.Review, error) {
	settled, err := c.start(kulkul.Settle, url.Values{}, waiting.ID)
	if err != nil {
		return nil, settled, err
	}
	settled.Settles, settled.Delivery, settled.Text = waiting.ID, waiting.Delivery, "discarded"
	if !accept {
		return nil, settled, nil
	}
	if waiting.Reply == nil || len(waiting.Reply.Answer) == 0 {
		return nil, settled, Fault("Nothing can be made of this mail; it can only be discarded.")
	}
	settled.Text = "accepted"
	return waiting.Reply.Answer, settled, nil
}
