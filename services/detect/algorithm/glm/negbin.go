package glm

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// maxTheta is the size beyond which a negative binomial is a Poisson for all
// purposes: data without overdispersion run towards it.
const maxTheta = 1e7

// FitNegBin fits a negative binomial log-linear model with its size by
// alternating maximum likelihood, as glm.nb of R's MASS.
func FitNegBin(x [][]float64, y []float64) (Loglinear, bool) {
	m, ok := FitLoglinear(x, y, math.Inf(1))
	if !ok {
		return m, false
	}
	theta := math.Inf(1)
	for range 50 {
		mu := make([]float64, len(y))
		for i, row := range x {
			mu[i] = m.Mean(row)
		}
		next := thetaML(y, mu)
		if next >= maxTheta {
			return m, true
		}
		if math.Abs(next-theta) < 1e-9*next {
			m.Theta = next
			return m, true
		}
		theta = next
		if m, ok = FitLoglinear(x, y, theta); !ok {
			return m, false
		}
	}
	return m, true
}

// thetaML maximises the likelihood of the size at given means, by Newton's
// method on its logarithm, started at the moment estimate.
func thetaML(y, mu []float64) float64 {
	moment := 0.0
	for i, v := range y {
		r := v/mu[i] - 1
		moment += r * r
	}
	theta := float64(len(y)) / moment
	for range 100 {
		score, info := thetaScore(y, mu, theta)
		step := score / (theta*info - score)
		if !(math.Abs(step) < 2) || step*score < 0 {
			step = math.Copysign(1, score) // not yet where the likelihood is concave
		}
		theta *= math.Exp(step)
		if math.Abs(step) < 1e-12 || theta > maxTheta {
			break
		}
	}
	return theta
}

// thetaScore is the derivative of the log-likelihood in theta, and minus the
// second derivative.
func thetaScore(y, mu []float64, theta float64) (score, info float64) {
	d0, t0 := mathext.Digamma(theta), trigamma(theta)
	for i, v := range y {
		s := theta + mu[i]
		score += mathext.Digamma(theta+v) - d0 + math.Log(theta/s) + 1 - (v+theta)/s
		info += t0 - trigamma(theta+v) - 1/theta + 2/s - (v+theta)/(s*s)
	}
	return score, info
}

// trigamma by recurrence and the asymptotic series, good to 1e-12.
func trigamma(x float64) float64 {
	s := 0.0
	for ; x < 12; x++ {
		s += 1 / (x * x)
	}
	q := 1 / (x * x)
	return s + 1/x + q/2 + q/x*(1.0/6-q*(1.0/30-q*(1.0/42-q/30)))
}
