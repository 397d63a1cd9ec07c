package notifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// shown is how many items a mail shows.
const shown = 3

// content gathers what a notification tells.
func (s *Service) content(ctx context.Context, st *episode.State, n episode.Notification, alerts []kulkul.Alert) (render.Content, error) {
	best, since := strongest(alerts)
	c := render.Content{Flashpoint: st.Flashpoint, Name: s.names.Name(st.Flashpoint), Episode: st.Number, Kind: n.Kind,
		Level: n.Level, At: n.At, Alerts: alerts, Silences: s.told(n.Silences), Names: s.areas(alerts)}
	var failed [4]error
	c.Items, failed[0] = s.items(ctx, best)
	c.Series, failed[1] = s.series(ctx, best)
	c.Earlier, failed[2] = s.earlier(ctx, st.Flashpoint, st.Number)
	c.Opinions, failed[3] = s.opinions(ctx, st.Flashpoint, since)
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

// items reads the items to show: the first ones of the alert that every reader
// of mails may see.
func (s *Service) items(ctx context.Context, best kulkul.Alert) ([]render.Item, error) {
	if len(best.Items) == 0 {
		return nil, nil
	}
	view := store.View{Handling: kulkul.EEPs, Now: s.deps.Now()}
	found, err := s.deps.Store.ItemsByID(ctx, view, best.Taxonomy, best.Items)
	if err != nil {
		return nil, err
	}
	var out []render.Item
	owners := map[string]bool{}
	for _, t := range found { // one of each publisher: breadth says more than volume
		if len(out) == shown || owners[t.Owner] {
			continue
		}
		owners[t.Owner] = true
		publisher := t.Item.Source
		if src, ok := s.deps.Settings.Current().Source(t.Item.Source); ok {
			publisher = src.Name
		}
		out = append(out, render.Item{Title: t.Item.Title, Link: t.Item.Link, Publisher: publisher,
			Language: t.Item.Language, Published: t.Item.Published})
	}
	return out, nil
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
