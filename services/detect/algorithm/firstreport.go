package algorithm

import "math"

// FirstReport raises an alarm at a report of what has not been reported within
// the last Within points, or never. MinHistory points must have been watched
// before. The score is the number of points without a report before one; the
// upper bound is 0 while a report would be new, undefined otherwise.
type FirstReport struct {
	Within     int `json:"within"`
	MinHistory int `json:"minHistory"`
}

// NewFirstReport is the first report in a year, after four weeks of watching.
func NewFirstReport() FirstReport { return FirstReport{Within: 365, MinHistory: 28} }

// Validate checks the parameters.
func (d FirstReport) Validate() error {
	return firstError(
		atLeast("firstreport", "within", float64(d.Within), 1),
		atLeast("firstreport", "minHistory", float64(d.MinHistory), 0),
	)
}

// Detect tests the points of a range.
func (d FirstReport) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		y := s.at(t)
		reports, watched := s.known(t-d.Within, t-1)
		if math.IsNaN(y) || watched < float64(d.MinHistory) {
			continue
		}
		i := t - first
		r.Alarm[i], r.Score[i] = Quiet, 0
		if reports > 0 {
			continue
		}
		r.Upperbound[i] = 0
		if y > 0 {
			r.Alarm[i], r.Score[i] = Raised, score(watched)
		}
	}
	return r
}
