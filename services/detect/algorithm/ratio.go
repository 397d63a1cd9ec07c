package algorithm

import "math"

// Ratio raises an alarm when the mean of the last Window counts exceeds Ratio
// times the mean of the Baseline counts before them, with at least Min reports in
// the window. Missing counts are left out on both sides; half of the baseline
// must be known. The score is the ratio with half a report added on both sides.
type Ratio struct {
	Ratio    float64 `json:"ratio"`
	Window   int     `json:"window"`
	Baseline int     `json:"baseline"`
	Min      float64 `json:"min"`
}

// NewRatio is a week at three times the eight weeks before.
func NewRatio() Ratio { return Ratio{Ratio: 3, Window: 7, Baseline: 56, Min: 3} }

// Validate checks the parameters.
func (d Ratio) Validate() error {
	return firstError(
		atLeast("ratio", "ratio", d.Ratio, math.SmallestNonzeroFloat64),
		atLeast("ratio", "window", float64(d.Window), 1),
		atLeast("ratio", "baseline", float64(d.Baseline), 1),
		atLeast("ratio", "min", d.Min, 0),
	)
}

// Detect tests the points of a range.
func (d Ratio) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		past, known := s.known(t-d.Window-d.Baseline+1, t-d.Window)
		if y := s.at(t); math.IsNaN(y) || 2*known < float64(d.Baseline) {
			continue
		}
		before, days := s.known(t-d.Window+1, t-1)
		expected := past / known * (days + 1)
		sum, i := before+s.at(t), t-first
		// More than Ratio times what is expected, and Min reports: the larger of the two.
		r.Upperbound[i] = math.Max(-1, math.Max(d.Ratio*expected, math.Ceil(d.Min)-1)-before)
		r.Alarm[i] = raised(sum > d.Ratio*expected && sum >= d.Min)
		r.Score[i] = score((sum + 0.5) / (expected + 0.5))
	}
	return r
}
