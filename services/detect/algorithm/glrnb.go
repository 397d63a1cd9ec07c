package algorithm

import (
	"encoding/json"
	"math"
)

// Glrnb is the likelihood ratio (LR) or generalised likelihood ratio (GLR)
// cumulative sum for Poisson or negative binomial counts with a time-varying
// expectation, as computed by algo.glrnb of surveillance (Hoehle and Paul 2008,
// Comput Stat Data Anal 52:4357): the evidence for a change of the mean by the
// factor e^kappa at some earlier point of the range, kappa being Theta (LR) or
// the most likely one (GLR).
//
// It starts at the first point of the range and again after every alarm. Alarms
// are raised above CARL by LR, at CARL by GLR. The score is the statistic; the
// upper bound is the statistic too, or, with Ret "cases", the count that it
// takes to raise an alarm.
type Glrnb struct {
	CARL   float64       `json:"c.ARL"`
	Mu0    GlrMean       `json:"mu0"`    // expected counts
	Alpha  GlrDispersion `json:"alpha"`  // variance mu+alpha*mu^2; 0 is Poisson
	Theta  *float64      `json:"theta"`  // the change looked for, ln of a factor; nil for GLR
	M      int           `json:"M"`      // how far back a change may lie; -1 no limit
	Mtilde int           `json:"Mtilde"` // how many counts a change must have seen, at least 1
	Change string        `json:"change"` // intercept
	Dir    string        `json:"dir"`    // inc or dec
	Ret    string        `json:"ret"`    // value or cases
	XMax   float64       `json:"xMax"`   // the largest count tried for "cases"
}

// GlrDispersion is the dispersion: 0 where nothing is said; null or a string
// stands for the maximum likelihood estimate before the range.
type GlrDispersion struct {
	Value    float64
	Estimate bool
}

// UnmarshalJSON reads a number, or null or a string that names the estimate.
func (a *GlrDispersion) UnmarshalJSON(b []byte) error {
	var e Estimate
	if err := e.UnmarshalJSON(b); err != nil {
		return err
	}
	*a = GlrDispersion{Value: e.Value, Estimate: !e.Known}
	return nil
}

// GlrMean is the expectation: a number, one number per point of the range, a
// regression on what came before the range (the zero value and {S, trend}), or a
// string for the mean of the counts before the range.
type GlrMean struct {
	Values []float64
	Mean   bool
	S      int  // annual waves and their overtones
	Trend  bool // linear in time, on the log scale
}

// UnmarshalJSON reads the forms above.
func (m *GlrMean) UnmarshalJSON(b []byte) error {
	*m = GlrMean{S: 1}
	switch {
	case len(b) == 0 || b[0] == 'n':
		return nil
	case b[0] == '"':
		m.Mean = true
		return nil
	case b[0] == '[':
		return json.Unmarshal(b, &m.Values)
	case b[0] != '{':
		m.Values = make([]float64, 1)
		return json.Unmarshal(b, &m.Values[0])
	}
	var model struct {
		S     *int
		Trend bool `json:"trend"`
		Refit bool `json:"refit"`
	}
	if err := json.Unmarshal(b, &model); err != nil {
		return err
	}
	if model.Refit {
		return &InvalidError{"glrnb", "mu0.refit", "is not supported: the model is fitted once, before the range"}
	}
	if model.S != nil {
		m.S = *model.S
	}
	m.Trend = model.Trend
	return nil
}

// NewGlrnb has the package's defaults.
func NewGlrnb() Glrnb {
	return Glrnb{CARL: 5, Mu0: GlrMean{S: 1}, M: -1, Mtilde: 1, Change: "intercept", Dir: "inc", Ret: "value", XMax: 10000}
}

// Validate checks the parameters.
func (d Glrnb) Validate() error {
	for _, mu := range d.Mu0.Values {
		if err := atLeast("glrnb", "mu0", mu, 0); err != nil {
			return err
		}
	}
	switch {
	case d.Change != "intercept":
		return &InvalidError{"glrnb", "change", "must be intercept"}
	case d.Dir != "inc" && d.Dir != "dec":
		return &InvalidError{"glrnb", "dir", "must be inc or dec"}
	case d.Ret != "value" && d.Ret != "cases":
		return &InvalidError{"glrnb", "ret", "must be value or cases"}
	case d.Theta != nil && (*d.Theta == 0 || math.IsNaN(*d.Theta) || math.IsInf(*d.Theta, 0)):
		return &InvalidError{"glrnb", "theta", "must be a number other than 0"}
	case d.M < -1 || d.M == 0 || d.M > 0 && d.M < d.Mtilde:
		return &InvalidError{"glrnb", "M", "must be -1 or at least Mtilde"}
	}
	return firstError(
		atLeast("glrnb", "c.ARL", d.CARL, 0),
		atLeast("glrnb", "alpha", d.Alpha.Value, 0),
		atLeast("glrnb", "Mtilde", float64(d.Mtilde), 1),
		within("glrnb", "mu0.S", float64(d.Mu0.S), 0, 50),
		within("glrnb", "xMax", d.XMax, 1, 1e15),
	)
}

// Detect tests the points of a range.
func (d Glrnb) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	lo, hi := s.clip(first, last)
	if lo > hi {
		return r
	}
	mu, alpha := d.baseline(s, lo, hi)
	if mu == nil || math.IsNaN(alpha) {
		return r
	}
	chart := glrChart{Glrnb: d, alpha: alpha}
	// The chart works on whole counts, as the package; a missing one ends its run.
	for t := lo; t <= hi; {
		if math.IsNaN(s.at(t)) {
			t++
			continue
		}
		end := t
		for end <= hi && !math.IsNaN(s.at(end)) {
			end++
		}
		chart.run(s.Counts[t-1:end-1], mu[t-lo:end-lo], func(n int, upper, stat float64, alarm bool) {
			i := t + n - first
			r.Upperbound[i], r.Score[i], r.Alarm[i] = upper, score(stat), raised(alarm)
		})
		t = end
	}
	return r
}
