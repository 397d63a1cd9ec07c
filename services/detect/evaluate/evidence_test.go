package evaluate

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// shipped reads the rules that the tree ships.
func shipped(t testing.TB) indicator.Indicators {
	t.Helper()
	raw, err := os.ReadFile("../../../configs/indicators.yaml")
	if err != nil {
		t.Fatal(err)
	}
	in, err := indicator.Parse("indicators.yaml", raw)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func evidence(t *testing.T) {
	t.Helper()
	if os.Getenv("KULKUL_EVIDENCE") == "" {
		t.Skip("set KULKUL_EVIDENCE=1 to measure")
	}
}

// negative binomial count of a mean and a variance of phi times it.
func negBin(r *rand.Rand, mean, phi float64) int {
	if phi <= 1 {
		return poisson(r, mean)
	}
	// A Poisson number of clusters of logarithmic size (Quenouille 1949).
	p := 1 - 1/phi
	n := 0
	for range poisson(r, mean*-math.Log(1-p)/(phi-1)) {
		k, u, term := 1, r.Float64(), -p/math.Log(1-p)
		for u > term {
			u -= term
			term *= p * float64(k) / float64(k+1)
			k++
		}
		n += k
	}
	return n
}

// nothing fills a table with reports in which nothing happens: every pair, and
// every area without a flashpoint, at a mean of 0.005 to 0.64 a day, fewer at
// weekends, with a variance of one to two times the mean, of thirty owners.
func nothing(seed uint64, from, to kulkul.Day) *series.Table {
	r := rand.New(rand.NewPCG(seed, 13))
	table := series.New(series.Collection{})
	n := 0
	report := func(p kulkul.Pair, mean, phi float64) {
		for d := from; d <= to; d++ {
			factor := 1.15
			if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
				factor = 0.6
			}
			for range negBin(r, mean*factor, phi) {
				n++
				owner := fmt.Sprint("o", r.IntN(30))
				table.Add(kulkul.Observation{Item: fmt.Sprint("i", n), Story: fmt.Sprint("s", n), Source: owner, Owner: owner, Country: owner[:2],
					Day: d, Entered: d, Collected: d.Start().Add(time.Hour), Weight: 0.6, Pairs: []kulkul.Pair{p}})
			}
		}
	}
	for i, p := range kulkul.AllSeries() {
		if p.Area == kulkul.Any {
			continue
		}
		if p.Flashpoint == kulkul.Any {
			p.Flashpoint = kulkul.None
		}
		report(p, 0.005*math.Pow(2, float64((i*7+int(seed))%8)), 1+0.5*float64(i%3))
	}
	return table
}

// TestTheShippedRulesKeepTheBudget evaluates, with the rules that ship, years in
// which nothing happens. Every alert that fires is false: over all 188 series
// there may be one a fortnight.
func TestTheShippedRulesKeepTheBudget(t *testing.T) {
	evidence(t)
	const seeds, warm, tested = 12, 200, 392
	var mu sync.Mutex
	var wg sync.WaitGroup
	by, days := map[string]int{}, 0
	fired := 0
	for seed := range uint64(seeds) {
		wg.Go(func() {
			w := &world{table: nothing(seed, day0-warm, day0+tested-1), rules: shipped(t), lives: map[string]life.Flashpoint{}}
			for d := range kulkul.Day(tested) {
				for _, e := range w.tick(day0 + d).Events {
					if e.Change == kulkul.Fired && e.Alert.Inhibited == "" {
						mu.Lock()
						fired++
						by[e.Alert.Reasons[0].Indicator]++
						mu.Unlock()
					}
				}
			}
			mu.Lock()
			days += tested
			mu.Unlock()
		})
	}
	wg.Wait()
	fortnights := float64(days) / 14
	t.Logf("%d series-years: %d false alerts in %.0f fortnights, %.2f a fortnight over all %d series",
		days*len(kulkul.AllSeries())/365, fired, fortnights, float64(fired)/fortnights, len(kulkul.AllSeries()))
	for _, rule := range slices.Sorted(maps.Keys(by)) {
		t.Logf("  first of %s: %d", rule, by[rule])
	}
	if float64(fired) > fortnights {
		t.Errorf("%d false alerts in %.0f fortnights: the budget is one", fired, fortnights)
	}
}

// TestTenThousandPairs evaluates a day of 10,000 pairs with the rules that ship.
func TestTenThousandPairs(t *testing.T) {
	evidence(t)
	table := series.New(series.Collection{})
	r := rand.New(rand.NewPCG(1, 17))
	var pairs []kulkul.Pair
	n := 0
	for f := range 100 {
		for a := range 100 {
			p := pair(fmt.Sprint("f", f), fmt.Sprint("a", a))
			pairs = append(pairs, p)
			for d := day0 - 400; d <= day0; d++ {
				for range poisson(r, 0.02*float64(1+a%5)) {
					n++
					table.Add(kulkul.Observation{Item: fmt.Sprint("i", n), Story: fmt.Sprint("s", n), Source: fmt.Sprint("o", n%40), Owner: fmt.Sprint("o", n%40),
						Day: d, Entered: d, Collected: d.Start(), Pairs: []kulkul.Pair{p}})
				}
			}
		}
	}
	start := time.Now()
	result := Evaluate(Input{At: day0.End(), Day: day0, Mode: life.Full, Table: table, Indicators: shipped(t), Series: pairs})
	took := time.Since(start)
	t.Logf("%d pairs of 400 days, %d stories: %d tests in %s", len(pairs), n, result.Tested, took.Round(10*time.Millisecond))
	if took > 5*time.Second {
		t.Errorf("took %s: want under 5 s", took)
	}
}

// TestNegBin holds the simulation's draws against their definition.
func TestNegBin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, phi := range []float64{1, 1.5, 2} {
		var sum, squares float64
		const draws, mean = 40000, 0.7
		for range draws {
			y := float64(negBin(r, mean, phi))
			sum, squares = sum+y, squares+y*y
		}
		m := sum / draws
		v := squares/draws - m*m
		if math.Abs(m-mean) > 0.03 || math.Abs(v/m-phi) > 0.12 {
			t.Errorf("phi %g: mean %.3f, variance over mean %.3f", phi, m, v/m)
		}
	}
}
