package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// episode is the life of one alert in five steps, two of them in one instant.
func episode(t testing.TB, key kulkul.AlertKey, number int, on string) []kulkul.AlertEvent {
	t.Helper()
	at := instantOf(t, on)
	a := kulkul.Alert{Key: key, Episode: number, State: kulkul.Pending, Level: kulkul.Watch, Peak: kulkul.Watch,
		Since: at, UpdatedAt: at, Indicators: "i1", Taxonomy: "t1", Items: []string{"item-1", "item-2"},
		Reasons: []kulkul.Reason{{Indicator: "stories", Detector: "threshold", Day: kulkul.DayOf(at), Window: 1, Observed: 9,
			Expected: 2.25, Bound: 5, Score: 3, Owners: []string{"a", "b"}, Countries: []string{"SG"}, Weight: 1.6, Level: kulkul.Watch, Text: "Nine stories."}}}
	var out []kulkul.AlertEvent
	step := func(change kulkul.Change, from kulkul.Level, after time.Duration) {
		e := kulkul.AlertEvent{At: at.Add(after), Change: change, From: from, Alert: a}
		e.Alert.UpdatedAt = e.At
		e.ID = kulkul.EventID(a, change, len(out))
		out = append(out, e)
	}
	step(kulkul.Opened, kulkul.NoLevel, 0)
	a.State, a.FiredAt, a.FlashpointEpisode = kulkul.Firing, at, number+10
	step(kulkul.Fired, kulkul.Watch, 0)
	a.Level, a.Peak = kulkul.High, kulkul.High
	step(kulkul.Worsened, kulkul.Watch, time.Hour)
	a.State = kulkul.Recovering
	step(kulkul.Recovered, kulkul.High, 2*time.Hour)
	a.State, a.Level, a.ResolvedAt = kulkul.Resolved, kulkul.NoLevel, at.Add(3*time.Hour)
	step(kulkul.Closed, kulkul.High, 3*time.Hour)
	return out
}

func TestAlerts(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	key := kulkul.AlertKey{Flashpoint: "papua", Area: "human-rights", Group: "stories"}
	total := kulkul.AlertKey{Flashpoint: "papua", Area: kulkul.Any, Group: "stories"}
	first, second := episode(t, key, 1, "2026-01-05 02:00"), episode(t, key, 2, "2026-02-05 02:00")[:3]
	other := episode(t, total, 1, "2026-02-06 02:00")[:2]
	other[1].Retrospective, other[0].Retrospective = true, true
	all := slices.Concat(first, second, other)
	newest := slices.Clone(all)
	slices.Reverse(newest)
	written(t, newest, func(e []kulkul.AlertEvent) error { return s.Writer().WriteAlerts(ctx, e) },
		func() ([]kulkul.AlertEvent, error) { return s.AlertEvents(ctx, AlertFilter{}) })

	history, err := s.AlertHistory(ctx, key)
	must(t, err)
	if diff := cmp.Diff(slices.Concat(first, second), history); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	alerts, err := s.Alerts(ctx, AlertFilter{})
	must(t, err)
	want := []kulkul.Alert{other[1].Alert, second[2].Alert, first[4].Alert}
	if diff := cmp.Diff(want, alerts); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

func TestAlertFilters(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	key := kulkul.AlertKey{Flashpoint: "papua", Area: "human-rights", Group: "stories"}
	total := kulkul.AlertKey{Flashpoint: kulkul.Any, Area: "terrorism", Group: "sparse"}
	done, open := episode(t, key, 1, "2026-01-05 02:00"), episode(t, total, 1, "2026-02-05 02:00")[:3]
	open[0].Retrospective, open[1].Retrospective, open[2].Retrospective = true, true, true
	must(t, s.Writer().WriteAlerts(ctx, slices.Concat(done, open)))
	for name, c := range map[string]struct {
		f              AlertFilter
		events, alerts int
	}{
		"all":                {AlertFilter{}, 8, 2},
		"key":                {AlertFilter{Key: &key}, 5, 1},
		"flashpoint":         {AlertFilter{Flashpoint: kulkul.Any}, 3, 1},
		"area":               {AlertFilter{Area: "human-rights"}, 5, 1},
		"group":              {AlertFilter{Group: "sparse"}, 3, 1},
		"episode":            {AlertFilter{Alert: done[0].Alert.ID()}, 5, 1},
		"flashpoint episode": {AlertFilter{FlashpointEpisode: 11, Flashpoint: "papua"}, 4, 1},
		"firing":             {AlertFilter{States: []kulkul.State{kulkul.Firing}}, 4, 1},
		"resolved":           {AlertFilter{States: []kulkul.State{kulkul.Resolved, kulkul.Pending}}, 3, 1},
		"high":               {AlertFilter{Level: kulkul.High}, 3, 1},
		"live":               {AlertFilter{Live: true}, 5, 1},
		"item":               {AlertFilter{Item: "item-2"}, 8, 2},
		"no item":            {AlertFilter{Item: "item-3"}, 0, 0},
		"at":                 {AlertFilter{At: Span{From: done[4].At, To: open[0].At}}, 1, 1},
		"limit":              {AlertFilter{Limit: 1}, 1, 1},
	} {
		events, err := s.AlertEvents(ctx, c.f)
		must(t, err)
		alerts, err := s.Alerts(ctx, c.f)
		must(t, err)
		if len(events) != c.events || len(alerts) != c.alerts {
			t.Errorf("%s: %d events and %d alerts, want %d and %d", name, len(events), len(alerts), c.events, c.alerts)
		}
	}
}
