package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NegBinQuantile is the smallest k with P(Y <= k) >= p. It is NaN where the
// parameters make no distribution, and 0 for a mean of zero.
func NegBinQuantile(p, size, prob float64) float64 {
	if !isNegBin(size, prob) || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	if p == 1 {
		return math.Inf(1)
	}
	q := 1 - prob
	mean := size * q / prob
	if mean == 0 {
		return 0
	}
	sd := math.Sqrt(mean / prob)
	if mean < summed && sd < summed {
		ratio := func(k float64) float64 { return (size + k) * q / (k + 1) }
		return quantileFromZero(p, math.Exp(size*math.Log(prob)), ratio)
	}
	skew := (2 - prob) / math.Sqrt(size*q)
	return search(p, cornishFisher(p, mean, sd, skew), sd, func(k float64) float64 {
		return 1 - negBinTail(k+1, size, prob)
	})
}

// isNegBin tells parameters that make a distribution.
func isNegBin(size, prob float64) bool {
	return size >= 0 && !math.IsInf(size, 0) && prob > 0 && prob <= 1
}

// NegBinLogTail is ln P(Y >= k), finite for every finite k where the mean is
// positive; NaN where the parameters make no distribution.
func NegBinLogTail(k, size, prob float64) float64 {
	switch {
	case !isNegBin(size, prob) || math.IsNaN(k):
		return math.NaN()
	case k <= 0:
		return 0
	case size == 0 || prob == 1 || math.IsInf(k, 0):
		return math.Inf(-1)
	}
	q := 1 - prob
	ratio := func(j float64) float64 { return (size + j) * q / (j + 1) }
	if k < summed {
		if tail := 1 - sumBelow(k, math.Exp(size*math.Log(prob)), ratio); tail > 1e-3 {
			return math.Log(tail)
		}
	}
	if tail := negBinTail(k, size, prob); tail > 1e-290 {
		return math.Log(tail)
	}
	return negBinLogMass(k, size, prob) + logGeometric(k, ratio)
}

func negBinTail(k, size, prob float64) float64 {
	if k <= 0 {
		return 1
	}
	return mathext.RegIncBeta(k, size, 1-prob)
}

func negBinLogMass(k, size, prob float64) float64 {
	a, _ := math.Lgamma(size + k)
	b, _ := math.Lgamma(size)
	c, _ := math.Lgamma(k + 1)
	return a - b - c + size*math.Log(prob) + k*math.Log1p(-prob)
}

// quantileFromZero sums probabilities from zero, mass0 being that of 0 and
// ratio(k) the quotient of those of k+1 and k.
func quantileFromZero(p, mass0 float64, ratio func(float64) float64) float64 {
	target := p * (1 - fuzz)
	k, mass, sum := 0.0, mass0, mass0
	for sum < target {
		mass *= ratio(k)
		k++
		sum += mass
		if mass < 1e-300 && ratio(k) < 1 {
			break // p is closer to 1 than the sum can come
		}
	}
	return k
}

// search finds the quantile from a guess by bisection on the cumulative
// probability: however wrong the guess, it takes a few dozen evaluations.
func search(p, guess, sd float64, cumulative func(float64) float64) float64 {
	target := p * (1 - fuzz)
	step := math.Max(1, math.Floor(sd/16))
	low, high := guess-step, guess // below and at the quantile, once bracketed
	for high < 1e300 && cumulative(high) < target {
		low, high = high, high+step
		step *= 4
	}
	for low >= 0 && cumulative(low) >= target {
		low, high = low-step, low
		step *= 4
	}
	low = math.Max(low, -1)
	for high-low > 1 {
		mid := math.Floor((low + high) / 2)
		if mid <= low || mid >= high {
			break // counts beyond 2^53 have no neighbours
		}
		if cumulative(mid) >= target {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// cornishFisher is the start for a search: the normal quantile corrected for skewness.
func cornishFisher(p, mean, sd, skew float64) float64 {
	z := NormalQuantile(p)
	return math.Max(0, math.Floor(mean+sd*(z+skew*(z*z-1)/6)+0.5))
}

// sumBelow is the probability of all values below k.
func sumBelow(k, mass0 float64, ratio func(float64) float64) float64 {
	sum, mass := 0.0, mass0
	for j := 0.0; j < k; j++ {
		sum += mass
		mass *= ratio(j)
	}
	return sum
}

// logGeometric is ln of the tail from k on, in units of the probability of k,
// far out where the quotients fall slowly enough to be taken as one.
func logGeometric(k float64, ratio func(float64) float64) float64 {
	r := ratio(k)
	if r >= 1 {
		return 0
	}
	return -math.Log1p(-r)
}
