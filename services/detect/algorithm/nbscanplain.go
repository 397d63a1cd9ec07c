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
	if len(d.Windows) == 0 || len(d.Windows) > 32 {
		return &InvalidError{m, "windows", "must hold 1 to 32 numbers"}
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
	p := newPrefix(s, factor, hi)
	for t := lo; t <= hi; t++ {
		y := s.at(t)
		if math.IsNaN(y) {
			continue
		}
		best, upper, tested := 0.0, math.Inf(1), false
		for _, w := range d.Windows {
			logp, bound, ok := d.window(p, t, w)
			if ok {
				tested = true
				best, upper = math.Max(best, -logp), math.Min(upper, bound-(p.of(t-w+1, t).reports-y))
			}
		}
		if tested {
			i := t - first
			r.Score[i], r.Upperbound[i] = score(best), math.Max(-1, upper)
			r.Alarm[i] = raised(y > upper)
		}
	}
	return r
}

// window is ln p of the sum over the w days up to t, and the largest sum that
// keeps p at Alpha or above.
func (d NBScanPlain) window(p prefix, t, w int) (logp, upper float64, ok bool) {
	end := t - w - d.Guard
	past := p.of(end-d.Baseline+1, end)
	if past.known < 14 {
		return 0, 0, false
	}
	all := p.of(1, end)
	shape := past.reports + 0.5
	mu := shape / (past.exposure + 0.5/((all.reports+0.5)/(all.known+1)))
	// Pearson's sum of (y-e)^2/e at e = mu*factor.
	pearson := past.squares/mu - 2*past.reports + mu*past.exposure
	recent := p.of(t-w+1, t)
	m := mu * recent.exposure
	// The variance is the counts' own and that of the estimated mean.
	phi := shrunkDispersion(pearson, past.known) + m/shape
	upper = math.Max(dist.Quantile(1-d.Alpha, m, phi), math.Ceil(d.MinCount)-1)
	return dist.LogTail(recent.reports, m, phi), upper, true
}

// totals are sums over a stretch of days: reports, weekday factors, days known,
// and squared reports over the factor.
type totals struct{ reports, exposure, known, squares float64 }

// prefix holds the totals from the first day to each.
type prefix []totals

func newPrefix(s Series, factor factors, last int) prefix {
	p := make(prefix, max(0, last)+1)
	for t := 1; t <= last; t++ {
		p[t] = p[t-1]
		if y := s.at(t); !math.IsNaN(y) {
			f := factor.at(t)
			p[t].reports += y
			p[t].exposure += f
			p[t].known++
			p[t].squares += y * y / f
		}
	}
	return p
}

// of is the totals of the days lo to hi, as far as there are any.
func (p prefix) of(lo, hi int) totals {
	if hi < 1 {
		return totals{}
	}
	a, b := p[max(1, lo)-1], p[hi]
	return totals{b.reports - a.reports, b.exposure - a.exposure, b.known - a.known, b.squares - a.squares}
}
