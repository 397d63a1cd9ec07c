package detector_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// scanning are rules of both kinds that need little history.
const scanning = rules + `
  - {id: surge, method: nbscan, minimum: {stories: 2, publishers: 2}, series: {kinds: [pairs, flashpoints]}}
  - {id: surge-region, method: nbscan, share: 0.2, minimum: {stories: 3}, series: {kinds: [areas]}}
`

// history is what comes in at half past ten on each day: a thin flow of ten
// sources over five flashpoints, with bursts, and some of it a day late.
func (w *world) history(from kulkul.Day, days int) [][]kulkul.Tagged {
	r := rand.New(rand.NewPCG(5, 5))
	flashpoints := []string{"sabah", "papua", "kashmir", "rakhine", "mekong-basin"}
	out := make([][]kulkul.Tagged, days)
	for i := range out {
		at := (from + kulkul.Day(i)).Start().Add(10*time.Hour + 30*time.Minute)
		for s := range 10 {
			published := at.Add(-time.Hour)
			if r.IntN(6) == 0 {
				published = at.Add(-day)
			}
			owner := fmt.Sprint("owner-", s)
			out[i] = append(out[i], w.stories(flashpoints[r.IntN(5)], fmt.Sprint("source-", s), 1, published, at, func(t *kulkul.Tagged) {
				t.Owner = owner
				if r.IntN(5) > 0 {
					t.Areas, t.Flashpoints = nil, nil // of no concern
				}
			})...)
		}
		if i > 20 && i%7 == 3 {
			out[i] = append(out[i], w.stories(flashpoints[r.IntN(5)], fmt.Sprint("source-", r.IntN(10)), 3+r.IntN(4), at.Add(-time.Hour), at)...)
		}
	}
	return out
}

// TestLiveAndBacktestGiveTheSameBytes lets a detector live through a history,
// each day a touch and a tick on a clock of its own, and replays the same
// history: the same events, byte for byte.
func TestLiveAndBacktestGiveTheSameBytes(t *testing.T) {
	w := open(t)
	w.tagging()
	w.rules, w.config.TickHour = scanning, 0
	first := kulkul.DayOf(noon)
	const before, lived = 40, 12
	days := w.history(first-before, before+lived)
	past := slices.Concat(days[:before]...)
	if err := w.store.Writer().WriteItems(t.Context(), past); err != nil {
		t.Fatal(err)
	}
	w.done(first - 1)
	for i := range lived {
		d := first + kulkul.Day(i)
		w.at(d.Start().Add(11*time.Hour - time.Nanosecond))
		_, stop := w.detect()
		if err := w.store.Writer().WriteItems(t.Context(), days[before+i]); err != nil {
			t.Fatal(err)
		}
		w.touch("sabah", d)
		eventually(t, "the touch being acknowledged", w.acknowledged, func() any { return w.heard() })
		stop()
		w.at(d.End())
		_, stop = w.detect()
		eventually(t, "the day's evaluation", func() bool { return w.ticked() == d }, func() any { return w.ticked() })
		stop()
	}
	in, err := indicator.Parse("indicators.yaml", []byte(scanning))
	if err != nil {
		t.Fatal(err)
	}
	var items []backtest.Item
	for _, tagged := range slices.Concat(days...) {
		items = append(items, backtest.Item{Tagged: tagged})
	}
	h, err := backtest.Run(backtest.Config{Indicators: in, Taxonomy: "t1", From: first, To: first + lived - 1}, items,
		func(backtest.Line) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Events) < 5 {
		t.Fatalf("%d events show nothing", len(h.Events))
	}
	eventually(t, fmt.Sprintf("hearing of %d events", len(h.Events)), func() bool { return len(w.bytes()) >= len(h.Events) }, func() any { return len(w.bytes()) })
	live := w.bytes()
	for _, e := range h.Events {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if live[e.ID] != string(raw) {
			t.Errorf("event %s\nbacktest %s\nlive     %s", e.ID, raw, live[e.ID])
		}
	}
	if len(live) != len(h.Events) {
		t.Errorf("%d events live, %d in the backtest", len(live), len(h.Events))
	}
}

// at sets the detectors' clock.
func (w *world) at(t time.Time) { w.shift.Store(int64(t.Sub(noon))) }

// bytes are the payloads of the events, by id.
func (w *world) bytes() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]string{}
	for _, e := range w.events {
		raw, err := json.Marshal(e)
		if err != nil {
			w.t.Error(err)
		}
		out[e.ID] = string(raw)
	}
	return out
}

// acknowledged reports whether every touch is: what it changed is written then,
// so a detector may end.
func (w *world) acknowledged() bool {
	states, err := w.bus.Streams(w.t.Context())
	if err != nil {
		return false
	}
	for _, s := range states {
		for _, d := range s.Durables {
			if d.Name == bus.Detector && d.Waiting+uint64(d.Out) > 0 {
				return false
			}
		}
	}
	return true
}

// done says that a day was evaluated whole.
func (w *world) done(d kulkul.Day) {
	w.t.Helper()
	bucket, err := w.bus.Bucket(w.t.Context(), bus.BucketAlerts)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := bucket.Put(w.t.Context(), "tick", fmt.Appendf(nil, `{"state":{"day":%q}}`, d)); err != nil {
		w.t.Fatal(err)
	}
}

// ticked is the last day that a detector evaluated whole.
func (w *world) ticked() kulkul.Day {
	w.t.Helper()
	bucket, err := w.bus.Bucket(w.t.Context(), bus.BucketAlerts)
	if err != nil {
		w.t.Fatal(err)
	}
	var done struct {
		State struct{ Day kulkul.Day } `json:"state"`
	}
	e, err := bucket.Get(w.t.Context(), "tick")
	if err != nil || json.Unmarshal(e.Value, &done) != nil {
		return 0
	}
	return done.State.Day
}
