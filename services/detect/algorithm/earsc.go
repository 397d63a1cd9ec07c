package algorithm

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/dist"
)

// EarsC is the Early Aberration Reporting System's C1, C2 or C3 as computed by
// earsC of surveillance (Hutwagner et al. 2003, J Urban Health 80:i89; Fricker,
// Hegler and Dunfee 2008, Stat Med 27:3407).
//
// C1 compares a count with mean and standard deviation of the Baseline counts
// before it, C2 leaves out the two before it. C3 is the package's form, whose
// alarm depends on the two counts before and not on the current one; EarsC3Paper
// is the published one. The score is -ln of the normal tail of the statistic.
type EarsC struct {
	Method   string  `json:"method"`   // C1, C2 or C3
	Baseline int     `json:"baseline"` // counts, at least 3
	MinSigma float64 `json:"minSigma"` // floor of the standard deviation
	Alpha    float64 `json:"alpha"`    // one-sided; 0 means 0.001, for C3 0.025
}

// NewEarsC is C1 with the package's defaults.
func NewEarsC() EarsC { return EarsC{Method: "C1", Baseline: 7} }

// Validate checks the parameters.
func (d EarsC) Validate() error {
	if d.Method != "C1" && d.Method != "C2" && d.Method != "C3" {
		return &InvalidError{"earsC", "method", "must be C1, C2 or C3"}
	}
	return firstError(
		atLeast("earsC", "baseline", float64(d.Baseline), 3),
		atLeast("earsC", "minSigma", d.MinSigma, 0),
		probability("earsC", "alpha", d.alpha()),
	)
}

func (d EarsC) alpha() float64 {
	switch {
	case d.Alpha != 0:
		return d.Alpha
	case d.Method == "C3":
		return 0.025
	}
	return 0.001
}

// Detect tests the points of a range.
func (d EarsC) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	z := dist.NormalQuantile(1 - d.alpha())
	lo, hi := s.clip(first, last)
	for t := lo; t <= hi; t++ {
		i := t - first
		upper, stat := d.bound(s, t, z)
		r.Upperbound[i] = upper
		r.Alarm[i] = exceeds(s.at(t), upper)
		if !math.IsNaN(stat) {
			r.Score[i] = score(-dist.LogNormalTail(stat))
		}
	}
	return r
}

// bound is the upper bound at t and the standardised excess over the baseline.
func (d EarsC) bound(s Series, t int, z float64) (upper, stat float64) {
	if d.Method == "C3" {
		return d.bound3(s, t, z)
	}
	guard := 0
	if d.Method == "C2" {
		guard = 2
	}
	m, sd := window(s, t, d.Baseline, guard)
	sd = math.Max(sd, d.MinSigma)
	return m + z*sd, standardised(s.at(t)-m, sd)
}

func (d EarsC) bound3(s Series, t int, z float64) (upper, stat float64) {
	_, sd := window(s, t, d.Baseline, 2)
	sd = math.Max(sd, d.MinSigma)
	parts := math.Max(0, d.c2(s, t-2)-1) + math.Max(0, d.c2(s, t-1)-1)
	return math.Max(0, s.at(t)+sd*(z-parts)), parts
}

// c2 is the C2 statistic at t; NaN where the spread is zero and nothing differs.
func (d EarsC) c2(s Series, t int) float64 {
	m, sd := window(s, t, d.Baseline, 2)
	return (s.at(t) - m) / math.Max(sd, d.MinSigma)
}

// window is the mean and sample standard deviation of the n counts that end
// guard+1 before t; NaN where one of them is missing or outside the series.
func window(s Series, t, n, guard int) (mean, sd float64) {
	lo, hi := t-guard-n, t-guard-1
	if n < 2 || lo < 1 || hi > len(s.Counts) {
		return math.NaN(), math.NaN()
	}
	past := s.Counts[lo-1 : hi]
	for _, y := range past {
		mean += y
	}
	mean /= float64(n)
	q := 0.0
	for _, y := range past {
		q += (y - mean) * (y - mean)
	}
	return mean, math.Sqrt(q / float64(n-1))
}

// standardised is excess in units of sd; with no spread, nothing or everything.
func standardised(excess, sd float64) float64 {
	if sd == 0 && excess == 0 {
		return 0
	}
	return math.Max(-MaxScore, math.Min(MaxScore, excess/sd))
}
