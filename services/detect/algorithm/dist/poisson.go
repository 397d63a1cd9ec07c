package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// PoissonQuantile is the smallest k with P(Y <= k) >= p. It is NaN where mu is
// no mean.
func PoissonQuantile(p, mu float64) float64 {
	if !(mu >= 0) || math.IsInf(mu, 0) || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	if p == 1 {
		return math.Inf(1)
	}
	if mu == 0 {
		return 0
	}
	if mu < summed {
		return quantileFromZero(p, math.Exp(-mu), func(k float64) float64 { return mu / (k + 1) })
	}
	sd := math.Sqrt(mu)
	return search(p, cornishFisher(p, mu, sd, 1/sd), sd, func(k float64) float64 {
		return mathext.GammaIncRegComp(k+1, mu)
	})
}

// PoissonLogTail is ln P(Y >= k), finite for every finite k and positive mu; NaN
// where mu is no mean.
func PoissonLogTail(k, mu float64) float64 {
	switch {
	case !(mu >= 0) || math.IsInf(mu, 0) || math.IsNaN(k):
		return math.NaN()
	case k <= 0:
		return 0
	case mu == 0 || math.IsInf(k, 0):
		return math.Inf(-1)
	}
	ratio := func(j float64) float64 { return mu / (j + 1) }
	if k < summed {
		if tail := 1 - sumBelow(k, math.Exp(-mu), ratio); tail > 1e-3 {
			return math.Log(tail)
		}
	}
	if tail := mathext.GammaIncReg(k, mu); tail > 1e-290 {
		return math.Log(tail)
	}
	return poissonLogMass(k, mu) + logGeometric(k, ratio)
}

func poissonLogMass(k, mu float64) float64 {
	c, _ := math.Lgamma(k + 1)
	return k*math.Log(mu) - mu - c
}

// LogTail is ln P(Y >= k) for a count of the given mean and dispersion phi
// (variance over mean): negative binomial above 1, Poisson at 1 or below.
func LogTail(k, mean, phi float64) float64 {
	if math.IsNaN(phi) {
		return phi
	}
	if phi > 1 {
		return NegBinLogTail(k, mean/(phi-1), 1/phi)
	}
	return PoissonLogTail(k, mean)
}

// Quantile is the smallest k with P(Y <= k) >= p for a count of the given mean
// and dispersion phi, as LogTail.
func Quantile(p, mean, phi float64) float64 {
	if math.IsNaN(phi) {
		return phi
	}
	if phi > 1 {
		return NegBinQuantile(p, mean/(phi-1), 1/phi)
	}
	return PoissonQuantile(p, mean)
}
