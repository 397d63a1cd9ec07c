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
	rules := 0
	for _, rule := range r.Indicators.List {
		if rule.P != nil && !rule.Corroborates {
			rules++
		}
	}
	b, m := r.Indicators.Budget, float64(len(family))
	limit := b.Alerts / b.Days / m / float64(max(1, rules))
	ordered := make([]float64, len(family))
	for i, o := range family {
		ordered[i] = o.p
	}
	limit = min(limit, discovery(ordered, b.FDR))
	for _, o := range family {
		o.limit = limit
	}
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
