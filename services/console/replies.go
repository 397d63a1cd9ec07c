package console

import (
	"net/http"

	"github.com/kulkul-ews/kulkul/services/console/review"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// settle takes an analyst's word on a mail that came back and was not taken as
// it is: accepted, it says what it would have said, under the same ids.
func (s *Service) settle(accept bool) http.Handler {
	return s.decision(func(r *http.Request, c review.Context) (kulkul.Review, string, error) {
		waiting, err := s.view.Reply(r.Context(), r.PathValue("id"))
		if err != nil {
			return kulkul.Review{}, "", err
		}
		answer, settled, err := c.OfReply(waiting, accept)
		if err != nil {
			return kulkul.Review{}, "", err
		}
		// The answer goes first: a crash in between leaves the mail waiting, and
		// accepting it again says the same.
		for _, a := range answer {
			if err := review.Send(r.Context(), s.deps.Bus, a); err != nil {
				return kulkul.Review{}, "", err
			}
		}
		return settled, "/rejections", nil
	})
}
