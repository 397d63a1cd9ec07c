// Package glm fits log-linear models to counts by iteratively reweighted least
// squares, started and stopped as R's glm does (start at y+0.1; stop when the
// deviance changes by less than 1e-8 of itself, at most 25 steps), so that the
// same data fail to converge here and there.
//
// Blocks is the quasi-Poisson model of Farrington and Noufaily: one level per
// group of weeks and one common slope in time. Its normal equations are an
// arrow, solved in one pass over the data instead of a QR of the whole design.
// Loglinear is the small dense model behind the baselines of glrnb and cusum.
// Slices of numbers come in, coefficients, fitted means and unscaled variances
// go out; the detectors of package algorithm call it.
package glm

import "math"

const (
	maxSteps  = 25
	tolerance = 1e-8
	eps       = 0x1p-52
)

// Count is a response with the logarithms that every fit to it needs, so that a
// caller who fits the same counts again and again takes them once.
type Count struct{ Y, logStart, yLogY float64 }

// NewCount is a response of y, 0 or more.
func NewCount(y float64) Count {
	c := Count{Y: y, logStart: math.Log(y + 0.1)}
	if y > 0 {
		c.yLogY = y * math.Log(y)
	}
	return c
}

// Data is the data of one Blocks fit: all slices have one entry per observation.
type Data struct {
	Response []Count
	Time     []float64 // any unit
	Group    []int     // 0..Groups-1
	Groups   int
}

// Blocks is a fitter with its working memory; the zero value is ready, and one
// value may fit many data sets in turn, not at once. Its fields and methods
// describe the last fit.
type Blocks struct {
	Mu     []float64 // fitted means
	Eta    []float64 // their logarithms
	Slope  float64   // per unit of time; 0 without a trend
	DF     int       // residual degrees of freedom
	Broken bool      // the last fit met what is no number, or found no spread in time

	data  *Data
	trend bool
	// uniform says that all observations of a group share a mean: so they do
	// without a trend, from the first step on.
	uniform bool
	prior   []float64 // prior weights, nil for 1
	work    []float64 // working weights at the start of the last step
	ahead   []float64 // and at its end

	weight, centre, level []float64 // per group: sum of working weights, mean time from the origin, linear predictor there
	inertia               float64   // sum of squared distances in time from the groups' centres

	origin float64 // of time, in the middle of the data
	group  []moments
	tt, tz float64 // sums of squared times and of times by working responses, weighted
}

// Fit fits the model, with a slope in time where trend is set, under the given
// prior weights (nil means 1 for all). It reports whether the fit converged; a
// fit that merely ran out of steps can be read all the same, unless it is Broken.
func (b *Blocks) Fit(d *Data, trend bool, prior []float64) bool {
	b.Broken = true
	if len(d.Response) == 0 {
		return false
	}
	b.prepare(d, trend, prior)
	dev, scale := b.start()
	for range maxSteps {
		old := dev
		if !b.solve() {
			return false
		}
		if dev = b.follow(); math.IsNaN(dev) || math.IsInf(dev, 0) {
			return false
		}
		if math.Abs(dev-old) < tolerance*(math.Abs(dev)+0.1)+eps*scale {
			b.finish()
			return true
		}
	}
	b.finish()
	return false
}

func (b *Blocks) prepare(d *Data, trend bool, prior []float64) {
	n := len(d.Response)
	b.data, b.trend, b.prior = d, trend, prior
	b.Mu, b.Eta = resize(b.Mu, n), resize(b.Eta, n)
	b.work, b.ahead = resize(b.work, n), resize(b.ahead, n)
	if cap(b.group) < d.Groups {
		b.group = make([]moments, d.Groups)
	}
	b.group = b.group[:d.Groups]
	b.weight, b.centre, b.level = resize(b.weight, d.Groups), resize(b.centre, d.Groups), resize(b.level, d.Groups)
	b.Slope, b.inertia, b.uniform = 0, 0, false
}

// finish spreads a fit without a trend over its observations.
func (b *Blocks) finish() {
	p := 0
	for _, w := range b.weight {
		if w > 0 {
			p++
		}
	}
	if b.trend {
		p++
	}
	if b.uniform {
		b.spread()
	}
	b.DF = len(b.data.Response) - p
	b.Broken = false
}

// Predict is the linear predictor (log of the mean) of a group at a time, and
// its variance in units of the dispersion; NaN for a group without data.
func (b *Blocks) Predict(group int, time float64) (eta, unscaled float64) {
	if b.weight[group] <= 0 {
		return math.NaN(), math.NaN()
	}
	d := time - b.origin - b.centre[group]
	unscaled = 1 / b.weight[group]
	if b.trend {
		unscaled += d * d / b.inertia
	}
	return b.level[group] + b.Slope*d, unscaled
}

// SlopeVariance is the variance of the slope in units of the dispersion.
func (b *Blocks) SlopeVariance() float64 { return 1 / b.inertia }

// Hat is the leverage of observation i.
func (b *Blocks) Hat(i int) float64 {
	g := b.data.Group[i]
	h := 1 / b.weight[g]
	if b.trend {
		d := b.data.Time[i] - b.origin - b.centre[g]
		h += d * d / b.inertia
	}
	return b.work[i] * h
}

// Dispersion is Pearson's: the squared relative residuals weighted by the
// working weights, over the degrees of freedom.
func (b *Blocks) Dispersion() float64 { return b.RelativeDispersion(b.work) }

// RelativeDispersion is the sum of the squared relative residuals under the
// given weights over the degrees of freedom. With the prior weights in place of
// the working weights it is what R's summary gives once a caller has overwritten
// the model's weights, as farringtonFlexible does.
func (b *Blocks) RelativeDispersion(weights []float64) float64 {
	sum := 0.0
	for i, c := range b.data.Response {
		r := (c.Y - b.Mu[i]) / b.Mu[i]
		sum += weights[i] * r * r
	}
	return sum / float64(b.DF)
}

func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
