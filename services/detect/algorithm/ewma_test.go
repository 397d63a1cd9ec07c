package algorithm

import (
	"encoding/json"
	"math"
	"testing"
)

func TestEwma(t *testing.T) {
	// Baseline 2, 4, 2, 4: mean 3, sd sqrt(4/3).
	s := daily(2, 4, 2, 4, 5, 9, 0)
	r := NewEwma().Detect(s, 5, 7)
	z1 := 0.2*5 + 0.8*3
	z2 := 0.2*9 + 0.8*z1
	sd := math.Sqrt(4.0 / 3)
	se := func(n float64) float64 { return sd * math.Sqrt(0.2/1.8*(1-math.Pow(0.8, 2*n))) }
	near(t, "limit 1", r.Upperbound[0], 3+3*se(1), 1e-12)
	near(t, "limit 2", r.Upperbound[1], 3+3*se(2), 1e-12)
	near(t, "score 1", r.Score[0], (z1-3)/se(1), 1e-12)
	near(t, "score 2", r.Score[1], (z2-3)/se(2), 1e-12)
	if r.Alarm[0] != Quiet || r.Alarm[1] != Raised {
		t.Errorf("alarms %v", r.Alarm)
	}
}

func TestEwmaBaselines(t *testing.T) {
	s := daily(50, 50, 2, 4, 2, 4, 5)
	decode := func(text string) Ewma {
		d := NewEwma()
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	last4 := decode(`{"baseline":4}`).Detect(s, 7, 7)
	given := decode(`{"mean":3,"sd":1.1547005383792515}`).Detect(s, 7, 7)
	near(t, "the last four", last4.Upperbound[0], given.Upperbound[0], 1e-12)
	all := decode(`{"baseline":"counts[1..lo-1] mean and max(sd,0.5)"}`).Detect(s, 7, 7)
	near(t, "all of them", all.Upperbound[0], NewEwma().Detect(s, 7, 7).Upperbound[0], 0)
	// A flat past has its spread floored.
	flat := NewEwma().Detect(daily(1, 1, 1, 1, 1), 5, 5)
	near(t, "floored", flat.Upperbound[0], 1+3*0.5*0.2, 1e-12)
	if r := NewEwma().Detect(s, 1, 3); r.Alarm[2] != Undefined {
		t.Error("without a past there is no baseline")
	}
}

func TestEwmaMissing(t *testing.T) {
	with := NewEwma().Detect(daily(2, 4, missing, 2, 4, 5, missing, 6), 6, 8)
	without := NewEwma().Detect(daily(2, 4, 2, 4, 5, 6), 5, 6)
	if with.Alarm[1] != Undefined {
		t.Error("a missing count has no verdict")
	}
	near(t, "after the gap", with.Score[2], without.Score[1], 1e-12)
}

func TestEssenceWarmup(t *testing.T) {
	r := NewEwmaEssence().Detect(daily(drawn(13, 60, 2, 1)...), 1, 60)
	for i, a := range r.Alarm {
		if (a == Undefined) != (i < 13) {
			t.Errorf("point %d: alarm %d", i+1, a)
		}
		if !math.IsNaN(r.Upperbound[i]) {
			t.Errorf("point %d: bound %g", i+1, r.Upperbound[i])
		}
	}
}

func TestEssenceAlarmIsP(t *testing.T) {
	counts := append(drawn(14, 60, 1, 1), 12)
	r := NewEwmaEssence().Detect(daily(counts...), 14, 61)
	for i := range r.Alarm {
		if (r.Alarm[i] == Raised) != (math.Exp(-r.Score[i]) < 0.01) {
			t.Errorf("point %d: alarm %d at p %g", 14+i, r.Alarm[i], math.Exp(-r.Score[i]))
		}
	}
	if r.Alarm[47] != Raised {
		t.Error("twelve reports on a mean of one raise no alarm")
	}
}

func TestEssenceMissing(t *testing.T) {
	counts := drawn(15, 80, 2, 1)
	counts[0], counts[1], counts[40] = missing, missing, missing
	r := NewEwmaEssence().Detect(daily(counts...), 1, 80)
	if r.Alarm[40] != Undefined || r.Alarm[43] != Undefined || r.Alarm[79] == Undefined {
		t.Errorf("alarms around a missing count: %v", r.Alarm)
	}
	if r := NewEwmaEssence().Detect(daily(), 1, 3); len(r.Alarm) != 3 || r.Alarm[0] != Undefined {
		t.Error("no counts, no verdicts")
	}
}

func TestEwmaValidate(t *testing.T) {
	for _, d := range []interface{ Validate() error }{
		Ewma{Lambda: 0, L: 3}, Ewma{Lambda: 1.1, L: 3}, Ewma{Lambda: 0.2, L: -1}, Ewma{Lambda: 0.2, L: 3, Baseline: -1},
		Ewma{Lambda: 0.2, L: 3, SD: Known(0)}, Ewma{Lambda: 0.2, L: 3, MinSD: -1},
		EwmaEssence{B: 28, G: 2, W1: 0, W2: 0.9, MinBaseline: 11, AlphaAlert: 0.01, AlphaWarn: 0.05},
		EwmaEssence{B: 8, G: 2, W1: 0.4, W2: 0.9, MinBaseline: 11, AlphaAlert: 0.01, AlphaWarn: 0.05},
		EwmaEssence{B: 28, G: -1, W1: 0.4, W2: 0.9, MinBaseline: 11, AlphaAlert: 0.01, AlphaWarn: 0.05},
		EwmaEssence{B: 28, G: 2, W1: 0.4, W2: 0.9, MinBaseline: 11},
	} {
		if d.Validate() == nil {
			t.Errorf("no error for %+v", d)
		}
	}
}
