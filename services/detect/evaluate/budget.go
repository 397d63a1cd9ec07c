package evaluate

import (
	"cmp"
	"math"
	"slices"
)

// share sets the limit under which the p values of one day's tests of one rule
// alarm. Two bounds hold together: the budget, by which the expected number of
// false alarms over all tests of the day is at most Alerts/Days (shared among
// the rules that draw on it), and the false discovery rate among the day's
// alarms (Benjamini and Hochberg 1995).
func (r *run) share(family []*outcome) {
	if len(family) == 0 {
		return
	}
	ordered := make([]float64, len(family))
	for i, o := range family {
		ordered[i] = o.p
	}
	limit := min(r.portion(len(family)), discovery(ordered, r.Indicators.Budget.FDR))
	for _, o := range family {
		o.draw(limit)
	}
}

// alone sets the limit of a test that is made beside the day's family: what the
// smallest p value of a family of all series would have to pass.
func (r *run) alone(o *outcome) {
	if m := len(r.Series); !math.IsNaN(o.p) {
		o.draw(min(r.portion(m), r.Indicators.Budget.FDR/float64(m)))
	}
}

// portion is one test's part of the budget among so many of a day.
func (r *run) portion(tests int) float64 {
	rules := 0
	for _, rule := range r.Indicators.List {
		if rule.P != nil && !rule.Corroborates {
			rules++
		}
	}
	b := r.Indicators.Budget
	return b.Alerts / b.Days / float64(tests) / float64(max(1, rules))
}

// draw lets the outcome alarm within a limit.
func (o *outcome) draw(limit float64) {
	o.limit = limit
	o.alarm = o.alarm && o.p <= limit
}

// discovery is the largest p value that alarms at the false discovery rate q;
// below all of them where none does. It sorts ps.
func discovery(ps []float64, q float64) float64 {
	slices.SortFunc(ps, func(a, b float64) int { return cmp.Compare(a, b) })
	for i := len(ps); i > 0; i-- {
		if line := q * float64(i) / float64(len(ps)); ps[i-1] <= line {
			return line
		}
	}
	return math.Nextafter(q/float64(len(ps)), 0)
}
