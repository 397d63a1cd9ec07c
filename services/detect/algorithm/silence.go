package algorithm

import "math"

// Silence raises an alarm when a series that has a rhythm stays without a report
// longer than chance allows: the probability of the zeros up to the point, at
// mean and dispersion of the Baseline points before the first of them, falls
// below Alpha. A missing count is no silence: it is passed over. The score is
// -ln of that probability; there is no upper bound.
type Silence struct {
	Baseline int       `json:"baseline"`
	Alpha    float64   `json:"alpha"`
	Weekday  []float64 `json:"weekday"` // factors, Monday first, for daily series
}

// NewSilence looks back 112 points.
func NewSilence() Silence { return Silence{Baseline: 112, Alpha: 0.001} }

// Validate checks the parameters.
func (d Silence) Validate() error {
	return firstError(
		atLeast("silence", "baseline", float64(d.Baseline), 14),
		probability("silence", "alpha", d.Alpha),
		validWeekday("silence", d.Weekday),
	)
}

// Detect tests the points of a range.
func (d Silence) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	factor, ok := s.factors(d.Weekday)
	if !ok {
		return r
	}
	reported, mu, phi, known := -1, 0.0, 0.0, false // the rhythm up to the last report
	for t := lo; t <= hi; t++ {
		if math.IsNaN(s.at(t)) {
			continue
		}
		begin, exposure := t, 0.0
		for begin >= 1 && !(s.at(begin) > 0) {
			if s.at(begin) == 0 {
				exposure += factor.at(begin)
			}
			begin--
		}
		if begin != reported {
			reported = begin
			mu, phi, known = d.rhythm(s, factor, begin)
		}
		if !known {
			continue
		}
		i := t - first
		r.Score[i] = score(mu * exposure * emptiness(phi))
		r.Alarm[i] = raised(r.Score[i] > -math.Log(d.Alpha))
	}
	return r
}

// rhythm is mean and dispersion of the counts up to and with the last report;
// there is none with fewer than two weeks of them.
func (d Silence) rhythm(s Series, factor factors, last int) (mu, phi float64, ok bool) {
	var sum, exposure, n float64
	for t := max(1, last-d.Baseline+1); t <= last; t++ {
		if y := s.at(t); !math.IsNaN(y) {
			sum += y
			exposure += factor.at(t)
			n++
		}
	}
	if n < 14 || sum == 0 {
		return 0, 0, false
	}
	mu = sum / exposure
	pearson := 0.0
	for t := max(1, last-d.Baseline+1); t <= last; t++ {
		if y := s.at(t); !math.IsNaN(y) && factor.at(t) > 0 {
			e := mu * factor.at(t)
			pearson += (y - e) * (y - e) / e
		}
	}
	return mu, shrunkDispersion(pearson, n), true
}

// emptiness is -ln P(0) per unit of mean for a negative binomial with dispersion
// phi: ln(phi)/(phi-1), and 1 for the Poisson.
func emptiness(phi float64) float64 {
	if phi-1 < 1e-6 {
		return 1
	}
	return math.Log(phi) / (phi - 1)
}

// shrunkDispersion is the Pearson dispersion of n counts drawn towards 1.3 with
// the weight of twenty, within 1 and 6.
func shrunkDispersion(pearson, n float64) float64 {
	const towards, weight = 1.3, 20
	return math.Max(1, math.Min(6, (pearson+towards*weight)/(n+weight)))
}
