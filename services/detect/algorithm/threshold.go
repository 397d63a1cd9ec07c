package algorithm

import "math"

// Threshold raises an alarm when the sum of the last Window counts reaches
// Threshold: an absolute rule, for stories, publishers or weight. A missing
// count adds nothing. The score is that sum; the upper bound is the largest
// whole count that stays below, -1 where the days before suffice.
type Threshold struct {
	Threshold float64 `json:"threshold"`
	Window    int     `json:"window"`
}

// NewThreshold is three reports in one day.
func NewThreshold() Threshold { return Threshold{Threshold: 3, Window: 1} }

// Validate checks the parameters.
func (d Threshold) Validate() error {
	return firstError(
		atLeast("threshold", "threshold", d.Threshold, math.SmallestNonzeroFloat64),
		atLeast("threshold", "window", float64(d.Window), 1),
	)
}

// Detect tests the points of a range.
func (d Threshold) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		y := s.at(t)
		if math.IsNaN(y) {
			continue
		}
		before, _ := s.known(t-d.Window+1, t-1)
		i := t - first
		r.Upperbound[i] = math.Max(-1, math.Ceil(d.Threshold-before)-1)
		r.Alarm[i] = raised(before+y >= d.Threshold)
		r.Score[i] = score(before + y)
	}
	return r
}
