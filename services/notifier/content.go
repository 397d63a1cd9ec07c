package notifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
)

// content gathers what a notification tells.
func (s *Service) content(ctx context.Context, st *episode.State, n episode.Notification, alerts []kulkul.Alert) (render.Content, error) {
	best, since := strongest(alerts)
	c := render.Content{Flashpoint: st.Flashpoint, Name: s.names.Name(st.Flashpoint), Episode: st.Number, Kind: n.Kind, Urgent: n.Urgent,
		Level: n.Level, At: n.At, Alerts: alerts, Silences: s.told(n.Silences), Names: s.areas(alerts)}
	if n.Kind == "resolved" && st.Closed != "" {
		c.Closed = s.person(st.Closed)
	}
	var failed [5]error
	var found []kulkul.Tagged
	found, failed[0] = s.behind(ctx, alerts)
	c.Items, c.Publishers = s.items(best, found), s.publishers(found)
	c.Series, failed[1] = s.series(ctx, best)
	c.Earlier, failed[2] = s.earlier(ctx, st.Flashpoint, st.Number)
	c.Opinions, failed[3] = s.opinions(ctx, st.Flashpoint, since)
	c.Concerns, failed[4] = s.concerns(ctx, best, found)
	if err := errors.Join(failed[:]...); err != nil {
		return c, fmt.Errorf("read what is known of %s: %w", st.Flashpoint, err)
	}
	return c, nil
}

// strongest gives the alert of the highest level that no other explains, the
// first by area where there are several, and when the first of them began.
func strongest(alerts []kulkul.Alert) (best kulkul.Alert, since time.Time) {
	for _, a := range alerts {
		if since.IsZero() || a.Since.Before(since) {
			since = a.Since
		}
		if a.Inhibited != "" || a.Level < best.Level || (a.Level == best.Level && best.Key.Area != "" && a.Key.Area >= best.Key.Area) {
			continue
		}
		best = a
	}
	return best, since
}

// areas names the areas of the alerts.
func (s *Service) areas(alerts []kulkul.Alert) map[string]string {
	names := map[string]string{}
	for _, a := range alerts {
		if a.Key.Area != kulkul.Any {
			names[a.Key.Area] = s.names.Name(a.Key.Area)
		}
	}
	return names
}
