package glm

import "math"

// Scoring for the negative binomial converges linearly only, so R's tolerance
// would leave the fifth digit open.
const (
	fineSteps     = 100
	fineTolerance = 1e-13
)

// Loglinear is a fitted dense log-linear model.
type Loglinear struct {
	Coef  []float64
	Theta float64 // size of the negative binomial; +Inf for Poisson
}

// Mean is the fitted mean at a row of the design.
func (m Loglinear) Mean(x []float64) float64 { return math.Exp(dot(m.Coef, x)) }

// FitLoglinear fits ln E(y) = x'c to counts y with rows x: Poisson for theta
// +Inf, else negative binomial with variance mu + mu^2/theta. It reports whether
// the fit converged.
func FitLoglinear(x [][]float64, y []float64, theta float64) (Loglinear, bool) {
	if len(y) == 0 || len(y) < len(x[0]) {
		return Loglinear{}, false
	}
	k := len(x[0])
	eta := make([]float64, len(y))
	for i := range y {
		eta[i] = math.Log(y[i] + 0.1)
	}
	m := Loglinear{Coef: make([]float64, k), Theta: theta}
	dev := m.deviance(y, eta)
	for range fineSteps {
		if !m.step(x, y, eta) {
			return m, false
		}
		old := dev
		if dev = m.deviance(y, eta); math.IsNaN(dev) || math.IsInf(dev, 0) {
			return m, false
		}
		if math.Abs(dev-old) < fineTolerance*(math.Abs(dev)+0.1) {
			return m, true
		}
	}
	return m, false
}

// step solves one weighted least-squares problem by Cholesky and moves eta.
func (m *Loglinear) step(x [][]float64, y, eta []float64) bool {
	k := len(m.Coef)
	a, r := make([]float64, k*k), make([]float64, k)
	for i, row := range x {
		mu := math.Exp(eta[i])
		w := mu / (1 + mu/m.Theta)
		z := eta[i] + (y[i]-mu)/mu
		for j := range k {
			r[j] += w * row[j] * z
			for l := range j + 1 {
				a[j*k+l] += w * row[j] * row[l]
			}
		}
	}
	if !cholesky(a, r) {
		return false
	}
	copy(m.Coef, r)
	for i, row := range x {
		eta[i] = dot(m.Coef, row)
	}
	return true
}

func (m *Loglinear) deviance(y, eta []float64) float64 {
	sum := 0.0
	for i, v := range y {
		mu := math.Exp(eta[i])
		if math.IsInf(m.Theta, 1) {
			sum += mu - v
		} else {
			sum -= (v + m.Theta) * math.Log((v+m.Theta)/(mu+m.Theta))
		}
		if v > 0 {
			sum += v * math.Log(v/mu)
		}
	}
	return 2 * sum
}

// cholesky solves the symmetric system whose lower triangle is a, in place of r.
func cholesky(a, r []float64) bool {
	k := len(r)
	for j := range k {
		pivot := a[j*k+j]
		for l := range j {
			pivot -= a[j*k+l] * a[j*k+l]
		}
		if !(pivot > a[j*k+j]*1e-14) {
			return false
		}
		a[j*k+j] = math.Sqrt(pivot)
		for i := j + 1; i < k; i++ {
			for l := range j {
				a[i*k+j] -= a[i*k+l] * a[j*k+l]
			}
			a[i*k+j] /= a[j*k+j]
		}
	}
	for i := range k {
		for l := range i {
			r[i] -= a[i*k+l] * r[l]
		}
		r[i] /= a[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		for l := i + 1; l < k; l++ {
			r[i] -= a[l*k+i] * r[l]
		}
		r[i] /= a[i*k+i]
	}
	return true
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
