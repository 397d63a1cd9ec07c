package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
)

// NBScanPlain is the plain negative binomial scan: the least p value of the sums
// over the last Windows days under their predictive distribution. It is the
// floor that NBScan is measured against, and easy to explain.
//
// The baseline is the Baseline days that end Guard days before the window. The
// mean has a gamma posterior whose prior is worth half a report at the series'
// long-run rate; the dispersion is Pearson's, drawn towards 1.3. The score is
// -ln p; the upper bound is the largest count that raises no alarm, -1 where the
// days before suffice.
type NBScanPlain struct {
	Weekday  []float64 `json:"weekday"`
	Windows  []int     `json:"windows"`
	Baseline int       `json:"baseline"`
	Guard    int       `json:"guard"`
	Alpha    float64   `json:"alpha"`
	MinCount float64   `json:"minCount"`
}

// NewNBScanPlain has windows of 1, 3 and 7 days.
func NewNBScanPlain() NBScanPlain {
	return NBScanPlain{Windows: []int{1, 3, 7}, Baseline: 112, Guard: 3, Alpha: 0.001}
}

// Validate checks the parameters.
func (d NBScanPlain) Validate() error {
	const m = "nbscanPlain"
	if len(d.Windows) == 0 {
		return &InvalidError{m, "windows", "must not be empty"}
	}
	for _, w := range d.Windows {
		if w < 1 || w > 366 {
			return &InvalidError{m, "windows", "must hold numbers of days from 1 to 366"}
		}
	}
	return firstError(
		validWeekday(m, d.Weekday),
		atLeast(m, "baseline", float64(d.Baseline), 14),
		atLeast(m, "guard", float64(d.Guard), 0),
		probability(m, "alpha", d.Alpha),
		atLeast(m, "minCount", d.MinCount, 0),
	)
}

// Detect tests the points of a range.
func (d NBScanPlain) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	factor, ok := s.factors(d.Weekday)
	if !ok {
		return r
	}
	for t := lo; t <= hi; t++ {
		y := s.at(t)
		if math.IsNaN(y) {
			continue
		}
		best, upper, tested := 0.0, math.Inf(1), false
		for _, w := range d.Windows {
			logp, bound, ok := d.window(s, factor, t, w)
			if ok {
				tested = true
				best, upper = math.Max(best, -logp), math.Min(upper, bound)
			}
		}
		if tested {
			i := t - first
			r.Score[i], r.Upperbound[i] = score(best), upper
			r.Alarm[i] = raised(y > upper)
		}
	}
	return r
}

// window is ln p of the sum over the w days up to t and the largest count of t
// that keeps p at Alpha or above.
func (d NBScanPlain) window(s Series, factor factors, t, w int) (logp, upper float64, ok bool) {
	end := t - w - d.Guard
	from := max(1, end-d.Baseline+1)
	var reports, days, n float64
	for u := from; u <= end; u++ {
		if y := s.at(u); !math.IsNaN(y) {
			reports += y
			days += factor.at(u)
			n++
		}
	}
	if n < 14 {
		return 0, 0, false
	}
	all, seen := s.known(1, end)
	shape := reports + 0.5
	mu := shape / (days + 0.5/((all+0.5)/(seen+1)))
	pearson := 0.0
	for u := from; u <= end; u++ {
		if y := s.at(u); !math.IsNaN(y) {
			e := mu * factor.at(u)
			pearson += (y - e) * (y - e) / e
		}
	}
	var before, exposure float64
	for u := max(1, t-w+1); u <= t; u++ {
		if y := s.at(u); !math.IsNaN(y) {
			before += y
			exposure += factor.at(u)
		}
	}
	before -= s.at(t)
	// Variance: the counts' own and that of the estimated mean.
	m := mu * exposure
	phi := shrunkDispersion(pearson, n) + m/shape
	q := dist.Quantile(1-d.Alpha, m, phi)
	upper = math.Max(-1, math.Max(q, math.Ceil(d.MinCount)-1)-before)
	return dist.LogTail(before+s.at(t), m, phi), upper, true
}
