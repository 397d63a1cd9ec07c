package algorithm

import (
	"math"
	"testing"
)

func TestBayesZeros(t *testing.T) {
	// All-zero reference of 28, alpha .01: negative binomial with size 1/2 and prob
	// 28/29; its quantile is 1.
	d := NewBayes()
	d.W, d.Alpha = 28, 0.01
	r := d.Detect(daily(append(make([]float64, 28), 1, 2)...), 29, 29)
	if r.Upperbound[0] != 1 || r.Alarm[0] != Quiet {
		t.Errorf("bound %g, alarm %d", r.Upperbound[0], r.Alarm[0])
	}
	// P(Y >= 1) = 1 - sqrt(28/29).
	near(t, "score", r.Score[0], -math.Log(1-math.Sqrt(28.0/29)), 1e-9)
}

func TestBayesReference(t *testing.T) {
	s := Series{Counts: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Freq: 5, Start: [2]int{2001, 1}}
	for _, c := range []struct {
		name   string
		d      Bayes
		t      int
		sum, n float64
	}{
		{"the last three", Bayes{W: 3, ActY: true}, 12, 9 + 10 + 11, 3},
		{"and a year back", Bayes{W: 1, B: 1, ActY: true}, 12, 11 + 6 + 7 + 8, 4},
		{"a year back alone", Bayes{W: 1, B: 1}, 12, 6 + 7 + 8, 3},
		{"two years", Bayes{W: 1, B: 2}, 12, 6 + 7 + 8 + 1 + 2 + 3, 6},
		{"nothing from the point on", Bayes{W: 6, B: 1, ActY: false}, 12, 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11, 11},
	} {
		if sum, n := c.d.reference(s, c.t); sum != c.sum || n != c.n {
			t.Errorf("%s: sum %g of %g counts, want %g of %g", c.name, sum, n, c.sum, c.n)
		}
	}
}

func TestBayesMissing(t *testing.T) {
	s := daily(1, missing, 3, 1, missing, 2, missing)
	r := NewBayes().Detect(s, 1, 7)
	for i := range 6 {
		if r.Alarm[i] != Undefined {
			t.Errorf("point %d has no full reference, alarm %d", i+1, r.Alarm[i])
		}
	}
	if math.IsNaN(r.Upperbound[6]) || r.Alarm[6] != Undefined {
		t.Errorf("a missing count has a bound and no verdict: %g, %d", r.Upperbound[6], r.Alarm[6])
	}
}

func TestBayesValidate(t *testing.T) {
	for _, d := range []Bayes{
		{W: 6, Alpha: 0.05}, {W: 0, ActY: true, Alpha: 0.05}, {W: 6, B: -1, ActY: true, Alpha: 0.05}, {W: 6, ActY: true},
	} {
		if d.Validate() == nil {
			t.Errorf("no error for %+v", d)
		}
	}
}
