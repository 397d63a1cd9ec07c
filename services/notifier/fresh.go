package notifier

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/notifier/render"
)

// fresh is how long after a decision its reports are told as they were read then.
const fresh = time.Minute

// refresh reads the reports behind a notification anew where its mail waited
// (for quiet hours to end, for the relay): what was withdrawn, closed or put
// under embargo since is not told.
func (s *Service) refresh(ctx context.Context, c *render.Content, now time.Time) error {
	if len(c.Alerts) == 0 || now.Sub(c.At) < fresh {
		return nil
	}
	found, err := s.behind(ctx, c.Alerts)
	if err != nil {
		return fmt.Errorf("read the reports anew: %w", err)
	}
	best, _ := strongest(c.Alerts)
	c.Items, c.Publishers = s.items(best, found), s.publishers(found)
	return nil
}
