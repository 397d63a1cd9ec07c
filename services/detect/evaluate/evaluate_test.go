package evaluate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func wants(t *testing.T, r Result, want ...string) {
	t.Helper()
	if got := told(r); !reflect.DeepEqual(got, want) {
		t.Errorf("told %q\nwant %q", got, want)
	}
}

func TestAThresholdRaisesAtOnceAndExplainsItself(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	w.report(day0, 2, papua)
	wants(t, w.touch(day0, 13))
	w.report(day0+1, 1, papua)
	r := w.touch(day0+1, 13)
	wants(t, r, "fired papua/human-rights high")
	a := r.Events[0].Alert
	if a.FlashpointEpisode != 1 || a.Indicators != "v1" || a.Taxonomy != "t1" || len(a.Items) != 3 {
		t.Errorf("alert %+v", a)
	}
	reason := a.Reasons[0]
	want := kulkul.Reason{Indicator: "three", Detector: "threshold", Day: day0 + 1, Window: 3, Observed: 3, Bound: 3,
		Owners: []string{"a1", "a2"}, Countries: []string{"C1", "C2"}, Weight: 1.8, Level: kulkul.Critical,
		Text: "3 stories from 2 publishers in 3 days; the rule asks for 3 from 2."}
	if !reflect.DeepEqual(reason, want) {
		t.Errorf("reason %+v\nwant   %+v", reason, want)
	}
	wants(t, w.touch(day0+1, 14))
	wants(t, w.tick(day0+1))
}

func TestOnePublisherIsNotEnough(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	for range 5 {
		w.report(day0, 1, papua) // always the owner a1
	}
	wants(t, w.touch(day0, 13))
	wants(t, w.tick(day0))
}

func TestALifeFromTouchToResolution(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	w.report(day0, 3, papua)
	wants(t, w.touch(day0, 23), "fired papua/human-rights high")
	wants(t, w.tick(day0))
	wants(t, w.tick(day0+1))
	wants(t, w.tick(day0+2))
	wants(t, w.touch(day0+3, 12)) // nothing new: a touch does not calm
	wants(t, w.tick(day0+3), "recovering papua/human-rights high")
	wants(t, w.tick(day0+4))
	wants(t, w.tick(day0+5))
	wants(t, w.tick(day0+6), "resolved papua/human-rights high")
	if w.lives["papua"].Open {
		t.Error("the flashpoint's episode is still open")
	}
	wants(t, w.tick(day0+7))
}

func TestTheTickDoesNotCalmWhatTheNewDayRaised(t *testing.T) {
	w := newWorld(t, strings.Replace(threeFromTwo, "window: 3", "window: 1", 1))
	w.report(day0+1, 3, papua)
	wants(t, w.run(Input{At: (day0 + 1).Start(), Day: day0 + 1, Mode: life.Raise}), "fired papua/human-rights high")
	wants(t, w.tick(day0)) // ten minutes past midnight, about the quiet day before
}

func TestLateItemsRaiseForTheirOwnDay(t *testing.T) {
	w := newWorld(t, strings.Replace(threeFromTwo, "window: 3", "window: 1", 1))
	wants(t, w.tick(day0))
	w.enter(day0, day0+1, 3, papua)
	wants(t, w.touch(day0+1, 9), "fired papua/human-rights high")
	w = newWorld(t, strings.Replace(threeFromTwo, "window: 3", "window: 1", 1))
	w.enter(day0-5, day0, 3, papua)
	wants(t, w.touch(day0, 9)) // too long ago to be news
}

func TestTotalsAreInhibitedWhileAPartExplainsThem(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	w.report(day0, 3, papua)
	r := w.touch(day0, 9)
	wants(t, r, "fired papua/human-rights high")
	total := kulkul.AlertKey{Flashpoint: "papua", Area: kulkul.Any, Group: "reports"}
	part, _ := w.lives["papua"].Find(r.Events[0].Alert.Key)
	if s, _ := w.lives["papua"].Find(total); s.Alert.State != kulkul.Pending || s.Alert.Inhibited != part.Alert.ID() {
		t.Errorf("total %+v: want it kept, pending, inhibited by its part", s.Alert)
	}
	// Two areas, neither of which alarms: only the total speaks.
	w = newWorld(t, threeFromTwo)
	w.report(day0, 2, papua)
	w.report(day0, 2, pair("papua", "terrorism"))
	wants(t, w.touch(day0, 9), "fired papua/* high")
	// A part comes to fire beside the total and explains it; then more, which
	// the part does not explain.
	w.report(day0, 2, papua)
	wants(t, w.touch(day0, 10), "fired papua/human-rights high", "explained papua/* high")
	w.report(day0, 2, pair("papua", "terrorism"))
	w.report(day0, 2, pair("papua", "environment"))
	wants(t, w.touch(day0, 11), "fired papua/terrorism high")
	if s, _ := w.lives["papua"].Find(total); s.Alert.Inhibited == "" {
		t.Error("the total lost what explains it")
	}
}

func TestRegionalTotalsOverFlashpoints(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	w.report(day0, 1, papua)
	w.report(day0, 2, sabah)
	wants(t, w.touch(day0, 9), "fired */human-rights high")
	w = newWorld(t, threeFromTwo)
	w.report(day0, 3, papua)
	r := w.tick(day0)
	for _, e := range r.Events {
		if e.Change == kulkul.Fired && e.Alert.Key.Flashpoint == kulkul.Any {
			t.Error("a regional total fired beside the part that explains it")
		}
	}
}

func TestNothingComesOutOfNothing(t *testing.T) {
	empty := newWorld(t, threeFromTwo).scanning()
	for d := range kulkul.Day(20) {
		wants(t, empty.tick(day0+d))
		wants(t, empty.touch(day0+d, 3))
	}
	if len(empty.lives) != 0 {
		t.Errorf("an empty database has lives: %v", empty.lives)
	}
}

// TestAnOutageIsNotCalm stops the collection for three days in the middle of
// an alert: it must not recover, and somebody must be told.
func TestAnOutageIsNotCalm(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	c := series.NewCollection(nil, nil, 0)
	arrive := func(d kulkul.Day) {
		c.Arrived(series.Arrival{Source: "s", Day: d, Items: 200})
		w.table.SetCollection(c)
	}
	for d := day0 - 40; d <= day0; d++ {
		arrive(d)
	}
	w.report(day0, 3, papua)
	wants(t, w.touch(day0, 9), "fired papua/human-rights high")
	for d := day0 + 3; d <= day0+5; d++ { // nothing comes in on these days
		arrive(d - 2)
		delete(c.Daily, d)
	}
	for d := day0 + 1; d <= day0+5; d++ {
		delete(c.Daily, d)
		r := w.tick(d)
		wants(t, r)
		if len(r.Notices) != 1 || r.Notices[0].Kind != "collection-silent" {
			t.Errorf("%s: notices %+v, want one that the collection is silent", d, r.Notices)
		}
	}
	arrive(day0 + 6)
	wants(t, w.tick(day0+6), "recovering papua/human-rights high")
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	run := func() []byte {
		w := newWorld(t, threeFromTwo).scanning()
		r := rand.New(rand.NewPCG(1, 1))
		type burst struct {
			day  kulkul.Day
			n    int
			pair kulkul.Pair
		}
		var all []burst
		series := kulkul.AllSeries()
		for d := range kulkul.Day(60) {
			for range 6 {
				if p := series[r.IntN(len(series))]; !p.Total() {
					all = append(all, burst{day0 + d, 1 + r.IntN(3), p})
				}
			}
		}
		var out []any
		for d := range kulkul.Day(60) {
			var today []burst
			for _, b := range all {
				if b.day == day0+d {
					today = append(today, b)
				}
			}
			for _, b := range today {
				w.report(b.day, b.n, b.pair)
			}
			out = append(out, w.touch(day0+d, 20), w.tick(day0+d))
		}
		raw, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	a, b := run(), run()
	if !reflect.DeepEqual(a, b) {
		t.Error("two runs over the same input differ")
	}
	if !strings.Contains(string(a), `"fired"`) {
		t.Error("nothing fired: the run shows nothing")
	}
}

// TestAnEarlyAlarmWouldHaveFiredAtTheEnd feeds a day story by story: whatever
// a touch raises, a tick on the whole day raises too.
func TestAnEarlyAlarmWouldHaveFiredAtTheEnd(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		early, whole := newWorld(t, threeFromTwo).scanning(), newWorld(t, threeFromTwo).scanning()
		for d := range kulkul.Day(60) {
			if n := r.IntN(6) / 5; n > 0 {
				early.report(day0+d, n, papua)
				whole.report(day0+d, n, papua)
			}
		}
		last := day0 + 60
		var fired []string
		for hour := range 6 {
			n := r.IntN(3)
			early.report(last, n, papua)
			whole.report(last, n, papua)
			for _, e := range early.touch(last, hour*4).Events {
				if e.Change == kulkul.Fired {
					fired = append(fired, e.Alert.Key.ID())
				}
			}
		}
		at := map[string]bool{}
		for _, e := range whole.tick(last).Events {
			at[e.Alert.Key.ID()] = e.Change == kulkul.Fired
		}
		for _, id := range fired {
			if !at[id] {
				t.Errorf("seed %d: fired early and not at the day's end", seed)
			}
		}
	}
}

func TestReasonsAreFiniteNumbers(t *testing.T) {
	for _, v := range []float64{0, 1, 1.23456789, math.Inf(1), math.NaN(), 1e300, 1e-300, -4.5} {
		if got := round(v); math.IsNaN(got) || math.IsInf(got, 0) {
			t.Errorf("round(%g) = %g", v, got)
		}
	}
	if got := round(1.23456789); got != 1.23457 {
		t.Errorf("round to %v, want 1.23457", got)
	}
}

func TestOpportunityAfterAnEpisode(t *testing.T) {
	w := newWorld(t, threeFromTwo)
	for d := day0 - 126; d < day0; d++ {
		if d%2 == 0 {
			w.report(d, 1, papua)
		}
	}
	w.report(day0, 3, papua)
	notices := map[string]int{}
	for d := day0; d < day0+50; d++ {
		for _, n := range w.tick(d).Notices {
			notices[n.Kind+" "+n.Flashpoint]++
			if want := "0 stories in 14 days after the last episode, where 7 were usual before it."; n.Text != want {
				t.Errorf("text %q, want %q", n.Text, want)
			}
		}
	}
	if want := map[string]int{"opportunity papua": 1}; !reflect.DeepEqual(notices, want) {
		t.Errorf("notices %v, want %v", notices, want)
	}
}
