package algorithm

// CusumRestart is Cusum as the product uses it: after an alarm the sum begins
// again at zero, and a missing count leaves it as it is.
type CusumRestart struct{ Cusum }

// NewCusumRestart has the package's defaults under the transformation of Rossi
// et al., made for small counts.
func NewCusumRestart() CusumRestart {
	c := NewCusum()
	c.Trans = "rossi"
	return CusumRestart{c}
}

// Detect tests the points of a range.
func (d CusumRestart) Detect(s Series, first, last int) Result { return d.run(s, first, last, true) }
