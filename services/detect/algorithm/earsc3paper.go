package algorithm

import "math"

// EarsC3Paper is C3 as published (Hutwagner et al. 2003, J Urban Health 80:i89):
// the sum over today and the two days before of what C2 exceeds 1 by; an alarm
// is raised above Threshold. The score is that sum.
type EarsC3Paper struct {
	Baseline  int     `json:"baseline"`
	MinSigma  float64 `json:"minSigma"`
	Threshold float64 `json:"threshold"`
}

// NewEarsC3Paper has the published window and threshold, and the floor of the
// standard deviation advised for sparse counts.
func NewEarsC3Paper() EarsC3Paper { return EarsC3Paper{Baseline: 7, MinSigma: 0.5, Threshold: 2} }

// Validate checks the parameters.
func (d EarsC3Paper) Validate() error {
	return firstError(
		atLeast("earsC3paper", "baseline", float64(d.Baseline), 3),
		atLeast("earsC3paper", "minSigma", d.MinSigma, 0),
		atLeast("earsC3paper", "threshold", d.Threshold, 0),
	)
}

// Detect tests the points of a range.
func (d EarsC3Paper) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		before := d.part(s, t-1) + d.part(s, t-2)
		m, sd := window(s, t, d.Baseline, 2)
		if math.IsNaN(before) || math.IsNaN(sd) {
			continue
		}
		i := t - first
		r.Upperbound[i] = d.bound(before, m, math.Max(sd, d.MinSigma))
		r.Alarm[i] = exceeds(s.at(t), r.Upperbound[i])
		if sum := before + d.part(s, t); !math.IsNaN(sum) {
			r.Score[i] = score(sum)
		}
	}
	return r
}

// part is what the C2 statistic at t exceeds 1 by.
func (d EarsC3Paper) part(s Series, t int) float64 {
	m, sd := window(s, t, d.Baseline, 2)
	return math.Max(0, standardised(s.at(t)-m, math.Max(sd, d.MinSigma))-1)
}

// bound is the largest count at which the sum stays within the threshold: any
// count is too much where the days before exceed it already.
func (d EarsC3Paper) bound(before, mean, sd float64) float64 {
	if before > d.Threshold {
		return -1
	}
	return mean + sd*(1+d.Threshold-before)
}
