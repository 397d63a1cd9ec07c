package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
)

// EwmaEssence is the EWMA detector of ESSENCE in the form that the CDC publishes
// in Rnssp (R/alert_ewma.R): two averages, a slow one for gradual and a fast one
// for sudden events, against mean and standard deviation of up to B counts that
// end G before the point, tested by Student's t. It runs from the beginning of
// the series; a point needs MinBaseline+G counts before it.
//
// The upper bound is not defined. An alarm is a p value, the smaller of the two,
// below AlphaAlert; the score is -ln p.
type EwmaEssence struct {
	B           int     `json:"B"`
	G           int     `json:"g"`
	W1          float64 `json:"w1"`
	W2          float64 `json:"w2"`
	MinBaseline int     `json:"minBaseline"`
	AlphaAlert  float64 `json:"alphaAlert"`
	AlphaWarn   float64 `json:"alphaWarn"`
}

// NewEwmaEssence has ESSENCE's settings.
func NewEwmaEssence() EwmaEssence {
	return EwmaEssence{B: 28, G: 2, W1: 0.4, W2: 0.9, MinBaseline: 11, AlphaAlert: 0.01, AlphaWarn: 0.05}
}

// Validate checks the parameters.
func (d EwmaEssence) Validate() error {
	const m = "ewmaESSENCE"
	for _, w := range []struct {
		name string
		v    float64
	}{{"w1", d.W1}, {"w2", d.W2}} {
		if !(w.v > 0 && w.v <= 1) {
			return &InvalidError{m, w.name, "must lie above 0 and not above 1"}
		}
	}
	return firstError(
		atLeast(m, "minBaseline", float64(d.MinBaseline), 3),
		atLeast(m, "B", float64(d.B), float64(d.MinBaseline)),
		atLeast(m, "g", float64(d.G), 0),
		probability(m, "alphaAlert", d.AlphaAlert),
		probability(m, "alphaWarn", d.AlphaWarn),
	)
}

// average is one of the two averages on its way through the series.
type average struct{ w, z float64 }

// Detect tests the points of a range.
func (d EwmaEssence) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	_, hi := s.clip(first, last)
	if len(s.Counts) == 0 {
		return r
	}
	averages := [2]average{{w: d.W1, z: s.at(1)}, {w: d.W2, z: s.at(1)}}
	var limits studentLimits
	for t := 2; t <= hi; t++ {
		y := s.at(t)
		if math.IsNaN(y) {
			continue
		}
		if math.IsNaN(averages[0].z) { // the series began with missing counts
			averages[0].z, averages[1].z = y, y
			continue
		}
		n := min(d.B, t-d.G-1)
		m, sd := window(s, t, n, d.G)
		if n < d.MinBaseline || math.IsNaN(sd) {
			averages[0].step(y)
			averages[1].step(y)
			continue
		}
		limits.of(d, n)
		// Both have the same distribution: the larger statistic has the smaller p.
		stat := math.Max(averages[0].test(0, y, m, sd, limits), averages[1].test(1, y, m, sd, limits))
		if t >= first {
			p := dist.StudentTail(stat, float64(n-1))
			r.Alarm[t-first] = raised(p < d.AlphaAlert)
			r.Score[t-first] = score(-math.Log(p))
		}
	}
	return r
}

// studentLimits is what the test against a baseline of n counts takes, the same
// for every point of that baseline length.
type studentLimits struct {
	n     int
	upper float64 // critical value of an alert
	// For the two averages: the share of the baseline's standard deviation that
	// theirs is, what is added to it, and its floor.
	share, constant, floor [2]float64
}

func (l *studentLimits) of(d EwmaEssence, n int) {
	if l.n == n {
		return
	}
	l.n = n
	// Rounded to five decimals, as ESSENCE does.
	round5 := func(v float64) float64 { return math.Round(v*1e5) / 1e5 }
	l.upper = round5(dist.StudentQuantile(1-d.AlphaAlert, float64(n-1)))
	warning := round5(dist.StudentQuantile(1-d.AlphaWarn, float64(n-1)))
	for i, w := range [2]float64{d.W1, d.W2} {
		rest, size := 1-w, float64(n)
		overlap := 2 * math.Pow(rest, float64(d.G+1)) * (1 - math.Pow(rest, size)) / size
		l.share[i] = math.Sqrt(w/(2-w) + 1/size - overlap)
		// Floor and constant are ESSENCE's, fitted by its authors.
		l.floor[i] = w / warning * (1 + 0.5*rest*rest)
		l.constant[i] = (0.1289 - (0.2414-0.1826*rest*rest*rest*rest)*math.Log(10*0.05)) * w / warning
	}
}

func (a *average) step(y float64) { a.z = a.w*y + (1-a.w)*a.z }

// test moves the average, gives its statistic against the baseline, and pulls it
// back to the limit where it lies outside.
func (a *average) test(i int, y, m, sd float64, l studentLimits) float64 {
	sigma := math.Max(l.floor[i], sd*l.share[i]+l.constant[i])
	a.step(y)
	stat := (a.z - m) / sigma
	if math.Abs(stat) > l.upper {
		a.z = m + math.Copysign(l.upper*sigma, stat)
	}
	return stat
}
