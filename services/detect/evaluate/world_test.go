package evaluate

import (
	"fmt"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// day0 is 1 June 2026, a Monday.
const day0 = kulkul.Day(20605)

// world is a history that grows, evaluated as a detector would.
type world struct {
	t     *testing.T
	table *series.Table
	rules indicator.Indicators
	lives map[string]life.Flashpoint
	n     int
}

func newWorld(t *testing.T, rules string) *world {
	t.Helper()
	in, err := indicator.Parse("indicators.yaml", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, table: series.New(series.Collection{}), rules: in, lives: map[string]life.Flashpoint{}}
}

// scanning adds the product's own scan to the rules.
func (w *world) scanning() *world {
	w.rules.List = append(w.rules.List, indicator.Indicator{ID: "surge", Group: "reports", Method: "nbscan",
		Detector: algorithm.NewNBScan(), P: func(s float64) float64 { return min(1, algorithm.NBScanRate(s)/7) },
		Window: 7, Minimum: indicator.Minimum{Stories: 2}, Clear: indicator.Clear{P: 0.05}, Level: kulkul.Critical})
	return w
}

// report adds n stories of different owners ("a1", "a2", … of countries "C1",
// "C2", …), known at noon of the day given.
func (w *world) report(day kulkul.Day, n int, pairs ...kulkul.Pair) {
	w.enter(day, day, n, pairs...)
}

// enter is report of what came in on a later day than it was published.
func (w *world) enter(day, entered kulkul.Day, n int, pairs ...kulkul.Pair) {
	for i := range n {
		w.n++
		owner := fmt.Sprint("a", i+1)
		w.table.Add(kulkul.Observation{Item: fmt.Sprint("item", w.n), Story: fmt.Sprint("story", w.n), Source: owner, Owner: owner,
			Country: fmt.Sprint("C", i+1), Day: day, Entered: entered, Collected: entered.Start().Add(12 * time.Hour), Weight: 0.6, Pairs: pairs})
	}
}

func (w *world) run(in Input) Result {
	in.Table, in.Indicators, in.Flashpoints, in.Taxonomy = w.table, w.rules, w.lives, "t1"
	r := Evaluate(in)
	for id, f := range r.Flashpoints {
		w.lives[id] = f
	}
	return r
}

// touch evaluates the running day at an hour; tick the day that has just ended.
func (w *world) touch(day kulkul.Day, hour int) Result {
	return w.run(Input{At: day.Start().Add(time.Duration(hour) * time.Hour), Day: day, Mode: life.Raise})
}

func (w *world) tick(day kulkul.Day) Result {
	return w.run(Input{At: day.End().Add(10 * time.Minute), Day: day, Mode: life.Full})
}

// told lists "change flashpoint/area level" of each event that people hear of.
func told(r Result) []string {
	var out []string
	for _, e := range r.Events {
		if e.Alert.Inhibited != "" && e.Change != kulkul.Explained {
			continue
		}
		out = append(out, fmt.Sprintf("%s %s/%s %s", e.Change, e.Alert.Key.Flashpoint, e.Alert.Key.Area, e.Alert.Level))
	}
	return out
}

const threeFromTwo = `
version: v1
late: 2
indicators:
  - id: three
    method: threshold
    window: 3
    minimum: {stories: 3, publishers: 2}
    clear: {stories: 2}
`

func pair(f, a string) kulkul.Pair { return kulkul.Pair{Flashpoint: f, Area: a} }

var (
	papua = pair("papua", "human-rights")
	sabah = pair("sabah", "human-rights")
)
