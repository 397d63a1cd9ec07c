package algorithm

import "math"

// NBCusum is the product's detector of slow rises: the likelihood ratio
// cumulative sum for negative binomial counts (Hoehle and Paul 2008, as Glrnb
// with Theta) over the same baseline as NBScan, held Lag days back so that a rise
// does not become its own baseline. It runs from the beginning of the series,
// restarts after an alarm, and is raised above H. The score is the sum.
type NBCusum struct {
	Weekday  []float64 `json:"weekday"`
	Theta    float64   `json:"theta"` // ln of the factor looked for
	H        float64   `json:"h"`
	HalfLife float64   `json:"halfLife"`
	MinMean  float64   `json:"minMean"`
	Lag      int       `json:"lag"`
	Warmup   int       `json:"warmup"`
}

// NewNBCusum looks for a threefold mean.
func NewNBCusum() NBCusum {
	return NBCusum{Theta: math.Log(3), H: 3.5, HalfLife: 112, MinMean: 0.02, Lag: 14, Warmup: 56}
}

// Validate checks the parameters.
func (d NBCusum) Validate() error {
	return firstError(
		validWeekday("nbcusum", d.Weekday),
		atLeast("nbcusum", "theta", d.Theta, 0.01),
		atLeast("nbcusum", "h", d.H, 0),
		atLeast("nbcusum", "halfLife", d.HalfLife, 7),
		atLeast("nbcusum", "minMean", d.MinMean, 1e-4),
		atLeast("nbcusum", "lag", float64(d.Lag), 0),
		atLeast("nbcusum", "warmup", float64(d.Warmup), 14),
	)
}

// Detect tests the points of a range.
func (d NBCusum) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	_, hi := s.clip(first, last)
	factor, ok := s.factors(d.Weekday)
	if !ok {
		return r
	}
	base := newNBBaseline(d.HalfLife, d.MinMean)
	sum := 0.0
	for t := 1; t <= hi; t++ {
		if t > d.Lag {
			base.add(s.at(t-d.Lag), factor.at(t-d.Lag))
		}
		y := s.at(t)
		if t <= d.Warmup || math.IsNaN(y) {
			continue
		}
		gain, step := d.gain(base.mean()*factor.at(t), base.dispersion())
		before := sum
		sum = math.Max(0, sum+gain+step*y)
		if t >= first {
			i := t - first
			r.Score[i] = score(sum)
			r.Alarm[i] = raised(sum > d.H)
			r.Upperbound[i] = math.Max(-1, math.Floor((d.H-before-gain)/step))
		}
		if sum > d.H {
			sum = 0
		}
	}
	return r
}

// gain is the log-likelihood ratio of a day without reports, and what every
// report adds to it, at mean m and dispersion phi. The size of the distribution
// is the same under both hypotheses.
func (d NBCusum) gain(m, phi float64) (empty, perReport float64) {
	e := math.Exp(d.Theta)
	q := phi - 1
	if q < 1e-6 {
		return (1 - e) * m, d.Theta
	}
	// With alpha = q/m: (1+alpha*m)/(1+alpha*m*e) = phi/(1+q*e).
	l := math.Log(phi / (1 + q*e))
	return m / q * l, d.Theta + l
}
