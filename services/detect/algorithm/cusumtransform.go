package algorithm

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// transformation makes a count roughly standard normal about its mean.
type transformation struct {
	standardise func(x, m, alpha float64) float64
	// bound is the count at which the sum reaches the boundary that lies c above
	// the sum of the day before; where it is nil the package gives what is left of
	// the boundary instead.
	bound func(m, c, alpha float64) float64
}

// transformationOf finds a transformation of algo.cusum by its name there. The
// bounds are the package's: see Cusum.
func transformationOf(name string) (transformation, bool) {
	switch name {
	case "standard":
		return transformation{
			standardise: func(x, m, _ float64) float64 { return (x - m) / math.Sqrt(m) },
			bound:       func(m, c, _ float64) float64 { return math.Ceil(math.Sqrt(m)*c + m) },
		}, true
	case "rossi":
		return transformation{
			standardise: func(x, m, _ float64) float64 { return (x - 3*m + 2*math.Sqrt(x*m)) / (2 * math.Sqrt(m)) },
			bound: func(m, c, _ float64) float64 {
				return 2*c*math.Sqrt(m) + 5*m - 2*math.Sqrt(4*m*m+2*m*math.Sqrt(m)*c)
			},
		}, true
	case "anscombe":
		return transformation{
			standardise: func(x, m, _ float64) float64 { return 1.5 * (pow23(x) - pow23(m)) / math.Pow(m, 1.0/6) },
			bound:       func(m, c, _ float64) float64 { return pow32(2.0/3*math.Pow(m, 1.0/6)*c + pow23(m)) },
		}, true
	case "anscombe2nd":
		return transformation{
			standardise: func(x, m, _ float64) float64 {
				return (pow23(x) - (pow23(m) - 1/math.Cbrt(m)/9)) / (2.0 / 3 * math.Pow(m, 1.0/6))
			},
			bound: func(m, c, _ float64) float64 {
				return pow32(2.0/3*math.Pow(m, 1.0/6)*c + pow23(m) - math.Cbrt(m)/9)
			},
		}, true
	case "pearsonNegBin":
		return transformation{
			standardise: func(x, m, a float64) float64 { return (x - m) / math.Sqrt(m+a*m*m) },
			bound:       func(m, c, a float64) float64 { return math.Sqrt(m+a*m*m)*c + m },
		}, true
	case "anscombeNegBin":
		return transformation{
			standardise: func(x, m, a float64) float64 {
				return (anscombeNegBin(x, a) - anscombeNegBin(m, a)) / math.Pow(m+a*m*m, 1.0/6)
			},
		}, true
	case "none":
		return transformation{standardise: func(x, _, _ float64) float64 { return x }}, true
	}
	return transformation{}, false
}

// pow23 is x to the power of 2/3.
func pow23(x float64) float64 {
	c := math.Cbrt(x)
	return c * c
}

// pow32 is x to the power of 3/2, and 0 below 0.
func pow32(x float64) float64 {
	if x < 0 {
		return 0
	}
	return x * math.Sqrt(x)
}

// anscombeNegBin is the integral from 0 to x of (t + a t^2)^(-1/3), the
// variance-stabilising transformation of the negative binomial.
func anscombeNegBin(x, a float64) float64 {
	if math.IsNaN(x) {
		return x
	}
	// Pfaff's transformation brings the argument into [0, 1).
	z := a * x
	return 1.5 * pow23(x) * math.Pow(1+z, -1.0/3) * mathext.Hypergeo(1.0/3, 1, 5.0/3, z/(1+z))
}
