package detector_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

const day = 24 * time.Hour

// deposit stores n stories of one source about a flashpoint, published and
// collected at the instants given.
func (w *world) deposit(flashpoint, source string, n int, published, collected time.Time, change ...func(*kulkul.Tagged)) {
	w.t.Helper()
	if err := w.store.Writer().WriteItems(w.t.Context(), w.stories(flashpoint, source, n, published, collected, change...)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) stories(flashpoint, source string, n int, published, collected time.Time, change ...func(*kulkul.Tagged)) []kulkul.Tagged {
	var list []kulkul.Tagged
	for i := range n {
		w.items++
		id := kulkul.ItemID(source, fmt.Sprint(w.items))
		t := kulkul.Tagged{Taxonomy: "t1", Story: kulkul.Hash("story", id), Owner: fmt.Sprint("owner-", i), Country: []string{"SG", "ID", "PH"}[i%3],
			Weight: 0.8, Areas: []kulkul.Tag{{ID: "maritime-security", Score: 1}}, Flashpoints: []kulkul.Tag{{ID: flashpoint, Score: 1}}, TaggedAt: collected,
			Item: kulkul.Item{ID: id, Source: source, Title: fmt.Sprintf("Report %d", w.items), Revision: 1,
				Published: published, Collected: collected, Entered: kulkul.DayOf(collected), Handling: kulkul.Public}}
		for _, c := range change {
			c(&t)
		}
		list = append(list, t)
	}
	return list
}

// collecting fills sixty days up to yesterday with six items a day of each of
// the sources of report, one of them tagged, the gap (days before noon) of the
// first left out: a collection in its rhythm.
func (w *world) collecting(away [2]int) {
	w.t.Helper()
	list := w.stories("timor-leste", "source-1", 1, noon.Add(-60*day), noon.Add(-60*day))
	for i, source := range []string{"source-0", "source-1", "source-2"} {
		for back := 60; back > 0; back-- {
			if i == 0 && back <= away[0] && back > away[1] {
				continue
			}
			at := noon.Add(-time.Duration(back) * day)
			list = append(list, w.stories("sabah", source, 6, at, at, func(t *kulkul.Tagged) { t.Areas, t.Flashpoints = nil, nil })...)
		}
	}
	if err := w.store.Writer().WriteItems(w.t.Context(), list); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) touch(flashpoint string, d kulkul.Day) {
	w.t.Helper()
	p := kulkul.Pair{Flashpoint: flashpoint, Area: "maritime-security"}
	w.publish(bus.TouchedSubject(p), "", kulkul.Touch{Pair: p, Day: d, At: w.now()})
}

// during runs a detector at an instant, so far from noon: it makes up for the
// days that were missed, then the world acts, until what is wanted was heard and
// noticed.
func (w *world) during(shift time.Duration, act func(), heard, noticed []string) {
	w.t.Helper()
	w.shift.Store(int64(shift))
	s, stop := w.detect()
	ready(w.t, s)
	w.caughtUp()
	if act != nil {
		act()
	}
	w.wants(heard...)
	eventually(w.t, fmt.Sprintf("noticing %q", noticed), func() bool { return slices.Equal(w.noticed(), noticed) }, func() any { return w.noticed() })
	stop()
	if err := s.Ready(w.t.Context()); err != nil {
		w.t.Errorf("not ready: %v", err)
	}
}

// caughtUp waits until yesterday was evaluated whole.
func (w *world) caughtUp() {
	w.t.Helper()
	bucket, err := w.bus.Bucket(w.t.Context(), bus.BucketAlerts)
	if err != nil {
		w.t.Fatal(err)
	}
	var tick struct {
		State struct {
			Day kulkul.Day `json:"day"`
		} `json:"state"`
	}
	eventually(w.t, "catching up", func() bool {
		revision, err := bucket.GetJSON(w.t.Context(), "tick", &tick)
		return err == nil && revision > 0 && tick.State.Day == kulkul.DayOf(w.now())-1
	}, func() any { return tick.State.Day })
}

// noticed lists the kinds of the distinct notices, in order.
func (w *world) noticed() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	seen := map[string]bool{}
	for _, n := range w.notices {
		if !seen[n.ID] {
			seen[n.ID] = true
			out = append(out, n.Kind)
		}
	}
	return out
}

// TestFaults holds the detector, on a real bus and a real store, against what
// goes wrong: no alert comes out of nothing, and no silence without a notice.
// docs/detection.md shows the same table.
func TestFaults(t *testing.T) {
	const sabah, papua = "fired sabah/maritime-security", "fired papua/maritime-security"
	silent := func(n int) []string { return slices.Repeat([]string{"collection-silent"}, n) }
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, c := range []struct {
		name string
		run  func(w *world)
	}{
		{"an empty database", func(w *world) {
			w.during(0, nil, nil, []string{"learning"})
			w.during(3*day, nil, nil, []string{"learning"})
			w.during(3*day, func() { w.report("sabah", 3) }, []string{sabah}, []string{"learning"})
		}},
		{"all sources silent, three days without collection", func(w *world) {
			w.collecting([2]int{})
			w.during(0, func() { w.report("sabah", 3) }, []string{sabah}, nil)
			w.during(4*day, nil, []string{sabah}, silent(3)) // it neither eases nor recovers
			w.deposit("papua", "source-0", 6, at(2*day), at(4*day))
			w.during(4*day, func() { w.touch("papua", kulkul.DayOf(noon)) }, []string{sabah, papua}, silent(3))
			if e := w.last(); e.Alert.Level != kulkul.Watch || !strings.Contains(e.Alert.Reasons[0].Text, "had been silent (source-0") {
				w.t.Errorf("what was made up for raised %s: %s", e.Alert.Level, e.Alert.Reasons[0].Text)
			}
		}},
		{"the clock steps forwards, and back", func(w *world) {
			w.collecting([2]int{})
			w.during(0, func() { w.report("sabah", 3) }, []string{sabah}, nil)
			w.during(40*day, nil, []string{sabah}, silent(7)) // the last week's ticks are made up for
			w.during(day/24, func() { w.report("papua", 3) }, []string{sabah, papua}, silent(7))
		}},
		{"the clock steps backwards", func(w *world) {
			w.collecting([2]int{})
			w.during(0, func() { w.report("sabah", 3) }, []string{sabah}, nil)
			w.during(-3*day, nil, []string{sabah}, nil)
			w.during(0, func() { w.report("papua", 3) }, []string{sabah, papua}, nil)
		}},
		{"late and repeated deliveries", func(w *world) {
			w.collecting([2]int{})
			late := w.stories("sabah", "source-0", 3, at(-day), at(0))
			w.during(0, func() {
				for range 3 {
					if err := w.store.Writer().WriteItems(w.t.Context(), late); err != nil {
						w.t.Fatal(err)
					}
					w.touch("sabah", kulkul.DayOf(noon))
					w.touch("sabah", kulkul.DayOf(noon)-1)
				}
			}, []string{sabah}, nil)
			w.during(0, func() { w.touch("sabah", 0); w.report("papua", 3) }, []string{sabah, papua}, nil)
		}},
		{"no numbers, no days, no sense", func(w *world) {
			w.collecting([2]int{})
			odd := w.stories("sabah", "source-0", 3, at(-time.Hour), at(0), func(t *kulkul.Tagged) { t.Weight = math.NaN() })
			odd[1].Weight, odd[2].Weight = math.Inf(1), -math.MaxFloat64
			odd = append(odd, w.stories("papua", "source-1", 6, time.Unix(0, 0), at(0))...)
			odd = append(odd, w.stories("papua", "source-1", 6, time.Date(2290, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2290, 1, 1, 1, 0, 0, 0, time.UTC))...)
			if err := w.store.Writer().WriteItems(w.t.Context(), odd); err != nil {
				w.t.Fatal(err)
			}
			w.during(0, func() {
				w.touch("papua", math.MinInt32)
				w.touch("sabah", math.MaxInt32)
				w.publish(bus.TouchedSubject(kulkul.Pair{Flashpoint: "kashmir", Area: "terrorism"}), "", "no touch at all")
			}, []string{sabah}, nil)
			if r := w.last().Alert.Reasons[0]; r.Weight != 0 {
				w.t.Errorf("weight %g of what is no number, want 0", r.Weight)
			}
		}},
		{"a source comes back with a backlog", func(w *world) {
			w.collecting([2]int{9, 0})
			w.deposit("sabah", "source-0", 6, at(-time.Hour), at(0))
			w.during(0, func() { w.touch("sabah", kulkul.DayOf(noon)) }, []string{sabah}, nil)
			if e := w.last(); e.Alert.Level != kulkul.Watch || !strings.Contains(e.Alert.Reasons[0].Text, "had been silent (source-0") {
				w.t.Errorf("a backlog raised %s: %s", e.Alert.Level, e.Alert.Reasons[0].Text)
			}
		}},
		{"a source joins with a list", func(w *world) {
			w.collecting([2]int{})
			w.deposit("sabah", "young", 9, at(-time.Hour), at(0))
			w.during(0, func() { w.touch("sabah", kulkul.DayOf(noon)); w.report("papua", 0) }, nil, nil)
			w.deposit("sabah", "source-0", 3, at(-time.Minute), at(0))
			w.during(0, func() { w.touch("sabah", kulkul.DayOf(noon)) }, []string{sabah}, nil)
			if text := w.last().Alert.Reasons[0].Text; !strings.Contains(text, "9 stories carried only by new sources left out") {
				w.t.Errorf("reason %q", text)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			w.tagging()
			c.run(w)
		})
	}
}

// last is the last thing that people heard of.
func (w *world) last() kulkul.AlertEvent {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range slices.Backward(w.events) {
		if e.Alert.Inhibited == "" {
			return e
		}
	}
	return kulkul.AlertEvent{}
}
