// Package dist holds the distribution functions that detectors of counts need:
// quantiles, upper tails and logarithms of upper tails of the normal, Student's
// t, Poisson and negative binomial distributions. Plain numbers come in and go
// out; the detectors of package algorithm call it.
//
// The negative binomial is given by size and prob as in R: mean
// size*(1-prob)/prob, so that a mean m with variance phi*m is size m/(phi-1),
// prob 1/phi.
package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// fuzz is R's allowance for rounding in discrete quantiles (64 units in the
// last place): a cumulative sum this close to p counts as reaching it.
const fuzz = 64 * 0x1p-52

// summed is the mean below which probabilities are summed from zero upwards:
// that is faster than the special functions and just as exact.
const summed = 64

// NormalQuantile is z with P(Z <= z) = p for the standard normal; NaN where p is
// no probability.
func NormalQuantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return mathext.NormalQuantile(p)
}

// LogNormalTail is ln P(Z > z) for the standard normal, finite for every finite z.
func LogNormalTail(z float64) float64 {
	if z < 20 {
		return math.Log(0.5 * math.Erfc(z/math.Sqrt2))
	}
	// Asymptotic series of Mills' ratio; relative error below 1e-7 from z = 20.
	q := 1 / (z * z)
	return -z*z/2 - math.Log(z) - 0.5*math.Log(2*math.Pi) + math.Log1p(-q+3*q*q-15*q*q*q)
}

// StudentTail is P(T > t) for Student's t with df degrees of freedom; NaN where
// there are none or t is no number.
func StudentTail(t, df float64) float64 {
	if !(df > 0) || math.IsNaN(t) {
		return math.NaN()
	}
	if math.IsInf(t, 0) {
		return math.Max(0, -math.Copysign(1, t))
	}
	tail := 0.5 * mathext.RegIncBeta(df/2, 0.5, df/(df+t*t))
	if t < 0 {
		return 1 - tail
	}
	return tail
}

// StudentQuantile is t with P(T <= t) = p for Student's t with df degrees of
// freedom; NaN where there are none.
func StudentQuantile(p, df float64) float64 {
	if !(df > 0) || !(p > 0 && p < 1) {
		return math.NaN()
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(p)
}
