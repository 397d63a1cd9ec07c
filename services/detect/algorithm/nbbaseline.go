package algorithm

import "math"

// The dispersions between which the baseline decides, with their prior weights:
// from Poisson to eight times that variance, high ones less likely.
const dispersions = 7

func dispersionGrid() (phi, prior [dispersions]float64) {
	return [dispersions]float64{1, 1.25, 1.5, 2, 3, 5, 8}, [dispersions]float64{1, 1, 1, 1, 0.5, 0.25, 0.125}
}

// nbBaseline follows mean and dispersion of a series of negative binomial counts
// with the past fading by half in so many points. A step costs the same however
// long the past is.
//
// The mean is that of a gamma posterior whose prior is worth half a report at
// the series' long-run rate. The dispersion is a posterior mean over a grid; each
// count is judged by what was known of the mean before it (prequential
// likelihood, Dawid 1984, J R Stat Soc A 147:278), so that a mean still uncertain
// is not taken for a narrow one.
type nbBaseline struct {
	fade, minMean   float64
	grid, empty     [dispersions]float64 // dispersions and their emptiness
	logPrior        [dispersions]float64
	logLikelihood   [dispersions]float64 // faded, relative to the first
	reports, days   float64              // faded
	total, exposure float64              // all
}

func newNBBaseline(halfLife, minMean float64) *nbBaseline {
	b := &nbBaseline{fade: math.Pow(0.5, 1/halfLife), minMean: minMean}
	grid, prior := dispersionGrid()
	b.grid = grid
	for g := range grid {
		b.empty[g] = emptiness(grid[g])
		b.logPrior[g] = math.Log(prior[g])
	}
	return b
}

// mean is the expected count of a day with weekday factor 1.
func (b *nbBaseline) mean() float64 {
	longRun := (b.total + 0.25) / (b.exposure + 1)
	return math.Max(b.minMean, (b.reports+0.5)/(b.days+0.5/longRun))
}

// dispersion is the posterior mean of variance over mean.
func (b *nbBaseline) dispersion() float64 {
	top := math.Inf(-1)
	for g := range b.grid {
		top = math.Max(top, b.logLikelihood[g]+b.logPrior[g])
	}
	var sum, weight float64
	for g, phi := range b.grid {
		w := math.Exp(b.logLikelihood[g] + b.logPrior[g] - top)
		weight += w
		sum += w * phi
	}
	return sum / weight
}

// add takes in a day's count under its weekday factor; a missing one changes nothing.
func (b *nbBaseline) add(y, factor float64) {
	if math.IsNaN(y) {
		return
	}
	m := b.mean() * factor
	base := 0.0
	for g, phi := range b.grid {
		l := logNegBin(y, m, phi, b.empty[g])
		if g == 0 {
			base = l
		}
		b.logLikelihood[g] = b.logLikelihood[g]*b.fade + l - base
	}
	b.reports = b.reports*b.fade + y
	b.days = b.days*b.fade + factor
	b.total += y
	b.exposure += factor
}

// logNegBin is the log-probability of y at mean m and dispersion phi, but for a
// term that depends on y alone.
func logNegBin(y, m, phi, empty float64) float64 {
	l := -m * empty
	if y == 0 {
		return l
	}
	q := phi - 1
	return l + logRising(m, q, y) - y*math.Log(phi)
}

// logRising is ln of m*(m+q)*(m+2q)*...*(m+(y-1)q).
func logRising(m, q, y float64) float64 {
	switch {
	case q < 1e-6:
		return y * math.Log(m)
	case y > 40:
		a, _ := math.Lgamma(m/q + y)
		b, _ := math.Lgamma(m / q)
		return a - b + y*math.Log(q)
	}
	l, product := 0.0, 1.0
	for j := 0.0; j < y; j++ {
		product *= m + j*q
		if product > 1e200 || product < 1e-200 {
			l += math.Log(product)
			product = 1
		}
	}
	return l + math.Log(product)
}
