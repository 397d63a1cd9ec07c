package algorithm

import (
	"math"
	"testing"
)

func TestBaselineFindsMeanAndDispersion(t *testing.T) {
	for _, c := range []struct{ mean, phi float64 }{{0.05, 1}, {0.5, 1}, {0.5, 2}, {3, 1}, {3, 2}, {20, 5}} {
		var mean, phi float64
		const runs = 40
		for i := range runs {
			b := newNBBaseline(112, 0.001)
			for _, y := range drawn(uint64(100+i), 700, c.mean, c.phi) {
				b.add(y, 1)
			}
			mean += b.mean() / runs
			phi += b.dispersion() / runs
		}
		if math.Abs(mean/c.mean-1) > 0.1 {
			t.Errorf("mean %g, phi %g: mean %g found", c.mean, c.phi, mean)
		}
		// Sparse counts say little of their dispersion, so the prior shows.
		if tolerance := 0.15 + 0.25/math.Sqrt(c.mean); math.Abs(phi/c.phi-1) > tolerance {
			t.Errorf("mean %g, phi %g: dispersion %g found", c.mean, c.phi, phi)
		}
	}
}

func TestBaselineForgets(t *testing.T) {
	b := newNBBaseline(50, 0.01)
	for range 400 {
		b.add(5, 1)
	}
	for range 400 {
		b.add(0, 1)
	}
	if m := b.mean(); m > 0.1 {
		t.Errorf("mean %g eight half-lives after reports stopped", m)
	}
	before := *b
	b.add(missing, 1)
	if *b != before {
		t.Error("a missing count changed the baseline")
	}
}

func TestLogRising(t *testing.T) {
	for _, c := range []struct{ m, q, y float64 }{{0.5, 0, 3}, {2, 0.3, 5}, {2, 0.3, 39}, {2, 0.3, 200}, {1e-3, 7, 30}, {100, 1, 500}, {1e8, 3, 45}} {
		want := 0.0
		for j := 0.0; j < c.y; j++ {
			want += math.Log(c.m + j*c.q)
		}
		near(t, "logRising", logRising(c.m, c.q, c.y), want, 1e-9)
	}
}

func TestLogRise(t *testing.T) {
	for _, c := range []struct{ a, d, y float64 }{{0.003, 2, 200}, {0.5, 0.1, 3}, {7, 30, 90}, {1e3, 5, 1200}, {1e6, 24, 300}, {2, 1e3, 50}} {
		want := 0.0
		for j := 0.0; j < c.y; j++ {
			want += math.Log1p(c.d / (c.a + j))
		}
		near(t, "logRise", logRise(c.a, c.d, c.y), want, 1e-7)
	}
}

// Counted up one by one or by the gamma function, evidence and bound are the same.
func TestEvidenceAgreesAcrossMethods(t *testing.T) {
	for _, mean := range []float64{0.05, 2, 40} {
		for _, phi := range []float64{1, 1.7} {
			a, b := newBursts([]float64{3, 6, 12, 24}), newBursts([]float64{3, 6, 12, 24})
			for day, y := range drawn(27, 30, mean, phi) {
				for _, x := range []*bursts{a, b} {
					x.begin(day+1, mean, phi)
					x.expect(day + 1)
				}
				e1, u1 := a.observe(y, 1, 20)
				e2, u2 := b.observeBusy(y, 1, 20, mean)
				if u1 != u2 || math.Abs(e1/e2-1) > 1e-6 {
					t.Errorf("mean %g, phi %g, day %d: %g and %g, %g and %g", mean, phi, day+1, e1, e2, u1, u2)
				}
			}
		}
	}
}

// The evidence for a hypothesis is a likelihood ratio: the product of the
// probabilities of the days since its onset under both.
func TestEvidenceIsLikelihoodRatio(t *testing.T) {
	const mean, phi = 0.7, 1.6
	days := []float64{2, 0, 3, 1, 220, 2, 1}
	b := newBursts([]float64{3, 10, 20}) // sizes that do not double
	var evidence float64
	for day, y := range days {
		b.begin(day+1, mean, phi)
		b.expect(day + 1)
		evidence, _ = b.observe(y, 1, 1)
	}
	last := len(days)
	var sum, n float64
	for k, sh := range b.shapes {
		for i, size := range b.sizes {
			for first := max(1, last-len(sh.share)+1); first <= last; first++ {
				l := 0.0
				for d := first; d <= last; d++ {
					excess := size * (1 + mean/2) * sh.share[d-first]
					l += logNegBin(days[d-1], mean+excess, phi, emptiness(phi)) - logNegBin(days[d-1], mean, phi, emptiness(phi))
				}
				near(t, "ratio", math.Log(b.onsets[first%longestBurst].ratio[k*len(b.sizes)+i]), l, 1e-9)
				sum += math.Exp(l)
				n++
			}
		}
	}
	near(t, "evidence", math.Log(evidence), math.Log(sum/n), 1e-9)
}

// Without a burst the expectation of the evidence is 1, whatever the series: so
// a mean over many days stays about 1, and by Markov's inequality evidence above
// 20 has a share of a twentieth at most.
func TestEvidenceUnderBaseline(t *testing.T) {
	for _, c := range []struct{ mean, phi float64 }{{0.1, 1}, {1, 1}, {1, 2}, {4, 1.5}} {
		var sum, days, strong float64
		d := NewNBScan()
		d.MinCount = 0
		for i := range 60 {
			r := d.Detect(daily(drawn(uint64(500+i), 500, c.mean, c.phi)...), 200, 500)
			for _, s := range r.Score {
				sum += math.Min(100, math.Exp(s))
				days++
				if s > math.Log(20) {
					strong++
				}
			}
		}
		if m := sum / days; m > 1.5 || m < 0.3 {
			t.Errorf("mean %g, phi %g: mean evidence %g", c.mean, c.phi, m)
		}
		if strong/days > 0.02 {
			t.Errorf("mean %g, phi %g: evidence above 20 on a share %g of days", c.mean, c.phi, strong/days)
		}
	}
}

func TestNBScanFindsShapes(t *testing.T) {
	base := drawn(21, 300, 0.2, 1)
	for name, extra := range map[string][]float64{
		"spike": {6}, "wave": {1, 2, 3, 3, 2, 1}, "ramp": {0, 1, 0, 1, 1, 1, 2, 2, 2, 3, 3},
	} {
		counts := append(append([]float64(nil), base...), extra...)
		n := len(counts)
		d := NewNBScan()
		r := d.Detect(daily(counts...), 290, n)
		if r.Alarm[len(r.Alarm)-1] != Raised {
			t.Errorf("%s: no alarm, score %g", name, r.Score[len(r.Score)-1])
		}
		e, ok := d.Explain(daily(counts...), n)
		if !ok || e.Shape != name {
			t.Errorf("%s: explained as %+v", name, e)
		}
		if e.Onset < 290 || e.Onset > n || e.Days != n-e.Onset+1 || !(e.Ratio() > 2) || e.Score != r.Score[len(r.Score)-1] {
			t.Errorf("%s: explained as %+v", name, e)
		}
	}
}

func TestNBScanSeesBurstOverBusyBaseline(t *testing.T) {
	counts := append(drawn(22, 300, 120, 2), 320)
	r := NewNBScan().Detect(daily(counts...), 301, 301)
	if r.Alarm[0] != Raised || !(r.Upperbound[0] > 120 && r.Upperbound[0] < 320) {
		t.Errorf("alarm %d, bound %g", r.Alarm[0], r.Upperbound[0])
	}
}

func TestNBScanWarmup(t *testing.T) {
	counts := append(make([]float64, 10), 9, 9, 9, 9, 9, 9)
	r := NewNBScan().Detect(daily(counts...), 1, 16)
	for i, a := range r.Alarm {
		if (a == Undefined) != (i < 14) {
			t.Errorf("point %d: alarm %d", i+1, a)
		}
	}
	if _, ok := NewNBScan().Explain(daily(counts...), 3); ok {
		t.Error("nothing to explain in the warm-up")
	}
}

func TestNBScanMinCount(t *testing.T) {
	counts := append(make([]float64, 300), 1)
	low := 0.5
	d := NewNBScan()
	d.Threshold = &low
	r := d.Detect(daily(counts...), 301, 301)
	if r.Alarm[0] != Quiet || r.Upperbound[0] != 1 || r.Score[0] > 0 {
		t.Errorf("one report in two weeks: alarm %d, bound %g, score %g", r.Alarm[0], r.Upperbound[0], r.Score[0])
	}
	counts[300] = 2
	if r := d.Detect(daily(counts...), 301, 301); r.Alarm[0] != Raised {
		t.Error("two reports after ten months of silence")
	}
}

func TestNBScanMissing(t *testing.T) {
	counts := drawn(23, 300, 1, 1)
	for i := 250; i < 253; i++ {
		counts[i] = missing
	}
	r := NewNBScan().Detect(daily(counts...), 240, 300)
	for i, a := range r.Alarm {
		gone := i+239 >= 250 && i+239 < 253
		if (a == Undefined) != gone {
			t.Errorf("point %d: alarm %d", 240+i, a)
		}
		if a == Raised {
			t.Errorf("an alarm out of a gap at %d", 240+i)
		}
	}
}

func TestNBScanThresholds(t *testing.T) {
	near(t, "default", NewNBScan().limit(), falseAlarmThreshold, 0)
	for _, rate := range []float64{0.05, 0.01, 0.0027, 1e-4} {
		near(t, "inverse", NBScanRate(NBScanThreshold(rate)), rate, 1e-9)
	}
	if NBScanThreshold(0.999) < 0 {
		t.Error("thresholds are not negative")
	}
	counts := append(drawn(24, 300, 0.5, 1), 2, 2, 3)
	s := daily(counts...)
	strict, lax := NewNBScan(), NewNBScan()
	strict.Alpha, lax.Alpha = 1e-6, 0.5
	a, b := strict.Detect(s, 303, 303), lax.Detect(s, 303, 303)
	if a.Score[0] != b.Score[0] || a.Alarm[0] != Quiet || b.Alarm[0] != Raised || !(a.Upperbound[0] > b.Upperbound[0]) {
		t.Errorf("strict %+v, lax %+v", a, b)
	}
}

func TestNBScanWeekdays(t *testing.T) {
	// Reports on weekdays only: with the factors Monday is no burst, a Sunday is.
	var counts []float64
	for range 50 {
		counts = append(counts, 2, 2, 2, 2, 2, 0, 0)
	}
	d := NewNBScan()
	d.Weekday = []float64{1.38, 1.38, 1.38, 1.38, 1.38, 0.05, 0.05}
	s := daily(append(counts, 2, 2, 2, 2, 2, 0, 4)...)
	r := d.Detect(s, 351, 357)
	if at := raisedAt(r, 351); len(at) != 1 || at[0] != 357 {
		t.Errorf("alarms at %v, want Sunday alone", at)
	}
	if !(r.Upperbound[6] < r.Upperbound[0]) {
		t.Errorf("bounds %v: Sunday's should be lower", r.Upperbound)
	}
	if d.Fits(weeks(1)) == nil || NewNBScan().Fits(weeks(1)) != nil {
		t.Error("weekday factors want a daily series")
	}
}

func TestNBCusumFindsRise(t *testing.T) {
	counts := append(drawn(25, 300, 0.5, 1), drawn(26, 30, 2, 1)...)
	at := raisedAt(NewNBCusum().Detect(daily(counts...), 250, 330), 250)
	if len(at) == 0 || at[0] < 301 || at[0] > 312 {
		t.Errorf("alarms at %v", at)
	}
}

func TestNBCusumGain(t *testing.T) {
	// The gain of Hoehle and Paul with their alpha, at a variance phi times the mean.
	d := NewNBCusum()
	for _, c := range []struct{ m, phi, y float64 }{{0.5, 1.4, 0}, {2, 3, 4}, {0.1, 1, 2}} {
		empty, step := d.gain(c.m, c.phi)
		chart := glrChart{alpha: (c.phi - 1) / c.m}
		near(t, "gain", empty+step*c.y, chart.gain(c.y, c.m, d.Theta), 1e-9)
	}
}

func TestNBScanPlain(t *testing.T) {
	// A flat baseline of 112 ones; three in a day.
	counts := append(drawnFlat(130, 1), 1, 1, 6)
	d := NewNBScanPlain()
	r := d.Detect(daily(counts...), 131, 133)
	if r.Alarm[0] != Quiet || r.Alarm[2] != Raised {
		t.Errorf("alarms %v, scores %v", r.Alarm, r.Score)
	}
	if r := d.Detect(daily(counts...), 1, 15); r.Alarm[14] != Undefined {
		t.Error("no baseline yet")
	}
	few := NewNBScanPlain()
	few.MinCount = 3
	sparse := append(make([]float64, 200), 2)
	if a, b := d.Detect(daily(sparse...), 201, 201), few.Detect(daily(sparse...), 201, 201); a.Alarm[0] != Raised || b.Alarm[0] != Quiet {
		t.Errorf("two reports: alarm %d without, %d with a least number of three", a.Alarm[0], b.Alarm[0])
	}
}

func TestNBValidate(t *testing.T) {
	negative := -1.0
	scan := func(change func(*NBScan)) NBScan { d := NewNBScan(); change(&d); return d }
	plain := func(change func(*NBScanPlain)) NBScanPlain { d := NewNBScanPlain(); change(&d); return d }
	cusum := func(change func(*NBCusum)) NBCusum { d := NewNBCusum(); change(&d); return d }
	for i, d := range []interface{ Validate() error }{
		scan(func(d *NBScan) { d.Sizes = nil }), scan(func(d *NBScan) { d.Sizes = []float64{0} }),
		scan(func(d *NBScan) { d.Threshold = &negative }), scan(func(d *NBScan) { d.Alpha = 0 }),
		scan(func(d *NBScan) { d.HalfLife = 1 }), scan(func(d *NBScan) { d.MinMean = 0 }),
		scan(func(d *NBScan) { d.Weekday = []float64{1, 1, 1, 1, 1, 1, 0} }), scan(func(d *NBScan) { d.Warmup = -1 }),
		plain(func(d *NBScanPlain) { d.Windows = nil }), plain(func(d *NBScanPlain) { d.Windows = []int{0} }),
		plain(func(d *NBScanPlain) { d.Baseline = 3 }), plain(func(d *NBScanPlain) { d.Alpha = 1 }),
		cusum(func(d *NBCusum) { d.Theta = 0 }), cusum(func(d *NBCusum) { d.H = -1 }), cusum(func(d *NBCusum) { d.Warmup = 0 }),
	} {
		if d.Validate() == nil {
			t.Errorf("%d: no error for %+v", i, d)
		}
	}
}
