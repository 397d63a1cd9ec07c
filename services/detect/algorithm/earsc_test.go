package algorithm

import (
	"math"
	"slices"
	"testing"
)

func TestEarsC1(t *testing.T) {
	// Window 1..7: mean 2, sum of squared distances 12.
	s := daily(1, 3, 0, 4, 2, 1, 3, 9, 0)
	d := NewEarsC()
	d.Alpha = 0.05
	r := d.Detect(s, 1, 9)
	mean, sd := 2.0, math.Sqrt(12.0/6)
	near(t, "bound at 8", r.Upperbound[7], mean+1.6448536269514722*sd, 1e-12)
	if r.Alarm[7] != Raised || r.Alarm[8] != Quiet || r.Alarm[6] != Undefined {
		t.Errorf("alarms %v", r.Alarm)
	}
	if !(r.Score[7] > r.Score[8]) {
		t.Errorf("scores %v", r.Score)
	}
}

func TestEarsCFirstTestable(t *testing.T) {
	s := daily(drawn(1, 40, 2, 1)...)
	for method, first := range map[string]int{"C1": 8, "C2": 10, "C3": 12} {
		d := NewEarsC()
		d.Method = method
		r := d.Detect(s, 1, 40)
		if got := slices.IndexFunc(r.Upperbound, func(u float64) bool { return !math.IsNaN(u) }) + 1; got != first {
			t.Errorf("%s: first testable point %d, want %d", method, got, first)
		}
	}
}

func TestEarsCGuard(t *testing.T) {
	base := drawn(2, 30, 1, 1)
	d := NewEarsC()
	d.Method = "C2"
	before := d.Detect(daily(base...), 30, 30).Upperbound[0]
	base[28], base[27] = 90, 90 // the two days before do not enter
	if after := d.Detect(daily(base...), 30, 30).Upperbound[0]; after != before {
		t.Errorf("C2 bound moved from %g to %g", before, after)
	}
}

func TestEarsCDefaultsOfAlpha(t *testing.T) {
	s := daily(drawn(3, 40, 3, 1)...)
	for method, alpha := range map[string]float64{"C1": 0.001, "C2": 0.001, "C3": 0.025} {
		d := NewEarsC()
		d.Method = method
		free := d.Detect(s, 1, 40)
		d.Alpha = alpha
		nearAll(t, method, free.Upperbound, d.Detect(s, 1, 40).Upperbound, 0)
	}
}

func TestEarsCZeros(t *testing.T) {
	s := daily(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)
	r := NewEarsC().Detect(s, 13, 13)
	if r.Upperbound[0] != 0 || r.Alarm[0] != Raised || r.Score[0] != MaxScore {
		t.Errorf("after zeros any report alarms: bound %g, alarm %d, score %g", r.Upperbound[0], r.Alarm[0], r.Score[0])
	}
	d := NewEarsC()
	d.Method = "C3"
	if r := d.Detect(s, 13, 13); r.Alarm[0] != Undefined || !math.IsNaN(r.Upperbound[0]) {
		t.Errorf("package C3 without spread: alarm %d, bound %g, want undefined", r.Alarm[0], r.Upperbound[0])
	}
}

func TestEarsCMissing(t *testing.T) {
	counts := drawn(4, 30, 2, 1)
	counts[20] = missing
	r := NewEarsC().Detect(daily(counts...), 1, 30)
	if math.IsNaN(r.Upperbound[20]) || r.Alarm[20] != Undefined {
		t.Errorf("missing day: bound %g, alarm %d; want a bound and no verdict", r.Upperbound[20], r.Alarm[20])
	}
	for i := 21; i < 28; i++ {
		if !math.IsNaN(r.Upperbound[i]) || r.Alarm[i] != Undefined {
			t.Errorf("day %d has the missing one in its window: bound %g", i+1, r.Upperbound[i])
		}
	}
	if r.Alarm[28] == Undefined {
		t.Error("a week later the day is out of the window")
	}
}

func TestEarsC3PackageIgnoresToday(t *testing.T) {
	counts := drawn(5, 40, 2, 1)
	counts[37], counts[38] = 30, 30
	d := NewEarsC()
	d.Method = "C3"
	small, large := append([]float64(nil), counts...), append([]float64(nil), counts...)
	small[39], large[39] = 1, 50
	if a, b := d.Detect(daily(small...), 40, 40), d.Detect(daily(large...), 40, 40); a.Alarm[0] != b.Alarm[0] {
		t.Errorf("alarms %d and %d depend on today", a.Alarm[0], b.Alarm[0])
	}
	p := NewEarsC3Paper()
	if a := p.Detect(daily(large...), 40, 40); a.Alarm[0] != Raised {
		t.Error("the published form must see today")
	}
}

func TestEarsC3PaperSum(t *testing.T) {
	// A flat past of ones: sd 0, floored at 0.5, so C2 = 2*(y-1).
	counts := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2}
	r := NewEarsC3Paper().Detect(daily(counts...), 17, 19)
	nearAll(t, "sum", r.Score, []float64{1, 2, 3}, 1e-12)
	if at := raisedAt(r, 17); !slices.Equal(at, []int{19}) {
		t.Errorf("alarms at %v, want 19 alone", at)
	}
	near(t, "bound at 19", r.Upperbound[2], 1.5, 1e-12)
	near(t, "bound at 17", r.Upperbound[0], 1+0.5*3, 1e-12)
}

func TestEarsC3PaperBurstSuffices(t *testing.T) {
	counts := append(make([]float64, 20), 9, 0)
	r := NewEarsC3Paper().Detect(daily(counts...), 22, 22)
	if r.Upperbound[0] != -1 || r.Alarm[0] != Raised {
		t.Errorf("the day after a burst: bound %g, alarm %d", r.Upperbound[0], r.Alarm[0])
	}
}

func TestEarsValidate(t *testing.T) {
	for name, d := range map[string]interface{ Validate() error }{
		"method":    EarsC{Method: "C4", Baseline: 7},
		"baseline":  EarsC{Method: "C1", Baseline: 2},
		"sigma":     EarsC{Method: "C1", Baseline: 7, MinSigma: -1},
		"alpha":     EarsC{Method: "C1", Baseline: 7, Alpha: 2},
		"c3":        EarsC3Paper{Baseline: 1, Threshold: 2},
		"threshold": EarsC3Paper{Baseline: 7, Threshold: math.NaN()},
	} {
		if d.Validate() == nil {
			t.Errorf("%s: no error for %+v", name, d)
		}
	}
	if err := NewEarsC().Validate(); err != nil {
		t.Error(err)
	}
}
