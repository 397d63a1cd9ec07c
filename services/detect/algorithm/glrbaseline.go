package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/glm"
)

// baseline is the expected count at each point of the range and the dispersion;
// nil where they cannot be had.
func (d Glrnb) baseline(s Series, lo, hi int) (mu []float64, alpha float64) {
	alpha = d.Alpha.Value
	n := hi - lo + 1
	switch values := d.Mu0.Values; {
	case d.Mu0.Mean:
		m := s.mean(1, lo-1)
		if math.IsNaN(m) {
			return nil, alpha
		}
		mu = repeat(m, n)
	case len(values) == 1:
		mu = repeat(values[0], n)
	case len(values) > 0:
		if len(values) < n {
			return nil, alpha
		}
		mu = values[:n]
	}
	if mu != nil && !d.Alpha.Estimate {
		return mu, alpha
	}
	model, fit := d.model(s, lo)
	if !fit {
		return nil, alpha
	}
	if d.Alpha.Estimate {
		alpha = 1 / model.Theta
	}
	if mu == nil {
		mu = make([]float64, n)
		for i := range mu {
			mu[i] = model.Mean(d.design(s, lo+i))
		}
	}
	return mu, alpha
}

// model is the regression on the counts before the range.
func (d Glrnb) model(s Series, lo int) (glm.Loglinear, bool) {
	var x [][]float64
	var y []float64
	for t := 1; t < lo; t++ {
		if v := s.at(t); !math.IsNaN(v) {
			x, y = append(x, d.design(s, t)), append(y, v)
		}
	}
	switch {
	case len(y) == 0:
		return glm.Loglinear{}, false
	case d.Alpha.Estimate:
		return glm.FitNegBin(x, y)
	case d.Alpha.Value > 0:
		return fitMean(x, y, 1/d.Alpha.Value)
	}
	return fitMean(x, y, math.Inf(1))
}

// design is the row of the regression at point t.
func (d Glrnb) design(s Series, t int) []float64 {
	row := []float64{1}
	if d.Mu0.Trend {
		row = append(row, float64(t))
	}
	for k := 1; k <= d.Mu0.S; k++ {
		angle := 2 * math.Pi * float64(k) / float64(s.Freq) * float64(t)
		row = append(row, math.Cos(angle), math.Sin(angle))
	}
	return row
}

func repeat(v float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}
