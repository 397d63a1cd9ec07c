package algorithm

import "math"

// Ewma is the exponentially weighted moving average chart (Roberts 1959,
// Technometrics 1:239; Lucas and Saccucci 1990, Technometrics 32:1): z =
// Lambda*y + (1-Lambda)*z from the baseline's mean m at the first point of the
// range, with the exact limit m + L*sd*sqrt(Lambda/(2-Lambda)*(1-(1-Lambda)^(2n))).
//
// The upper bound is the limit for z, not for the count; the score is z's
// distance from the mean in standard errors, so that an alarm is a score above L.
type Ewma struct {
	Lambda   float64      `json:"lambda"`
	L        float64      `json:"L"`
	Baseline EwmaBaseline `json:"baseline"`
	Mean     Estimate     `json:"mean"`  // of the baseline, where it is known
	SD       Estimate     `json:"sd"`    // of the baseline, where it is known
	MinSD    float64      `json:"minSD"` // floor of the estimated standard deviation
}

// EwmaBaseline is the number of counts before the range that mean and standard
// deviation are estimated from; 0, null or a string for all of them.
type EwmaBaseline int

// UnmarshalJSON reads a number, null or a string.
func (b *EwmaBaseline) UnmarshalJSON(text []byte) error {
	var e Estimate
	if err := e.UnmarshalJSON(text); err != nil {
		return err
	}
	*b = EwmaBaseline(e.Value)
	return nil
}

// NewEwma has the usual settings for small shifts.
func NewEwma() Ewma { return Ewma{Lambda: 0.2, L: 3, MinSD: 0.5} }

// Validate checks the parameters.
func (d Ewma) Validate() error {
	if !(d.Lambda > 0 && d.Lambda <= 1) {
		return &InvalidError{"ewma", "lambda", "must lie above 0 and not above 1"}
	}
	return firstError(
		atLeast("ewma", "L", d.L, 0),
		atLeast("ewma", "baseline", float64(d.Baseline), 0),
		atLeast("ewma", "minSD", d.MinSD, 0),
		d.Mean.valid("ewma", "mean", 0),
		d.SD.valid("ewma", "sd", math.SmallestNonzeroFloat64),
	)
}

// Detect tests the points of a range.
func (d Ewma) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	m, sd := d.baseline(s, lo)
	if math.IsNaN(m) || !(sd > 0) {
		return r
	}
	z, left := m, 1.0 // left is (1-lambda)^(2n)
	for t := lo; t <= hi; t++ {
		y := s.at(t)
		if math.IsNaN(y) {
			continue
		}
		z = d.Lambda*y + (1-d.Lambda)*z
		left *= (1 - d.Lambda) * (1 - d.Lambda)
		se := sd * math.Sqrt(d.Lambda/(2-d.Lambda)*(1-left))
		i := t - first
		r.Upperbound[i] = m + d.L*se
		r.Alarm[i] = exceeds(z, r.Upperbound[i])
		r.Score[i] = score((z - m) / se)
	}
	return r
}

// baseline is the mean and standard deviation before the range, missing counts
// left out.
func (d Ewma) baseline(s Series, lo int) (m, sd float64) {
	from := 1
	if d.Baseline > 0 {
		from = max(1, lo-int(d.Baseline))
	}
	var n, sum, sq float64
	for t := from; t < lo; t++ {
		if y := s.at(t); !math.IsNaN(y) {
			n++
			sum += y
		}
	}
	m = d.Mean.or(func() float64 { return sum / n })
	for t := from; t < lo; t++ {
		if y := s.at(t); !math.IsNaN(y) {
			sq += (y - sum/n) * (y - sum/n)
		}
	}
	sd = d.SD.or(func() float64 {
		if n < 2 {
			return math.NaN()
		}
		return math.Max(math.Sqrt(sq/(n-1)), d.MinSD)
	})
	return m, sd
}
