package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestDiscovery(t *testing.T) {
	for _, c := range []struct {
		name string
		ps   []float64
		want []float64 // those that alarm at q = 0.05
	}{
		// The worked example of Benjamini and Hochberg 1995: four rejections.
		{"1995", []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000},
			[]float64{0.0001, 0.0004, 0.0019, 0.0095}},
		{"none", []float64{0.2, 0.5, 0.9}, nil},
		{"one just over", []float64{0.0251, 0.9}, nil},
		{"one just under", []float64{0.0249, 0.9}, []float64{0.0249}},
		{"all", []float64{0.01, 0.02, 0.03}, []float64{0.01, 0.02, 0.03}},
		{"zero", []float64{0, 1, 1}, []float64{0}},
	} {
		limit := newUse(slices.Repeat([]float64{1}, len(c.ps))).discovery(slices.Clone(c.ps), 0.05)
		var got []float64
		for _, p := range c.ps {
			if p <= limit {
				got = append(got, p)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// poisson draws a count.
func poisson(r *rand.Rand, mean float64) int {
	n, p, limit := 0, r.Float64(), math.Exp(-mean)
	for ; p > limit; n++ {
		p *= r.Float64()
	}
	return n
}

// quietWorld has every pair report by chance alone, at means from 0.005 to 0.6
// a day, for so many days.
func quietWorld(t *testing.T, seed uint64, days int) *world {
	w := newWorld(t, "version: v1\n").scanning()
	w.rules.History = 400
	r := rand.New(rand.NewPCG(seed, 11))
	for i, p := range kulkul.AllSeries() {
		if p.Total() {
			continue
		}
		mean := 0.005 * math.Pow(2, float64(i%8))
		for d := range kulkul.Day(days) {
			for range poisson(r, mean) {
				w.n++
				owner := fmt.Sprint("o", r.IntN(30))
				day := day0 - 400 + d
				w.table.Add(kulkul.Observation{Item: fmt.Sprint("i", w.n), Story: fmt.Sprint("s", w.n), Source: owner, Owner: owner,
					Day: day, Entered: day, Collected: day.Start().Add(time.Hour), Weight: 0.6, Pairs: []kulkul.Pair{p}})
			}
		}
	}
	return w
}

// TestTheBudgetHoldsOverAllSeries evaluates series in which nothing happens:
// alerts that fire are false, and there may be one a fortnight.
func TestTheBudgetHoldsOverAllSeries(t *testing.T) {
	const days, tested = 300, 140
	fired := 0
	for seed := range uint64(1) {
		w := quietWorld(t, seed, days)
		for d := day0 - 400 + days - tested; d < day0-400+days; d++ {
			for _, e := range w.tick(d).Events {
				if e.Change == kulkul.Fired {
					fired++
				}
			}
		}
	}
	fortnights := float64(tested) / 14
	t.Logf("%d false alerts in %.0f fortnights over %d series", fired, fortnights, len(kulkul.AllSeries()))
	// The upper limit leaves two standard deviations for chance.
	if limit := fortnights + 2*math.Sqrt(fortnights); float64(fired) > limit {
		t.Errorf("%d false alerts in %.0f fortnights: want at most %.0f", fired, fortnights, limit)
	}
}

func BenchmarkTick(b *testing.B) {
	w := quietWorld(&testing.T{}, 1, 400)
	for b.Loop() {
		w.lives = nil
		in := Input{At: (day0 - 1).End(), Day: day0 - 1, Mode: 1, Table: w.table, Indicators: w.rules}
		Evaluate(in)
	}
}
