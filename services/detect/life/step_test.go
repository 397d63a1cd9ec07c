package life

import (
	"reflect"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestGates(t *testing.T) {
	owners := func(n int) []string { return []string{"a", "b", "c", "d", "e"}[:n] }
	two := []string{"ID", "PG"}
	for _, c := range []struct {
		name string
		e    Evidence
		want kulkul.Level
	}{
		{"one owner", Evidence{Stories: 9, Owners: owners(1), Countries: two[:1], Days: 3, Ratio: 9}, kulkul.Watch},
		{"two owners of one country", Evidence{Stories: 9, Owners: owners(2), Countries: two[:1], Days: 3, Ratio: 9}, kulkul.Elevated},
		{"two owners whose countries are unknown", Evidence{Stories: 9, Owners: owners(2), Days: 3, Ratio: 9}, kulkul.Elevated},
		{"two countries, two stories on one day by one detector", Evidence{Stories: 2, Owners: owners(2), Countries: two, Days: 1, Detectors: 1}, kulkul.Elevated},
		{"two countries and two days", Evidence{Stories: 2, Owners: owners(2), Countries: two, Days: 2}, kulkul.High},
		{"two countries and two detectors", Evidence{Stories: 2, Owners: owners(2), Countries: two, Detectors: 2}, kulkul.High},
		{"two countries and three stories", Evidence{Stories: 3, Owners: owners(2), Countries: two}, kulkul.High},
		{"five owners, less than three times", Evidence{Stories: 9, Owners: owners(5), Countries: two, Ratio: 2.9}, kulkul.High},
		{"five owners, three times", Evidence{Stories: 9, Owners: owners(5), Countries: two, Ratio: 3}, kulkul.Critical},
		{"five owners of one country", Evidence{Stories: 9, Owners: owners(5), Countries: two[:1], Ratio: 9, Days: 5}, kulkul.Elevated},
	} {
		if got := DefaultGates().Level(c.e); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// tell is one step of a script: hours after the start, what was found, what
// should be told.
type tell struct {
	hours int
	mode  Mode
	f     Finding
	want  []kulkul.Change
	state kulkul.State
	level kulkul.Level
}

var (
	key    = kulkul.AlertKey{Flashpoint: "papua", Area: "terrorism", Group: "reports"}
	quiet  = Finding{Key: key, Calm: true, Cap: kulkul.Critical}
	middle = Finding{Key: key, Cap: kulkul.Critical}
	watch  = Finding{Key: key, Alarm: true, Cap: kulkul.Critical, Evidence: Evidence{Stories: 2, Owners: []string{"a"}}}
	strong = Finding{Key: key, Alarm: true, Cap: kulkul.Critical, Evidence: Evidence{Stories: 4, Owners: []string{"a", "b"}, Countries: []string{"ID", "PG"}}}
)

func held(f Finding, d time.Duration) Finding { f.Hold = d; return f }
func capped(f Finding, l kulkul.Level) Finding {
	f.Cap = l
	return f
}

func TestScripts(t *testing.T) {
	for name, script := range map[string][]tell{
		"fires at once, eases slowly, recovers, resolves": {
			{0, Raise, strong, []kulkul.Change{kulkul.Fired}, kulkul.Firing, kulkul.High},
			{1, Raise, strong, nil, kulkul.Firing, kulkul.High},
			{24, Full, watch, nil, kulkul.Firing, kulkul.High},
			{48, Full, watch, nil, kulkul.Firing, kulkul.High},
			{72, Full, middle, []kulkul.Change{kulkul.Eased}, kulkul.Firing, kulkul.Watch},
			{96, Full, quiet, []kulkul.Change{kulkul.Recovered}, kulkul.Recovering, kulkul.Watch},
			{120, Full, middle, nil, kulkul.Recovering, kulkul.Watch}, // the cool-down starts anew
			{144, Full, quiet, nil, kulkul.Recovering, kulkul.Watch},
			{192, Full, quiet, nil, kulkul.Recovering, kulkul.Watch},
			{216, Full, quiet, []kulkul.Change{kulkul.Closed}, kulkul.Resolved, kulkul.Watch},
		},
		"a touch never lowers": {
			{0, Raise, watch, []kulkul.Change{kulkul.Fired}, kulkul.Firing, kulkul.Watch},
			{500, Raise, quiet, nil, kulkul.Firing, kulkul.Watch},
			{900, Raise, quiet, nil, kulkul.Firing, kulkul.Watch},
			{901, Raise, strong, []kulkul.Change{kulkul.Worsened}, kulkul.Firing, kulkul.High},
		},
		"a hold counts time, not evaluations": {
			{0, Raise, held(watch, 24*time.Hour), []kulkul.Change{kulkul.Opened}, kulkul.Pending, kulkul.Watch},
			{0, Raise, held(watch, 24*time.Hour), nil, kulkul.Pending, kulkul.Watch},
			{1, Raise, held(watch, 24*time.Hour), nil, kulkul.Pending, kulkul.Watch},
			{24, Raise, held(watch, 24*time.Hour), []kulkul.Change{kulkul.Fired}, kulkul.Firing, kulkul.Watch},
		},
		"what did not hold goes": {
			{0, Raise, held(strong, 24*time.Hour), []kulkul.Change{kulkul.Opened}, kulkul.Pending, kulkul.High},
			{12, Full, middle, []kulkul.Change{kulkul.Closed}, kulkul.Resolved, kulkul.High},
		},
		"relapse": {
			{0, Full, strong, []kulkul.Change{kulkul.Fired}, kulkul.Firing, kulkul.High},
			{24, Full, quiet, []kulkul.Change{kulkul.Recovered}, kulkul.Recovering, kulkul.High},
			{30, Raise, watch, []kulkul.Change{kulkul.Relapsed}, kulkul.Firing, kulkul.Watch},
		},
		"an indicator's ceiling": {
			{0, Full, capped(strong, kulkul.Elevated), []kulkul.Change{kulkul.Fired}, kulkul.Firing, kulkul.Elevated},
		},
		"a clock that went back": {
			{100, Full, strong, []kulkul.Change{kulkul.Fired}, kulkul.Firing, kulkul.High},
			{-500, Full, quiet, nil, kulkul.Firing, kulkul.High},
			{99, Full, quiet, nil, kulkul.Firing, kulkul.High},
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, script) })
	}
}

func play(t *testing.T, script []tell) {
	t.Helper()
	f, start := Flashpoint{Flashpoint: "papua"}, kulkul.Day(20000).Start()
	for i, s := range script {
		at := start.Add(time.Duration(s.hours) * time.Hour)
		s.f.Day = kulkul.DayOf(at) // each step tests the day it happens on
		if i > 0 && script[0].f.Evidence.Stories == s.f.Evidence.Stories && s.hours < 24 {
			s.f.Day = kulkul.DayOf(start)
		}
		var events []kulkul.AlertEvent
		f, events = f.Apply([]Finding{s.f}, testPolicy, at, s.mode)
		f = f.Settle()
		var got []kulkul.Change
		for _, e := range events {
			got = append(got, e.Change)
		}
		now, _ := f.Find(key)
		if !reflect.DeepEqual(got, s.want) || now.Alert.State != s.state || now.Alert.Level != s.level {
			t.Fatalf("step %d (%d h): told %v, %s at %s; want %v, %s at %s",
				i, s.hours, got, now.Alert.State, now.Alert.Level, s.want, s.state, s.level)
		}
	}
}

func TestResolvedByHandStaysQuietUnlessWorse(t *testing.T) {
	start := kulkul.Day(20000).Start()
	at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	on := func(f Finding, h int) Finding { f.Day = kulkul.DayOf(at(h)); return f }
	f, _ := Flashpoint{Flashpoint: "papua"}.Apply([]Finding{on(watch, 0)}, testPolicy, at(0), Raise)
	f, events := f.Review(kulkul.Review{Verdict: kulkul.Resolve, At: at(1), By: "ana", Alert: key, Episode: 1}, testPolicy)
	if len(events) != 1 || events[0].By != "ana" || f.Open {
		t.Fatalf("resolve told %v, open %t", events, f.Open)
	}
	if _, again := f.Review(kulkul.Review{Verdict: kulkul.Resolve, At: at(1), By: "ana", Alert: key, Episode: 1}, testPolicy); again != nil {
		t.Error("a verdict delivered twice told twice")
	}
	if _, events = f.Apply([]Finding{on(watch, 48)}, testPolicy, at(48), Full); events != nil {
		t.Errorf("opened while muted: %v", events)
	}
	if _, events = f.Apply([]Finding{on(strong, 48)}, testPolicy, at(48), Full); len(events) != 1 {
		t.Error("a higher level must break the mute")
	}
	g, events := f.Apply([]Finding{on(watch, 24*8)}, testPolicy, at(24*8), Full)
	if len(events) != 1 || events[0].Alert.Episode != 2 || events[0].Alert.FlashpointEpisode != 2 {
		t.Errorf("after the mute: %+v", events)
	}
	if _, late := g.Review(kulkul.Review{Verdict: kulkul.Ack, At: at(200), By: "ana", Alert: key, Episode: 1}, testPolicy); late != nil {
		t.Error("a verdict on the first episode changed the second")
	}
}

func TestEscalationLastsUntilTheEpisodeEnds(t *testing.T) {
	start := kulkul.Day(20000).Start()
	f, _ := Flashpoint{Flashpoint: "papua"}.Apply([]Finding{watch}, testPolicy, start, Raise)
	r := kulkul.Review{Verdict: kulkul.Escalate, At: start.Add(-time.Hour), By: "ana", Alert: key, Level: kulkul.Critical}
	f, events := f.Review(r, testPolicy) // the console's clock is an hour behind
	if len(events) != 1 || events[0].Alert.Level != kulkul.Critical || !events[0].Alert.Escalated {
		t.Fatalf("escalation told %+v", events)
	}
	if _, again := f.Review(r, testPolicy); again != nil {
		t.Error("delivered twice, told twice")
	}
	for h := 24; h < 24*30; h += 24 {
		if f, events = f.Apply([]Finding{middle}, testPolicy, start.Add(time.Duration(h)*time.Hour), Full); events != nil {
			t.Fatalf("after %d h: %v", h, events)
		}
	}
}

func TestFlashpointEpisodesSpanTheirAlerts(t *testing.T) {
	other := key
	other.Area = "human-rights"
	find := func(k kulkul.AlertKey, f Finding, day kulkul.Day) Finding { f.Key, f.Day = k, day; return f }
	f := Flashpoint{Flashpoint: "papua"}
	run := func(day kulkul.Day, findings ...Finding) []kulkul.AlertEvent {
		var events []kulkul.AlertEvent
		f, events = f.Apply(findings, testPolicy, day.End(), Full)
		f = f.Settle()
		return events
	}
	run(1, find(key, strong, 1))
	run(2, find(key, quiet, 2), find(other, strong, 2))
	run(5, find(key, quiet, 5), find(other, strong, 5))
	if got, _ := f.Find(other); got.Alert.FlashpointEpisode != 1 || !f.Open {
		t.Errorf("the second alert has flashpoint episode %d, open %t", got.Alert.FlashpointEpisode, f.Open)
	}
	run(6, find(other, quiet, 6))
	run(9, find(other, quiet, 9))
	if f.Open {
		t.Error("open with everything resolved")
	}
	if e := run(20, find(key, strong, 20)); e[0].Alert.FlashpointEpisode != 2 || e[0].Alert.Episode != 2 {
		t.Errorf("next life: flashpoint episode %d, episode %d", e[0].Alert.FlashpointEpisode, e[0].Alert.Episode)
	}
}
