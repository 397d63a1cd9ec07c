package catalog

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
)

// params makes a method testable on series of a year or less.
func params(method string) string {
	switch method {
	case "farrington", "farringtonFlexible":
		return `{"b":3,"w":2,"limit54":[0,4]}`
	case "farringtonPearson":
		return `{"b":3,"w":2,"noPeriods":2,"pastWeeksNotIncluded":2,"limit54":[0,4]}`
	case "glrnb":
		return `{"mu0":"mean"}`
	}
	return `{}`
}

// samples are series of all kinds that must not upset a detector.
func samples() map[string]algorithm.Series {
	rng := rand.New(rand.NewPCG(1, 1))
	of := func(n int, f func(i int) float64) algorithm.Series {
		s := algorithm.Series{Freq: 30, Start: [2]int{2001, 1}}
		for i := range n {
			s.Counts = append(s.Counts, f(i))
		}
		return s
	}
	return map[string]algorithm.Series{
		"empty":     of(0, nil),
		"one":       of(1, func(int) float64 { return 3 }),
		"zeros":     of(200, func(int) float64 { return 0 }),
		"constant":  of(200, func(int) float64 { return 4 }),
		"missing":   of(200, func(int) float64 { return math.NaN() }),
		"sparse":    of(300, func(int) float64 { return float64(rng.IntN(20) / 19) }),
		"ordinary":  of(300, func(int) float64 { return float64(rng.IntN(6)) }),
		"gaps":      of(300, func(i int) float64 { return []float64{float64(rng.IntN(4)), math.NaN(), 1}[rng.IntN(3)] }),
		"outlier":   of(200, func(i int) float64 { return float64(rng.IntN(3)) + float64(i/150)*1e9*float64((i+1)/151%2) }),
		"huge":      of(200, func(int) float64 { return 1e12 + float64(rng.IntN(1e6)) }),
		"exploding": of(200, func(i int) float64 { return math.Floor(math.Exp(float64(i) / 10)) }),
		"halves":    of(200, func(int) float64 { return float64(rng.IntN(8)) / 2 }),
		"zero end":  of(200, func(i int) float64 { return float64(i / 199 * 5) }),
	}
}

func each(t *testing.T, f func(t *testing.T, method string, d algorithm.Detector, s algorithm.Series)) {
	for _, method := range Methods() {
		d, err := New(method, []byte(params(method)))
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range samples() {
			t.Run(method+"/"+name, func(t *testing.T) { f(t, method, d, s) })
		}
	}
}

// Every detector answers for every point of any range over any series, with
// numbers that can be written down.
func TestAnswersAreComplete(t *testing.T) {
	each(t, func(t *testing.T, _ string, d algorithm.Detector, s algorithm.Series) {
		n := len(s.Counts)
		for _, r := range [][2]int{{1, n}, {n, n}, {n / 2, n}, {-5, 3}, {n - 2, n + 4}, {n + 1, n + 2}, {5, 2}} {
			got := d.Detect(s, r[0], r[1])
			size := max(0, r[1]-r[0]+1)
			if len(got.Alarm) != size || len(got.Score) != size || len(got.Upperbound) != size {
				t.Fatalf("range %v: %d, %d and %d values", r, len(got.Alarm), len(got.Score), len(got.Upperbound))
			}
			for i := range size {
				if math.IsInf(got.Score[i], 0) || math.IsInf(got.Upperbound[i], 0) {
					t.Fatalf("point %d: bound %g, score %g", r[0]+i, got.Upperbound[i], got.Score[i])
				}
				if at := r[0] + i; (at < 1 || at > n) && got.Alarm[i] != algorithm.Undefined {
					t.Fatalf("point %d lies outside the series: alarm %d", at, got.Alarm[i])
				}
			}
		}
	})
}

// What is said of a point does not depend on what comes after it.
func TestNoLookAhead(t *testing.T) {
	each(t, func(t *testing.T, method string, d algorithm.Detector, s algorithm.Series) {
		n := len(s.Counts)
		if method == "kleinberg" || n < 100 {
			return
		}
		cut := n - 30
		whole := d.Detect(s, 90, n)
		past := s
		past.Counts = s.Counts[:cut]
		same(t, method, d.Detect(past, 90, cut), whole, 0)
		other := s
		other.Counts = append(append([]float64(nil), s.Counts[:cut]...), make([]float64, n-cut)...)
		changed := d.Detect(other, 90, n)
		same(t, method, algorithm.Result{Upperbound: changed.Upperbound[:cut-89], Alarm: changed.Alarm[:cut-89], Score: changed.Score[:cut-89]}, whole, 0)
	})
}

// same compares a result with the part of another that begins at an offset.
func same(t *testing.T, what string, got, of algorithm.Result, offset int) {
	t.Helper()
	for i := range got.Alarm {
		j := i + offset
		if got.Alarm[i] != of.Alarm[j] || !equal(got.Upperbound[i], of.Upperbound[j]) || !equal(got.Score[i], of.Score[j]) {
			t.Fatalf("%s at %d: %d, %g, %g; %d, %g, %g otherwise", what, j,
				got.Alarm[i], got.Upperbound[i], got.Score[i], of.Alarm[j], of.Upperbound[j], of.Score[j])
		}
	}
}

func equal(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// sequential names the detectors that start at the first point of the range.
func sequential(method string) bool {
	switch method {
	case "cusum", "cusumRestart", "ewma", "glrnb", "kleinberg":
		return true
	}
	return false
}

// A live detector that asks for one day gets what a backtest over all days says.
func TestOneDayIsAsGoodAsAll(t *testing.T) {
	each(t, func(t *testing.T, method string, d algorithm.Detector, s algorithm.Series) {
		n := len(s.Counts)
		if sequential(method) || n < 100 {
			return
		}
		all := d.Detect(s, 1, n)
		for at := 60; at <= n; at += 7 {
			same(t, fmt.Sprintf("day %d", at), d.Detect(s, at, at), all, at-1)
		}
	})
}

// An alarm is a count above the upper bound, for the detectors that say so.
func TestAlarmIsAboveBound(t *testing.T) {
	each(t, func(t *testing.T, method string, d algorithm.Detector, s algorithm.Series) {
		switch method {
		case "cusum", "cusumRestart", "ewma", "ewmaESSENCE", "glrnb", "kleinberg", "silence", "firstreport", "newterm":
			return
		}
		if slices.ContainsFunc(s.Counts, func(y float64) bool { return y != math.Trunc(y) && !math.IsNaN(y) }) {
			return // bounds of some are whole counts
		}
		r := d.Detect(s, 1, len(s.Counts))
		for i, y := range s.Counts {
			if r.Alarm[i] == algorithm.Undefined || math.IsNaN(r.Upperbound[i]) {
				continue
			}
			above := y > r.Upperbound[i]
			if farrington := method[:4] == "farr"; farrington && (y == 0 || r.Upperbound[i] == 0) {
				continue // no alarm without a report, nor below limit54
			}
			if above != (r.Alarm[i] == algorithm.Raised) {
				t.Fatalf("point %d: count %g, bound %g, alarm %d", i+1, y, r.Upperbound[i], r.Alarm[i])
			}
		}
	})
}

// A missing count has no verdict, and is never an alarm.
func TestMissingIsNoAlarm(t *testing.T) {
	each(t, func(t *testing.T, method string, d algorithm.Detector, s algorithm.Series) {
		for i, a := range d.Detect(s, 1, len(s.Counts)).Alarm {
			if math.IsNaN(s.Counts[i]) && a == algorithm.Raised && method != "kleinberg" {
				t.Fatalf("point %d is missing: alarm", i+1)
			}
		}
	})
}

// Scores order points as alarms do: no alarm scores below a quiet point of the
// same series, for the detectors whose threshold is on the score.
func TestAlarmsScoreHighest(t *testing.T) {
	each(t, func(t *testing.T, method string, d algorithm.Detector, s algorithm.Series) {
		switch method {
		case "nbscan", "nbscanPlain", "nbcusum", "cusum", "ewma", "ewmaESSENCE", "earsC", "earsC3paper", "silence", "bayes":
		default:
			return
		}
		lowest, highest := math.Inf(1), math.Inf(-1)
		r := d.Detect(s, 1, len(s.Counts))
		for i, a := range r.Alarm {
			switch a {
			case algorithm.Raised:
				lowest = math.Min(lowest, r.Score[i])
			case algorithm.Quiet:
				highest = math.Max(highest, r.Score[i])
			}
		}
		if lowest < highest*(1-1e-9) {
			t.Errorf("an alarm scores %g, a quiet point %g", lowest, highest)
		}
	})
}
