package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
)

// FarringtonFlexible is the improved Farrington detector of Noufaily et al.
// (2013, Stat Med 32:1206) as computed by farringtonFlexible of surveillance
// (Salmon, Schumacher and Hoehle 2016, J Stat Softw 70(10)): beside the weeks
// about the same time of the years before, all weeks between enter as
// NoPeriods-1 seasonal levels, and outlying weeks are weighted down.
//
// An alarm is a count above the bound that is not zero. With fewer than
// Limit54[0] reports in the last Limit54[1] points the bound is undefined and no
// alarm is raised. The score is -ln of the tail under the bound's distribution.
//
// Dispersion "package" keeps what the package computes after reweighting (see
// quasiPoisson.packageDispersion) in the trend's test and in the mean's standard
// error; "pearson", the product's own form, uses Pearson's dispersion there too.
type FarringtonFlexible struct {
	B                    int     `json:"b"`
	W                    int     `json:"w"`
	Reweight             bool    `json:"reweight"`
	WeightsThreshold     float64 `json:"weightsThreshold"`
	Alpha                float64 `json:"alpha"` // one-sided
	Trend                bool    `json:"trend"`
	PThresholdTrend      float64 `json:"pThresholdTrend"` // 1: always a trend, if it may be had
	Limit54              []int   `json:"limit54"`
	PowerTrans           string  `json:"powertrans"` // 2/3, 1/2 or none; for delta
	NoPeriods            int     `json:"noPeriods"`
	PastWeeksNotIncluded *int    `json:"pastWeeksNotIncluded"` // nil means W
	ThresholdMethod      string  `json:"thresholdMethod"`      // delta, nbPlugin or muan
	EpochAsDate          bool    `json:"epochAsDate"`          // years back by date, not by number
	Dispersion           string  `json:"-"`                    // package or pearson
}

// NewFarringtonFlexible has the package's defaults.
func NewFarringtonFlexible() FarringtonFlexible {
	return FarringtonFlexible{
		B: 5, W: 3, Reweight: true, WeightsThreshold: 2.58, Alpha: 0.05, Trend: true, PThresholdTrend: 0.05,
		Limit54: []int{5, 4}, PowerTrans: "2/3", NoPeriods: 1, ThresholdMethod: "delta", Dispersion: "package",
	}
}

// NewFarringtonPearson is the product's own form with the settings of Noufaily
// et al. for weekly series.
func NewFarringtonPearson() FarringtonFlexible {
	d := NewFarringtonFlexible()
	past := 26
	d.NoPeriods, d.PastWeeksNotIncluded = 10, &past
	d.PThresholdTrend, d.ThresholdMethod, d.Alpha, d.Dispersion = 1, "nbPlugin", 0.005, "pearson"
	return d
}

// Validate checks the parameters.
func (d FarringtonFlexible) Validate() error {
	const m = "farringtonFlexible"
	switch d.ThresholdMethod {
	case "delta", "nbPlugin", "muan":
	default:
		return &InvalidError{m, "thresholdMethod", "must be delta, nbPlugin or muan"}
	}
	if d.PThresholdTrend != 1 {
		if err := probability(m, "pThresholdTrend", d.PThresholdTrend); err != nil {
			return err
		}
	}
	return firstError(
		within(m, "b", float64(d.B), 1, 200),
		within(m, "w", float64(d.W), 0, 1e5),
		atLeast(m, "weightsThreshold", d.WeightsThreshold, math.SmallestNonzeroFloat64),
		probability(m, "alpha", d.Alpha),
		validLimit54(m, d.Limit54),
		validPower(m, d.PowerTrans),
		within(m, "noPeriods", float64(d.NoPeriods), 1, 1e4),
		atLeast(m, "pastWeeksNotIncluded", float64(d.past()), 0),
	)
}

func (d FarringtonFlexible) past() int {
	if d.PastWeeksNotIncluded != nil {
		return *d.PastWeeksNotIncluded
	}
	return d.W
}

// Detect tests the points of a range.
func (d FarringtonFlexible) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	q := newQuasiPoisson(s)
	z := dist.NormalQuantile(1 - d.Alpha)
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		if !d.reference(q, s, t) {
			continue
		}
		eta, se, ok := d.predict(q, s.time(d.EpochAsDate, t))
		if !ok {
			continue
		}
		i, y := t-first, s.at(t)
		r.Alarm[i] = Quiet
		if !(s.sum(t-d.Limit54[1]+1, t) >= float64(d.Limit54[0])) {
			continue
		}
		upper, logp := d.bound(eta, se, q.phi, z, y)
		r.Upperbound[i] = finite(upper)
		r.Alarm[i] = raised(y > r.Upperbound[i] && y != 0)
		if !math.IsNaN(logp) {
			r.Score[i] = score(logp)
		}
	}
	return r
}

// predict is the linear predictor at a time and its standard error. A trend
// stays where it is significant, there are three years, and the mean does not
// exceed what was seen.
func (d FarringtonFlexible) predict(q *quasiPoisson, time float64) (eta, se float64, ok bool) {
	threshold := 0.0
	if d.Reweight {
		threshold = d.WeightsThreshold
	}
	if !q.estimate(d.Trend, threshold) {
		return 0, 0, false
	}
	now := q.data.Groups - 1
	eta, v := q.fit.Predict(now, time)
	if q.trend {
		keep := d.B >= 3 && q.trendP(d.dispersion(q)) < d.PThresholdTrend && math.Exp(eta) <= q.largest()
		if !keep {
			if !q.estimate(false, threshold) {
				return 0, 0, false
			}
			eta, v = q.fit.Predict(now, time)
		}
	}
	return eta, math.Sqrt(d.dispersion(q) * v), !math.IsNaN(eta)
}

func (d FarringtonFlexible) dispersion(q *quasiPoisson) float64 {
	if d.Dispersion == "pearson" {
		return q.phi
	}
	return q.packageDispersion()
}

// bound is the upper bound and the tail's -ln p at y, by the threshold method.
func (d FarringtonFlexible) bound(eta, se, phi, z, y float64) (upper, logp float64) {
	mu := math.Exp(eta)
	switch d.ThresholdMethod {
	case "delta":
		return powerBound(d.PowerTrans, mu, mu*se, phi, z, y)
	case "muan":
		mu = math.Exp(eta + z*se)
	}
	if math.IsInf(mu, 0) {
		return math.NaN(), math.NaN()
	}
	return dist.Quantile(1-d.Alpha, mu, phi), -dist.LogTail(y, mu, phi)
}
