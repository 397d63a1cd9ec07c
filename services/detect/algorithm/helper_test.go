package algorithm

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/glm"
)

var missing = math.NaN()

// daily is a daily series that begins on a Monday.
func daily(counts ...float64) Series {
	return Series{Counts: counts, Freq: 365, Start: [2]int{2001, 1}}
}

// weeks is a weekly series.
func weeks(counts ...float64) Series {
	return Series{Counts: counts, Freq: 52, Start: [2]int{2001, 1}}
}

// drawn is a series of n negative binomial counts.
func drawn(seed uint64, n int, mean, phi float64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 99))
	counts := make([]float64, n)
	for i := range counts {
		// By inversion: the cumulative sum of the probabilities passes a uniform draw.
		k, p, size := 0.0, math.Exp(-mean), 0.0
		if phi > 1 {
			size = mean / (phi - 1)
			p = math.Pow(phi, -size)
		}
		for u := rng.Float64() - p; u > 0 && k < 1e6; u -= p {
			if phi > 1 {
				p *= (size + k) / (k + 1) * (phi - 1) / phi
			} else {
				p *= mean / (k + 1)
			}
			k++
		}
		counts[i] = k
	}
	return counts
}

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > rel*math.Max(1, math.Abs(want)) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

func nearAll(t *testing.T, what string, got, want []float64, rel float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.IsNaN(got[i]) != math.IsNaN(want[i]) || math.Abs(got[i]-want[i]) > rel*math.Max(1, math.Abs(want[i])) {
			t.Errorf("%s at %d = %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}

// raisedAt are the points of a range that starts at first with an alarm.
func raisedAt(r Result, first int) []int {
	var at []int
	for i, a := range r.Alarm {
		if a == Raised {
			at = append(at, first+i)
		}
	}
	return at
}

// responses are the counts of a model's reference data.
func responses(counts []glm.Count) []float64 {
	y := make([]float64, len(counts))
	for i, c := range counts {
		y[i] = c.Y
	}
	return y
}
