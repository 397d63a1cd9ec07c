package console

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// alarm is an invented alert of the world.
type alarm struct {
	flashpoint, area string
	level            kulkul.Level
	state            kulkul.State
	hours            int // since it opened
	ack              string
	observed         float64
	expected         float64
	owners           []string
	countries        []string
	inhibited        bool
}

func alarms() []alarm {
	wide := []string{"ledger-group", "luzon-post", "manila-seminar", "vien-bien", "pearl-house", "southern-cross"}
	return []alarm{
		{"south-china-sea", "maritime-security", kulkul.High, kulkul.Firing, 30, "", 13, 2.7, wide, []string{"AU", "CN", "PH", "SG", "VN"}, false},
		{"south-china-sea", "territorial-disputes", kulkul.Elevated, kulkul.Firing, 22, "marta", 9, 2.4, wide[:3], []string{"PH", "SG"}, false},
		{"thailand-cambodia-border", "territorial-disputes", kulkul.Critical, kulkul.Firing, 70, "", 16, 1.2,
			[]string{"siam-courier", "angkor-press", "ledger-group", "mekong-trust", "nusa-media"}, []string{"ID", "KH", "SG", "TH"}, false},
		{"thailand-cambodia-border", "movement-of-peoples", kulkul.High, kulkul.Firing, 50, "", 5, 0.2, []string{"siam-courier", "angkor-press", "mekong-trust"}, []string{"KH", "TH"}, false},
		{"thailand-cambodia-border", kulkul.Any, kulkul.High, kulkul.Firing, 48, "", 22, 2.1, []string{"siam-courier", "angkor-press"}, []string{"KH", "TH"}, true},
		{"korean-peninsula", "arms-proliferation", kulkul.Watch, kulkul.Firing, 9, "", 4, 1.4, []string{"hanseong-institute", "tokai-foundation"}, []string{"JP", "KR"}, false},
		{"mekong-basin", "environment", kulkul.Watch, kulkul.Recovering, 120, "marta", 3, 1.1, []string{"mekong-trust"}, []string{"TH"}, false},
		{"myanmar-conflict", "human-rights", kulkul.Elevated, kulkul.Resolved, 400, "marta", 6, 1.9, []string{"yangon-log", "bay-bulletin"}, []string{"BD", "MM"}, false},
		{"rakhine", "movement-of-peoples", kulkul.Watch, kulkul.Pending, 2, "", 3, 1.0, []string{"bay-bulletin"}, []string{"BD"}, false},
	}
}

// count takes the alarm's figures from the items of the last seven days, where
// they have any: of each story its first item's publisher counts, as in series.
func (a *alarm) count(today kulkul.Day, items []kulkul.Tagged) {
	stories, owners, countries := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, i := range items {
		if i.Item.Day() > today-7 && !stories[i.Story] && slices.ContainsFunc(i.Pairs(), func(p kulkul.Pair) bool {
			return p.Flashpoint == a.flashpoint && (p.Area == a.area || a.area == kulkul.Any)
		}) {
			stories[i.Story], owners[i.Owner], countries[i.Country] = true, true, true
		}
	}
	if len(stories) > 0 {
		a.observed, a.owners, a.countries = float64(len(stories)), slices.Sorted(maps.Keys(owners)), slices.Sorted(maps.Keys(countries))
	}
}

// alertOf makes the alert of an alarm, firing on the newest items of its pair.
func alertOf(a alarm, now time.Time, items []kulkul.Tagged) kulkul.Alert {
	since := now.Add(-time.Duration(a.hours) * time.Hour).UTC().Truncate(time.Second)
	a.count(kulkul.DayOf(now), items)
	alert := kulkul.Alert{
		Key: kulkul.AlertKey{Flashpoint: a.flashpoint, Area: a.area, Group: "volume"}, Episode: 2, State: a.state,
		Level: a.level, Peak: a.level, Since: since, UpdatedAt: since.Add(time.Hour), Indicators: "b41f90aa12", Taxonomy: tax,
		Reasons: []kulkul.Reason{{
			Indicator: "daily-rise", Detector: "farringtonFlexible", Day: kulkul.DayOf(now), Window: 7, Observed: a.observed,
			Expected: a.expected, Bound: a.expected*2 + 1.5, Score: a.observed / 2, Owners: a.owners, Countries: a.countries, Level: a.level,
			Text: fmt.Sprintf("%.0f stories from %d independent publishers in 7 days, where %.1f were expected.", a.observed, len(a.owners), a.expected),
		}},
	}
	if a.state != kulkul.Pending {
		alert.FiredAt, alert.FlashpointEpisode = since.Add(30*time.Minute), 3
	}
	if a.state == kulkul.Recovering {
		alert.RecoveringAt = now.Add(-5 * time.Hour)
	}
	if a.state == kulkul.Resolved {
		alert.ResolvedAt = now.Add(-200 * time.Hour)
	}
	if a.ack != "" {
		alert.Acknowledged, alert.AcknowledgedAt = a.ack, since.Add(2*time.Hour)
	}
	for i := len(items) - 1; i >= 0 && len(alert.Items) < 6; i-- {
		for _, p := range items[i].Pairs() {
			if p.Flashpoint == a.flashpoint && (p.Area == a.area || a.area == kulkul.Any) {
				alert.Items = append(alert.Items, items[i].Item.ID)
				break
			}
		}
	}
	return alert
}

// life is the events that led to an alert.
func life(a kulkul.Alert) []kulkul.AlertEvent {
	step := func(n int, at time.Time, change kulkul.Change, state kulkul.State, level kulkul.Level, by string) kulkul.AlertEvent {
		then := a
		then.State, then.Level, then.UpdatedAt = state, level, at
		return kulkul.AlertEvent{ID: kulkul.EventID(a, change, n), At: at, Change: change, Alert: then, By: by}
	}
	events := []kulkul.AlertEvent{step(1, a.Since, kulkul.Opened, kulkul.Pending, kulkul.Watch, "")}
	if a.State == kulkul.Pending {
		return events
	}
	events = append(events, step(2, a.FiredAt, kulkul.Fired, kulkul.Firing, min(a.Level, kulkul.Elevated), ""))
	if a.Acknowledged != "" {
		events = append(events, step(3, a.AcknowledgedAt, kulkul.Acknowledged, kulkul.Firing, min(a.Level, kulkul.Elevated), a.Acknowledged))
	}
	if a.Level > kulkul.Elevated {
		events = append(events, step(4, a.FiredAt.Add(5*time.Hour), kulkul.Worsened, kulkul.Firing, a.Level, ""))
	}
	if a.State == kulkul.Recovering {
		events = append(events, step(5, a.RecoveringAt, kulkul.Recovered, kulkul.Recovering, a.Level, ""))
	}
	if a.State == kulkul.Resolved {
		events = append(events, step(6, a.ResolvedAt, kulkul.Closed, kulkul.Resolved, a.Level, ""))
	}
	return events
}
