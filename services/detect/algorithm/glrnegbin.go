package algorithm

import "math"

// The package's search for the most likely kappa: Newton's method from here for
// the oldest change, then from the last answer, until a step is this small or
// kappa falls below the lowest, where a mean counts as zero.
const (
	firstKappa  = 0.5
	kappaStep   = 1e-6
	lowestKappa = -18
	kappaSteps  = 1000
)

// glrGroup is the counts of one expectation: the likelihood depends on their sum
// and number alone.
type glrGroup struct{ mu, x, n float64 }

// glrNegBin is the GLR statistic for negative binomial counts, for changes that
// began between low and up. Where Newton's method runs away from its start, as it
// does now and then after a burst, the package takes the change for none; so does
// this.
func (c *glrChart) glrNegBin(n, low, up int) float64 {
	x, slope := c.gather(low, n)
	best, kappa := math.Inf(-1), firstKappa
	for k := low; k <= up; k++ {
		if c.Dir == "inc" && (x == 0 || slope <= 0) {
			// The likelihood is concave in kappa and falls at 0: the most likely
			// change is downwards, for this side none.
			kappa = 0
		} else if kappa = c.mostLikely(kappa); math.IsNaN(kappa) {
			kappa = 0
		}
		kappa = c.oneSided(kappa)
		best = math.Max(best, c.gains(kappa))
		x -= c.x[k]
		slope -= c.slopeAtZero(k)
		g := &c.groups[c.group(c.mu[k])]
		g.x -= c.x[k]
		g.n--
	}
	return best
}

// gather groups the counts low..n by their expectation. It returns their sum and
// the slope of the log-likelihood at kappa 0.
func (c *glrChart) gather(low, n int) (x, slope float64) {
	c.groups = c.groups[:0]
	for i := low; i <= n; i++ {
		g := c.group(c.mu[i])
		if g == len(c.groups) {
			c.groups = append(c.groups, glrGroup{mu: c.mu[i]})
		}
		c.groups[g].x += c.x[i]
		c.groups[g].n++
		x += c.x[i]
		slope += c.slopeAtZero(i)
	}
	return x, slope
}

// group is the index of an expectation among the groups, their number if it is new.
func (c *glrChart) group(mu float64) int {
	for g := range c.groups {
		if c.groups[g].mu == mu {
			return g
		}
	}
	return len(c.groups)
}

func (c *glrChart) slopeAtZero(i int) float64 {
	return (c.x[i] - c.mu[i]) / (1 + c.alpha*c.mu[i])
}

// gains is the log-likelihood ratio of the counts at hand for a change by kappa.
func (c *glrChart) gains(kappa float64) float64 {
	if kappa == 0 {
		return 0
	}
	e, v := math.Exp(kappa), 0.0
	for _, g := range c.groups {
		if g.n > 0 {
			v += kappa*g.x + (g.x+g.n/c.alpha)*math.Log((1+c.alpha*g.mu)/(1+c.alpha*g.mu*e))
		}
	}
	return v
}

// mostLikely searches the most likely kappa for the counts at hand.
func (c *glrChart) mostLikely(kappa float64) float64 {
	for range kappaSteps {
		e := math.Exp(kappa)
		var score, fisher float64
		for _, g := range c.groups {
			if g.n > 0 {
				m := e * g.mu
				inverse := 1 / (1 + c.alpha*m)
				score += (g.x - g.n*m) * inverse
				fisher += m * (c.alpha*g.x + g.n) * inverse * inverse
			}
		}
		step := score / fisher
		kappa += step
		if !(kappa > lowestKappa) || math.Abs(step) <= kappaStep {
			break
		}
	}
	return kappa
}
