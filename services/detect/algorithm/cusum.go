package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/glm"
)

// Cusum is the cumulative sum of standardised counts as computed by algo.cusum
// of surveillance (Rossi, Lampugnani and Marchi 1999, Stat Med 18:2111). It
// starts at zero at the first point of the range and does not restart after an
// alarm, so an alarm lasts long after its burst; CusumRestart does.
//
// The score is the sum itself. The upper bound is solved back from the sum of
// the day before, as in the package; under rossi it is one root of two and does
// not always agree with the alarm, which is sum >= H.
type Cusum struct {
	K     float64   `json:"k"`     // reference value, in standard deviations
	H     float64   `json:"h"`     // decision boundary
	M     CusumMean `json:"m"`     // expected count
	Trans string    `json:"trans"` // standard, rossi, anscombe, anscombe2nd, pearsonNegBin, anscombeNegBin or none
	Alpha float64   `json:"alpha"` // overdispersion of the NegBin transformations, variance m+alpha*m^2
}

// CusumMean is an expected count: a number, "glm" for a Poisson regression on
// one annual wave, anything else for the mean of the counts before the range.
type CusumMean struct {
	Estimate
	GLM bool
}

// UnmarshalJSON reads a number, "glm", or another string or null for the mean.
func (m *CusumMean) UnmarshalJSON(b []byte) error {
	if string(b) == `"glm"` {
		*m = CusumMean{GLM: true}
		return nil
	}
	m.GLM = false
	return m.Estimate.UnmarshalJSON(b)
}

// NewCusum has the package's defaults.
func NewCusum() Cusum { return Cusum{K: 1.04, H: 2.26, Trans: "standard", Alpha: 0.1} }

// Validate checks the parameters.
func (d Cusum) Validate() error {
	if _, ok := transformationOf(d.Trans); !ok {
		return &InvalidError{"cusum", "trans", "is none of standard, rossi, anscombe, anscombe2nd, pearsonNegBin, anscombeNegBin, none"}
	}
	return firstError(
		atLeast("cusum", "k", d.K, 0),
		atLeast("cusum", "h", d.H, 0),
		atLeast("cusum", "alpha", d.Alpha, 0),
		d.M.valid("cusum", "m", 0),
	)
}

// Detect tests the points of a range.
func (d Cusum) Detect(s Series, first, last int) Result { return d.run(s, first, last, false) }

func (d Cusum) run(s Series, first, last int, restart bool) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	tr, known := transformationOf(d.Trans)
	if !known {
		return r
	}
	mean := d.mean(s, lo)
	sum := 0.0
	for t := lo; t <= hi; t++ {
		i, m := t-first, mean(t)
		if restart && math.IsNaN(s.at(t)) {
			continue // a missing day changes nothing
		}
		before := sum
		sum = math.Max(0, sum+tr.standardise(s.at(t), m, d.Alpha)-d.K)
		upper := d.H - sum
		if tr.bound != nil {
			upper = tr.bound(m, d.H+d.K-before, d.Alpha)
		}
		if !(upper >= 0) {
			upper = 0 // as the package: neither undefined nor negative
		}
		r.Upperbound[i] = upper
		if math.IsNaN(sum) {
			continue
		}
		r.Alarm[i] = raised(sum >= d.H)
		r.Score[i] = score(sum)
		if restart && sum >= d.H {
			sum = 0
		}
	}
	return r
}

// mean is the expected count at each point.
func (d Cusum) mean(s Series, lo int) func(int) float64 {
	if !d.M.GLM {
		m := d.M.or(func() float64 { return s.mean(1, lo-1) })
		return func(int) float64 { return m }
	}
	wave := func(t int) []float64 {
		angle := 2 * math.Pi / float64(s.Freq) * float64(s.Start[1]+t-1)
		return []float64{1, math.Cos(angle), math.Sin(angle)}
	}
	var x [][]float64
	var y []float64
	for t := 1; t < lo; t++ {
		if v := s.at(t); !math.IsNaN(v) {
			x, y = append(x, wave(t)), append(y, v)
		}
	}
	m, ok := fitMean(x, y, math.Inf(1))
	if !ok {
		return func(int) float64 { return math.NaN() }
	}
	return func(t int) float64 { return m.Mean(wave(t)) }
}

// fitMean fits a log-linear mean where there are data for it.
func fitMean(x [][]float64, y []float64, theta float64) (glm.Loglinear, bool) {
	if len(y) == 0 {
		return glm.Loglinear{}, false
	}
	return glm.FitLoglinear(x, y, theta)
}
