package life

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// documented reads the transition table: "from by event to".
func documented(t *testing.T) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/alert-states.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(raw), "<!-- transitions: begin -->")
	table, _, _ = strings.Cut(table, "<!-- transitions: end -->")
	want := map[string]bool{}
	for _, row := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
		c := strings.Split(row, "|")
		for _, by := range strings.Split(c[3], ",") {
			want[fmt.Sprintf("%s by %s: %s to %s", strings.TrimSpace(c[1]), strings.TrimSpace(by),
				strings.Trim(c[5], " `"), strings.TrimSpace(c[4]))] = true
		}
	}
	return want
}

func stateName(s kulkul.State) string {
	if s == "" {
		return "none"
	}
	return string(s)
}

var testPolicy = Policy{CoolDown: 72 * time.Hour, Ease: 48 * time.Hour, Mute: 7 * 24 * time.Hour,
	Gates: DefaultGates(), Indicators: "v1", Taxonomy: "t1"}

// randomFinding draws what an evaluation might find.
func randomFinding(r *rand.Rand, key kulkul.AlertKey, day kulkul.Day) Finding {
	owners := []string{"a", "b", "c", "d", "e", "f"}[:r.IntN(7)]
	f := Finding{Key: key, Day: day, Cap: kulkul.Critical, Evidence: Evidence{Stories: r.IntN(6), Owners: owners,
		Countries: []string{"AA", "BB"}[:r.IntN(3)], Detectors: 1, Ratio: float64(r.IntN(5))}}
	switch r.IntN(5) {
	case 0, 1:
		f.Alarm = true
		f.Reasons = []kulkul.Reason{{Indicator: "i", Day: day, Observed: float64(f.Evidence.Stories)}}
		f.Hold = time.Duration(r.IntN(2)) * 24 * time.Hour
	case 2, 3:
		f.Calm = true
	}
	if r.IntN(4) == 0 && key.Area == kulkul.Any {
		f.Inhibited = "part"
	}
	return f
}

// walk runs a random life and hands every step to see.
func walk(seed uint64, steps int, see func(before, after Flashpoint, by string, at time.Time, events []kulkul.AlertEvent)) Flashpoint {
	r := rand.New(rand.NewPCG(seed, 1))
	keys := []kulkul.AlertKey{{Flashpoint: "papua", Area: "terrorism", Group: "reports"}, {Flashpoint: "papua", Area: kulkul.Any, Group: "reports"}}
	f := Flashpoint{Flashpoint: "papua"}
	now := kulkul.Day(20000).Start()
	for range steps {
		now = now.Add(time.Duration(r.IntN(30)) * time.Hour)
		at := now
		if r.IntN(12) == 0 {
			at = at.Add(-time.Duration(r.IntN(200)) * time.Hour) // a clock that went back
		}
		key, before := keys[r.IntN(2)], f
		var events []kulkul.AlertEvent
		by := "person"
		if r.IntN(8) == 0 {
			v := []kulkul.Verdict{kulkul.Ack, kulkul.Resolve, kulkul.Escalate}[r.IntN(3)]
			f, events = f.Review(kulkul.Review{Verdict: v, At: at, By: "p", Alert: key, Level: kulkul.Level(r.IntN(5))}, testPolicy)
		} else {
			mode := Mode(r.IntN(2))
			by = map[Mode]string{Raise: "touch", Full: "tick"}[mode]
			f, events = f.Apply([]Finding{randomFinding(r, key, kulkul.DayOf(at))}, testPolicy, at, mode)
			f = f.Settle()
		}
		see(before, f, by, at, events)
	}
	return f
}

func TestRandomLivesKeepToTheTable(t *testing.T) {
	want, seen, ids := documented(t), map[string]bool{}, map[string]bool{}
	for seed := range uint64(300) {
		clear(ids)
		walk(seed, 300, func(before, after Flashpoint, by string, at time.Time, events []kulkul.AlertEvent) {
			for i, e := range events {
				old, _ := before.Find(e.Alert.Key)
				from := old.Alert
				if i > 0 {
					from = events[i-1].Alert
				}
				step := fmt.Sprintf("%s by %s: %s to %s", stateName(from.State), by, e.Change, stateName(e.Alert.State))
				if !want[step] {
					t.Fatalf("seed %d: %q is not in docs/alert-states.md", seed, step)
				}
				seen[step] = true
				check(t, from, e, by, at)
				if ids[e.ID] {
					t.Fatalf("seed %d: event id %s twice", seed, e.ID)
				}
				ids[e.ID] = true
			}
			checkFlashpoint(t, before, after)
		})
	}
	for step := range want {
		if !seen[step] {
			t.Errorf("docs/alert-states.md lists %q, which never happens", step)
		}
	}
}

// check holds one event against what must always be true.
func check(t *testing.T, from kulkul.Alert, e kulkul.AlertEvent, by string, at time.Time) {
	t.Helper()
	a := e.Alert
	switch {
	case a.Peak < a.Level:
		t.Fatalf("peak %s under level %s", a.Peak, a.Level)
	case by == "touch" && (a.Level < from.Level && from.State == kulkul.Firing || a.State == kulkul.Resolved || a.State == kulkul.Recovering):
		t.Fatalf("a touch lowered: %s %s to %s %s", from.State, from.Level, a.State, a.Level)
	case a.State == kulkul.Firing && (a.FlashpointEpisode == 0 || a.FiredAt.IsZero()):
		t.Fatalf("firing without an episode: %+v", a)
	case by != "person" && e.At.Before(from.UpdatedAt):
		t.Fatalf("event at %s after one at %s", e.At, from.UpdatedAt)
	case from.State == kulkul.Resolved && a.Episode != from.Episode+1:
		t.Fatalf("episode %d after %d", a.Episode, from.Episode)
	case from.State != "" && from.State != kulkul.Resolved && a.Episode != from.Episode:
		t.Fatalf("episode %d began while %d was open", a.Episode, from.Episode)
	case from.State == kulkul.Pending && a.State == kulkul.Recovering:
		t.Fatal("recovering without having fired")
	case e.Change == kulkul.Fired && a.Inhibited != "":
		t.Fatal("an inhibited alert fired")
	case from.Escalated && by != "person" && a.State == kulkul.Firing && a.Episode == from.Episode && a.Level < from.Level:
		t.Fatalf("a person's level fell from %s to %s", from.Level, a.Level)
	}
}

func checkFlashpoint(t *testing.T, before, after Flashpoint) {
	t.Helper()
	active := false
	for _, s := range after.States {
		active = active || s.Active()
	}
	if active != after.Open {
		t.Fatalf("open %t while active %t", after.Open, active)
	}
	if d := after.Episode - before.Episode; d < 0 || d > 1 {
		t.Fatalf("flashpoint episode went from %d to %d", before.Episode, after.Episode)
	}
}

func TestTheSameLifeGivesTheSameBytes(t *testing.T) {
	run := func() []byte {
		var told []kulkul.AlertEvent
		f := walk(42, 500, func(_, _ Flashpoint, _ string, _ time.Time, events []kulkul.AlertEvent) {
			told = append(told, events...)
		})
		raw, err := json.Marshal([]any{told, f})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if a, b := run(), run(); !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
}

func TestApplyLeavesTheOldStateAlone(t *testing.T) {
	walk(3, 400, func(before, _ Flashpoint, _ string, at time.Time, _ []kulkul.AlertEvent) {
		was, _ := json.Marshal(before)
		r := rand.New(rand.NewPCG(9, 9))
		for _, s := range before.States {
			before.Apply([]Finding{randomFinding(r, s.Alert.Key, kulkul.DayOf(at))}, testPolicy, at.Add(500*time.Hour), Full)
		}
		if is, _ := json.Marshal(before); string(was) != string(is) {
			t.Fatal("Apply changed its receiver")
		}
	})
}
