package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
)

// Bayes is the predictive distribution of a Poisson count under Jeffreys' prior,
// a negative binomial, as computed by algo.bayes of surveillance (Riebler 2004;
// Hoehle 2007, Comput Stat 22:571). The reference is the W counts before the
// point and, for each of B years back, the W counts either side of the same time
// of year. Missing counts are left out of it.
//
// An alarm is a count above the quantile at 1-Alpha; the score is -ln of the
// predictive tail from the count on.
type Bayes struct {
	B     int     `json:"b"`
	W     int     `json:"w"`
	ActY  bool    `json:"actY"` // whether the counts just before the point belong to the reference
	Alpha float64 `json:"alpha"`
}

// NewBayes has the package's defaults.
func NewBayes() Bayes { return Bayes{W: 6, ActY: true, Alpha: 0.05} }

// Validate checks the parameters.
func (d Bayes) Validate() error {
	if !d.ActY && d.B == 0 {
		return &InvalidError{"bayes", "actY", "must be true where b is 0: there is no reference"}
	}
	return firstError(
		within("bayes", "b", float64(d.B), 0, 200),
		within("bayes", "w", float64(d.W), 1, 1e5),
		probability("bayes", "alpha", d.Alpha),
	)
}

// Detect tests the points of a range.
func (d Bayes) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		if t-d.B*s.Freq-d.W < 1 {
			continue
		}
		sum, n := d.reference(s, t)
		size, prob := sum+0.5, n/(n+1)
		i, y := t-first, s.at(t)
		r.Upperbound[i] = finite(dist.NegBinQuantile(1-d.Alpha, size, prob))
		r.Alarm[i] = exceeds(y, r.Upperbound[i])
		if !math.IsNaN(y) && n > 0 {
			r.Score[i] = score(-dist.NegBinLogTail(y, size, prob))
		}
	}
	return r
}

// reference is the sum and the number of the reference counts of t.
func (d Bayes) reference(s Series, t int) (sum, n float64) {
	add := func(from, to int) {
		for u := from; u <= to; u++ {
			if y := s.at(u); !math.IsNaN(y) {
				sum += y
				n++
			}
		}
	}
	if d.ActY {
		add(t-d.W, t-1)
	}
	for i := 1; i <= d.B; i++ {
		add(t-i*s.Freq-d.W, min(t-i*s.Freq+d.W, t-1))
	}
	return sum, n
}
