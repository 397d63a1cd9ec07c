package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
)

// Farrington is the detector of Farrington et al. (1996, J R Stat Soc A
// 159:547) as computed by algo.farrington of surveillance: a quasi-Poisson
// regression on the 2W+1 counts about the same time of each of the B years
// before, a trend where it is significant over three years or more and does not
// run out of the range seen.
//
// Alpha is split between two sides, as there. The bound is 0 and no alarm is
// raised with fewer than Limit54[0] reports in the last Limit54[1] points. The
// score is -ln of the tail under the bound's distribution.
type Farrington struct {
	B          int     `json:"b"`
	W          int     `json:"w"`
	Reweight   bool    `json:"reweight"`
	Alpha      float64 `json:"alpha"`
	Trend      bool    `json:"trend"`
	Limit54    []int   `json:"limit54"`
	PowerTrans string  `json:"powertrans"` // 2/3, 1/2 or none
}

// NewFarrington has the package's defaults.
func NewFarrington() Farrington {
	return Farrington{B: 5, W: 3, Reweight: true, Alpha: 0.05, Trend: true, Limit54: []int{5, 4}, PowerTrans: "2/3"}
}

// Validate checks the parameters.
func (d Farrington) Validate() error {
	return firstError(
		within("farrington", "b", float64(d.B), 1, 200),
		within("farrington", "w", float64(d.W), 0, 1e5),
		probability("farrington", "alpha", d.Alpha),
		validLimit54("farrington", d.Limit54),
		validPower("farrington", d.PowerTrans),
	)
}

func validLimit54(method string, l []int) error {
	if len(l) != 2 || l[0] < 0 || l[1] < 1 || l[1] > 1e4 {
		return &InvalidError{method, "limit54", "must be two numbers: reports (0 or more) and points (1 or more)"}
	}
	return nil
}

func validPower(method, power string) error {
	if power != "2/3" && power != "1/2" && power != "none" {
		return &InvalidError{method, "powertrans", "must be 2/3, 1/2 or none"}
	}
	return nil
}

// Detect tests the points of a range.
func (d Farrington) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	q := newQuasiPoisson(s)
	z := dist.NormalQuantile(1 - d.Alpha/2)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		q.reset(1)
		for i := d.B; i >= 1; i-- {
			at := t - i*s.Freq
			for u := max(1, at-d.W); u <= min(at+d.W, t-1); u++ {
				q.add(u, float64(u), 0)
			}
		}
		mu, se, ok := d.predict(q, t)
		if !ok {
			continue
		}
		i, y := t-first, s.at(t)
		upper, logp := powerBound(d.PowerTrans, mu, se, q.phi, z, y)
		switch recent := s.sum(t-d.Limit54[1]+1, t); {
		case math.IsNaN(recent):
		case recent < float64(d.Limit54[0]):
			r.Upperbound[i], r.Alarm[i] = 0, Quiet
		default:
			r.Upperbound[i] = finite(upper)
			r.Alarm[i] = exceeds(y, r.Upperbound[i])
			r.Score[i] = score(logp)
		}
	}
	return r
}

// predict is the mean at t and its standard error, under the better of the
// models with and without a trend.
func (d Farrington) predict(q *quasiPoisson, t int) (mu, se float64, ok bool) {
	threshold := 0.0
	if d.Reweight {
		threshold = 1
	}
	if !q.estimate(d.Trend, threshold) {
		return 0, 0, false
	}
	eta, v := q.fit.Predict(0, float64(t))
	if q.trend {
		keep := d.B >= 3 && q.trendP(q.fit.Dispersion()) < 0.05 && math.Exp(eta) <= q.largest()
		if !keep {
			if !q.estimate(false, threshold) {
				return 0, 0, false
			}
			eta, v = q.fit.Predict(0, float64(t))
		}
	}
	mu = math.Exp(eta)
	return mu, mu * math.Sqrt(q.phi*v), true
}
