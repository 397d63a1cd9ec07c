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

// glrNegBin is the GLR statistic for negative binomial counts, for changes that
// began between low and up. Where Newton's method runs away from its start, as it
// does now and then after a burst, the package takes the change for none; so does
// this.
func (c *glrChart) glrNegBin(n, low, up int) float64 {
	best := math.Inf(-1)
	x, constant := 0.0, true
	for i := low; i <= n; i++ {
		x += c.x[i]
		constant = constant && c.mu[i] == c.mu[n]
	}
	kappa := firstKappa
	for k := low; k <= up; k++ {
		kappa = c.mostLikely(k, n, x, constant, kappa)
		if math.IsNaN(kappa) {
			kappa = 0
		}
		kappa = c.oneSided(kappa)
		if v := c.gains(k, n, x, constant, kappa); v > best {
			best = v
		}
		x -= c.x[k]
	}
	return best
}

// gains is the log-likelihood ratio of the counts k..n, which add up to x, for a
// change by kappa.
func (c *glrChart) gains(k, n int, x float64, constant bool, kappa float64) float64 {
	switch {
	case kappa == 0:
		return 0
	case constant:
		m, size := c.mu[n], float64(n-k+1)
		return kappa*x + (x+size/c.alpha)*math.Log((1+c.alpha*m)/(1+c.alpha*m*math.Exp(kappa)))
	}
	v := 0.0
	for i := k; i <= n; i++ {
		v += c.gain(c.x[i], c.mu[i], kappa)
	}
	return v
}

// mostLikely searches the most likely kappa for the counts k..n.
func (c *glrChart) mostLikely(k, n int, x float64, constant bool, kappa float64) float64 {
	for range kappaSteps {
		e := math.Exp(kappa)
		var score, fisher float64
		if constant {
			size, m := float64(n-k+1), e*c.mu[n]
			d := 1 + c.alpha*m
			score = (x - size*m) / d
			fisher = m * (c.alpha*x + size) / (d * d)
		} else {
			score, fisher = c.scoreAndFisher(k, n, e)
		}
		step := score / fisher
		kappa += step
		if !(kappa > lowestKappa) || math.Abs(step) <= kappaStep {
			break
		}
	}
	return kappa
}

// scoreAndFisher are the first derivative of the log-likelihood of the counts
// k..n in kappa and minus the second, e being exp(kappa).
func (c *glrChart) scoreAndFisher(k, n int, e float64) (score, fisher float64) {
	for i := k; i <= n; i++ {
		m := e * c.mu[i]
		inverse := 1 / (1 + c.alpha*m)
		score += (c.x[i] - m) * inverse
		fisher += m * (c.alpha*c.x[i] + 1) * inverse * inverse
	}
	return score, fisher
}
