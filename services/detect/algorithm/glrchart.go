package algorithm

import "math"

// glrChart runs a Glrnb over gapless counts.
type glrChart struct {
	Glrnb
	alpha float64

	x, mu  []float64 // since the last alarm
	groups []glrGroup
}

// run emits, for each count in turn, the upper bound, the statistic and whether
// an alarm is raised, starting again after each alarm.
func (c *glrChart) run(counts, mu []float64, emit func(n int, upper, stat float64, alarm bool)) {
	x := make([]float64, len(counts))
	for i, y := range counts {
		x[i] = math.Trunc(y)
	}
	start, before := 0, 0.0
	for n := range x {
		c.x, c.mu = x[start:n+1], mu[start:n+1]
		var stat, upper float64
		var alarm bool
		if c.Theta != nil {
			stat = math.Max(0, before+c.gain(x[n], mu[n], *c.Theta))
			alarm, upper = stat > c.CARL, stat
			if c.Ret == "cases" {
				upper = c.lrCases(mu[n], before)
			}
		} else {
			stat = c.glr()
			alarm, upper = stat >= c.CARL, stat
			if c.Ret == "cases" {
				upper = c.glrCases()
			}
		}
		emit(n, math.Max(0, upper), math.Max(0, stat), alarm)
		before = stat
		if alarm {
			start, before = n+1, 0
		}
	}
}

// gain is the log-likelihood ratio of one count for a change by kappa.
func (c *glrChart) gain(x, mu, kappa float64) float64 {
	e := math.Exp(kappa)
	if c.alpha == 0 {
		return kappa*x + (1-e)*mu
	}
	return kappa*x + (x+1/c.alpha)*math.Log((1+c.alpha*mu)/(1+c.alpha*mu*e))
}

// lrCases is the count at which the LR chart would reach its limit.
func (c *glrChart) lrCases(mu, before float64) float64 {
	kappa := *c.Theta
	e := math.Exp(kappa)
	if c.alpha == 0 {
		return (c.CARL - before + mu*(e-1)) / kappa
	}
	l := math.Log((1 + c.alpha*mu) / (1 + c.alpha*mu*e))
	return -(before*c.alpha + l - c.CARL*c.alpha) / c.alpha / (kappa + l)
}

// glrCases is the smallest count at which the GLR chart would reach its limit,
// for a decrease the smallest at which it would not exceed it; NaN beyond xMax.
func (c *glrChart) glrCases() float64 {
	last := len(c.x) - 1
	observed := c.x[last]
	defer func() { c.x[last] = observed }()
	reached := func(v float64) bool {
		c.x[last] = v
		if c.Dir == "dec" {
			return c.glr() <= c.CARL
		}
		return c.glr() >= c.CARL
	}
	low, high := -1.0, math.Max(1, observed)
	for !reached(high) {
		low, high = high, 2*high
		if low >= c.XMax {
			return math.NaN()
		}
	}
	for high-low > 1 {
		if mid := math.Floor((low + high) / 2); reached(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// glr is the statistic at the last count: the largest log-likelihood ratio over
// the points at which a change may have begun.
func (c *glrChart) glr() float64 {
	n := len(c.x) - 1
	low := 0
	if c.M > 0 {
		low = max(0, n-c.M)
	}
	if c.alpha == 0 {
		return c.glrPoisson(n, low)
	}
	if n < c.Mtilde-1 {
		return 0
	}
	return c.glrNegBin(n, low, n-c.Mtilde+1)
}

// glrPoisson follows the package in what Mtilde does: without a window nothing
// but a wait, with one a count more than it says.
func (c *glrChart) glrPoisson(n, low int) float64 {
	up, wait := n, c.Mtilde-1
	if c.M > 0 {
		up, wait = n-c.Mtilde, c.Mtilde
	}
	if n < wait {
		return 0
	}
	best, x, mu := math.Inf(-1), 0.0, 0.0
	for k := n; k >= low; k-- {
		x += c.x[k]
		mu += c.mu[k]
		if k > up {
			continue
		}
		kappa := c.oneSided(math.Log(x / mu))
		if v := kappa*x + (1-math.Exp(kappa))*mu; v > best {
			best = v
		}
	}
	return best
}

// oneSided keeps changes in the direction looked for.
func (c *glrChart) oneSided(kappa float64) float64 {
	if c.Dir == "dec" {
		return math.Min(0, kappa)
	}
	return math.Max(0, kappa)
}
