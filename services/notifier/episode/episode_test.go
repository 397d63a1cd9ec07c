package episode_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func policy() episode.Policy {
	return episode.Policy{Repeat: 24 * time.Hour, MaxRepeats: 2, Escalate: 4 * time.Hour, EscalateFrom: kulkul.High}
}

// teller plays alert events into an episode and notes what falls due.
type teller struct {
	state episode.State
	n     int
	told  []string

	silences []kulkul.Silenced
	last     episode.Notification
}

func newTeller() *teller { return &teller{state: episode.State{Flashpoint: "sabah", Number: 1}} }

func (tt *teller) event(area string, s kulkul.State, l kulkul.Level, after time.Duration) {
	tt.n++
	tt.state.Apply(kulkul.AlertEvent{ID: fmt.Sprint(tt.n), At: start.Add(after), Alert: kulkul.Alert{
		Key: kulkul.AlertKey{Flashpoint: "sabah", Area: area, Group: "volume"}, Episode: 1, FlashpointEpisode: 1,
		State: s, Level: l, Peak: l, UpdatedAt: start.Add(after)}})
	tt.decide(after)
}

func (tt *teller) decide(after time.Duration) {
	tt.state.Decide(start.Add(after), policy(), tt.silences)
	for _, n := range tt.state.Due {
		tt.told, tt.last = append(tt.told, n.Kind), n
	}
	tt.state.Due = nil
}

func (tt *teller) want(t *testing.T, kinds ...string) {
	t.Helper()
	if fmt.Sprint(tt.told) != fmt.Sprint(kinds) {
		t.Errorf("told %v, want %v", tt.told, kinds)
	}
}

func TestOneMailPerEpisodeAndStep(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Watch, 0)
	tt.event("human-rights", kulkul.Firing, kulkul.Watch, time.Minute) // joins, is no worse
	tt.event("terrorism", kulkul.Firing, kulkul.Elevated, 2*time.Minute)
	tt.event("terrorism", kulkul.Recovering, kulkul.Elevated, time.Hour)
	tt.event("human-rights", kulkul.Resolved, kulkul.Watch, 2*time.Hour) // one is still open
	tt.event("terrorism", kulkul.Resolved, kulkul.Elevated, 3*time.Hour)
	tt.decide(4 * time.Hour)
	tt.want(t, "first", "worse-elevated", "resolved")
}

func TestRepeatsUntilSomebodyTakesItUp(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Watch, 0)
	for h := range 24 * 5 {
		tt.decide(time.Duration(h) * time.Hour)
	}
	tt.want(t, "first", "repeat-1", "repeat-2") // and no more than two
	tt.event("terrorism", kulkul.Firing, kulkul.Elevated, 5*24*time.Hour)
	tt.decide(6*24*time.Hour + time.Minute)
	tt.state.Acknowledge("ana")
	tt.decide(9 * 24 * time.Hour)
	tt.want(t, "first", "repeat-1", "repeat-2", "worse-elevated", "repeat-3")
}

func TestEscalationGoesUpStepByStep(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.High, 0)
	tt.decide(3 * time.Hour)
	tt.want(t, "first")
	tt.decide(4 * time.Hour)
	tt.decide(8 * time.Hour)
	tt.want(t, "first", "escalation-1", "escalation-2")
	tt.state.Acknowledge("ana")
	tt.decide(20 * time.Hour)
	tt.want(t, "first", "escalation-1", "escalation-2")
	tt.event("terrorism", kulkul.Firing, kulkul.Critical, 21*time.Hour) // worse asks anew, and goes to all
	tt.want(t, "first", "escalation-1", "escalation-2", "worse-critical", "escalation-3", "escalation-4", "escalation-5")
}

func TestWorseAfterAnAcknowledgementWaitsAnewForEachStep(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Elevated, 0)
	tt.state.Acknowledge("ana")
	tt.event("terrorism", kulkul.Firing, kulkul.High, 20*time.Hour)
	tt.want(t, "first", "worse-high")
	tt.decide(23 * time.Hour)
	tt.want(t, "first", "worse-high")
	tt.decide(24 * time.Hour)
	tt.want(t, "first", "worse-high", "escalation-1")
}

func TestAnEscalationSaysWhetherItWaited(t *testing.T) {
	for level, urgent := range map[kulkul.Level]bool{kulkul.Critical: true, kulkul.High: false} {
		s := &episode.State{Flashpoint: "sabah", Number: 1}
		s.Apply(kulkul.AlertEvent{ID: "1", Alert: kulkul.Alert{State: kulkul.Firing, Level: level, UpdatedAt: start}})
		p := episode.Policy{Escalate: time.Hour, EscalateFrom: kulkul.High}
		s.Decide(start, p, nil)
		s.Decide(start.Add(time.Hour), p, nil)
		if n := len(s.Due); n < 2 || s.Due[1].Urgent != urgent || s.Due[1].Step != 1 {
			t.Errorf("%s: due %+v", level, s.Due)
		}
	}
}

func TestCriticalGoesToAllAtOnce(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Critical, 0)
	tt.want(t, "first", "escalation-1", "escalation-2", "escalation-3")
}

func TestInhibitedAlertsAreNotTold(t *testing.T) {
	tt := newTeller()
	tt.state.Apply(kulkul.AlertEvent{ID: "x", Alert: kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: kulkul.Any},
		State: kulkul.Firing, Level: kulkul.High, Inhibited: "other", UpdatedAt: start}})
	tt.decide(0)
	tt.want(t)
}

// The wider alert was told; a part that comes to explain it is muted by it unless
// it is higher, and so is the total from then on.
func TestAPartOfWhatWasToldIsToldOnlyWhereItIsHigher(t *testing.T) {
	tt := newTeller()
	tt.event(kulkul.Any, kulkul.Firing, kulkul.Elevated, 0)
	tt.event("terrorism", kulkul.Firing, kulkul.Elevated, time.Minute)
	tt.n++
	tt.state.Apply(kulkul.AlertEvent{ID: fmt.Sprint(tt.n), Alert: kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: kulkul.Any, Group: "volume"}, Episode: 1,
		FlashpointEpisode: 1, State: kulkul.Firing, Level: kulkul.High, Inhibited: "the part", UpdatedAt: start.Add(2 * time.Minute)}})
	tt.decide(2 * time.Minute)
	tt.event("human-rights", kulkul.Firing, kulkul.Watch, 3*time.Minute)
	tt.want(t, "first")
	tt.event("terrorism", kulkul.Firing, kulkul.High, 4*time.Minute)
	tt.want(t, "first", "worse-high")
}

func TestEventsDeliveredAgainOrLateChangeNothing(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.High, time.Hour)
	again := kulkul.AlertEvent{ID: "1"}
	if tt.state.Apply(again) {
		t.Error("an event was taken in twice")
	}
	late := kulkul.AlertEvent{ID: "late", Alert: kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "terrorism", Group: "volume"},
		Episode: 1, State: kulkul.Firing, Level: kulkul.Watch, UpdatedAt: start}}
	if tt.state.Apply(late) || tt.state.Level() != kulkul.High {
		t.Errorf("a late event set the level to %v", tt.state.Level())
	}
}

func TestWhomNoMailReachedIsNotWaitedFor(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.High, 0)
	for range 2 { // told twice, it is the same
		tt.state.Unreached("first")
		tt.decide(time.Minute)
	}
	tt.want(t, "first", "escalation-1")
	tt.decide(3 * time.Hour) // that one is waited for
	tt.want(t, "first", "escalation-1")
	tt.state.Unreached("escalation-1")
	tt.decide(3 * time.Hour)
	tt.want(t, "first", "escalation-1", "escalation-2")
	tt.state.Acknowledge("lim")
	tt.state.Unreached("escalation-2")
	tt.decide(30 * time.Hour)
	tt.want(t, "first", "escalation-1", "escalation-2")

	low := newTeller() // what does not escalate does not do so for that
	low.event("terrorism", kulkul.Firing, kulkul.Elevated, 0)
	low.state.Unreached("first")
	low.decide(time.Minute)
	low.want(t, "first")
}
