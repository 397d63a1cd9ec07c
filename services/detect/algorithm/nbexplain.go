package algorithm

import "math"

// Explanation is what NBScan holds most likely at a point, in numbers that a
// person can check.
type Explanation struct {
	Score      float64 // as Detect gives it
	Shape      string  // spike, wave or ramp
	Onset      int     // point at which the burst began
	Days       int     // from the onset to the point, both included
	Observed   float64 // reports on those days
	Expected   float64 // reports that the baseline expects of them
	Mean       float64 // of the baseline, on a day with weekday factor 1
	Dispersion float64 // of the baseline, variance over mean
}

// Ratio is observed over expected.
func (e Explanation) Ratio() float64 { return e.Observed / e.Expected }

// Explain says which burst is most likely at point t; false where t cannot be
// tested.
func (d NBScan) Explain(s Series, t int) (Explanation, bool) {
	e := Explanation{Score: math.NaN()}
	b := d.scan(s, t, t, func(_ int, p point) { e.Score = p.score })
	if math.IsNaN(e.Score) {
		return e, false
	}
	best := 0.0
	for i := range b.onsets {
		o := &b.onsets[i]
		for k, ratio := range o.ratio[:o.open] {
			if ratio > best {
				sh, _ := b.hypothesis(k)
				best = ratio
				e.Shape, e.Onset, e.Mean, e.Dispersion = sh.name, o.day, o.mean, o.phi
			}
		}
	}
	factor, _ := s.factors(d.Weekday)
	e.Days = t - e.Onset + 1
	for u := e.Onset; u <= t; u++ {
		if y := s.at(u); !math.IsNaN(y) {
			e.Observed += y
			e.Expected += e.Mean * factor.at(u)
		}
	}
	return e, true
}
