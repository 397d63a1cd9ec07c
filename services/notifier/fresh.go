package notifier

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/notifier/render"
)

// fresh is how long reports are told as they were read: at a decision, or anew.
const fresh = time.Minute

// reading is what was read anew of a notification's reports, and when.
type reading struct {
	at         time.Time
	items      []render.Item
	publishers map[string]render.Publisher
}

// readings keeps what was read anew for as long as it is fresh, so that a
// notification's many mails need not each read it.
type readings struct {
	mu    sync.Mutex
	byKey map[string]reading // by the content's key
}

// refresh reads the reports behind a notification anew where its mail waited
// (for quiet hours to end, for the relay): what was withdrawn, closed or put
// under embargo since is not told.
func (s *Service) refresh(ctx context.Context, key string, c *render.Content, now time.Time) error {
	if len(c.Alerts) == 0 || now.Sub(c.At) < fresh {
		return nil
	}
	s.readings.mu.Lock()
	defer s.readings.mu.Unlock()
	old := func(_ string, r reading) bool { return now.Sub(r.at) >= fresh }
	maps.DeleteFunc(s.readings.byKey, old)
	r, ok := s.readings.byKey[key]
	if !ok {
		found, err := s.behind(ctx, c.Alerts)
		if err != nil {
			return fmt.Errorf("read the reports anew: %w", err)
		}
		best, _ := strongest(c.Alerts)
		r = reading{at: now, items: s.items(best, found), publishers: s.publishers(found)}
		s.readings.byKey[key] = r
	}
	c.Items, c.Publishers = r.items, r.publishers
	return nil
}
