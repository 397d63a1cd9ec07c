package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
	"github.com/kulkul-ews/kulkul/services/detect/algorithm/glm"
)

// quasiPoisson is the model behind farrington and farringtonFlexible, with its
// working memory: one per Detect call, used for one point after the other.
type quasiPoisson struct {
	data   glm.Data
	powers []float64 // the responses to the power of 2/3
	omega  []float64 // the weights of a reweighted fit
	fit    glm.Blocks

	counts []glm.Count // the series
	pow23  []float64   // and to the power of 2/3

	trend      bool    // whether the last fit has a slope
	reweighted bool    // whether the last fit was reweighted
	phi        float64 // its dispersion, at least 1
}

func newQuasiPoisson(s Series) *quasiPoisson {
	q := &quasiPoisson{counts: make([]glm.Count, len(s.Counts)), pow23: make([]float64, len(s.Counts))}
	for i, y := range s.Counts {
		q.counts[i], q.pow23[i] = glm.NewCount(y), pow23(y)
	}
	return q
}

// reset empties the reference data.
func (q *quasiPoisson) reset(groups int) {
	q.data.Response, q.data.Time, q.data.Group = q.data.Response[:0], q.data.Time[:0], q.data.Group[:0]
	q.data.Groups = groups
	q.powers = q.powers[:0]
}

// add puts the count at point t into the reference data; a missing one is left out.
func (q *quasiPoisson) add(t int, time float64, group int) {
	c := q.counts[t-1]
	if math.IsNaN(c.Y) {
		return
	}
	q.data.Response = append(q.data.Response, c)
	q.data.Time = append(q.data.Time, time)
	q.data.Group = append(q.data.Group, group)
	q.powers = append(q.powers, q.pow23[t-1])
}

// estimate fits the model: with a trend if it is wanted and converges, else
// without; then, for a positive threshold, again with outlying counts weighted
// down (Farrington et al. 1996, J R Stat Soc A 159:547; the threshold is theirs
// at 1, that of Noufaily et al. 2013 at 2.58). It reports whether there is a model.
func (q *quasiPoisson) estimate(trend bool, threshold float64) bool {
	q.trend, q.reweighted = trend, false
	if !q.fit.Fit(&q.data, trend, nil) {
		q.trend = false
		if !trend || !q.fit.Fit(&q.data, false, nil) {
			return false
		}
	}
	q.phi = math.Max(q.fit.Dispersion(), 1)
	if threshold > 0 {
		q.weigh(threshold)
		q.reweighted = true
		q.fit.Fit(&q.data, q.trend, q.omega) // as in R, whether it converges is not asked
		if q.fit.Broken {
			return false
		}
		q.phi = math.Max(q.fit.Dispersion(), 1)
	}
	return true
}

// weigh gives every observation a weight: one over its squared Anscombe residual
// where that exceeds the threshold, scaled to add up to their number.
func (q *quasiPoisson) weigh(threshold float64) {
	if cap(q.omega) < len(q.powers) {
		q.omega = make([]float64, len(q.powers))
	}
	q.omega = q.omega[:len(q.powers)]
	sum := 0.0
	for i, p := range q.powers {
		sixth := math.Exp(q.fit.Eta[i] / 6)
		a := 1.5 * (p/sixth - sixth*sixth*sixth) / math.Sqrt(q.phi*(1-q.fit.Hat(i)))
		w := 1.0
		if a > threshold {
			w = 1 / (a * a)
		} else if math.IsNaN(a) {
			w = math.NaN()
		}
		q.omega[i] = w
		sum += w
	}
	gamma := float64(len(q.powers)) / sum
	for i := range q.omega {
		q.omega[i] *= gamma
	}
}

// packageDispersion is the dispersion that R's summary and predict use in
// farringtonFlexible: after reweighting it is computed from the weights that
// were written over the model's own, and is no dispersion any more.
func (q *quasiPoisson) packageDispersion() float64 {
	if q.reweighted {
		return q.fit.RelativeDispersion(q.omega)
	}
	return q.fit.Dispersion()
}

// trendP is the two-sided p value of the slope under a dispersion.
func (q *quasiPoisson) trendP(dispersion float64) float64 {
	t := q.fit.Slope / math.Sqrt(dispersion*q.fit.SlopeVariance())
	return 2 * dist.StudentTail(math.Abs(t), float64(q.fit.DF))
}

// largest is the largest reference count.
func (q *quasiPoisson) largest() float64 {
	m := math.Inf(-1)
	for _, c := range q.data.Response {
		m = math.Max(m, c.Y)
	}
	return m
}

// powerBound is the bound of Farrington et al.: counts, raised to a power that
// makes them symmetric, are taken as normal about the mean, with the mean's own
// uncertainty added. It returns the bound and the tail's -ln p at y.
func powerBound(power string, mu, se, phi, z, y float64) (upper, logp float64) {
	exponent, variance := 1.0, mu
	switch power {
	case "1/2":
		exponent, variance = 0.5, 0.25
	case "2/3":
		exponent, variance = 2.0/3, 4.0/9*math.Cbrt(mu)
	}
	spread := math.Sqrt(variance * (phi + se*se/mu))
	centre := math.Pow(mu, exponent)
	upper = math.Pow(centre+math.Abs(z)*spread, 1/exponent)
	return upper, -dist.LogNormalTail((math.Pow(y, exponent) - centre) / spread)
}
