package evaluate

import (
	"cmp"
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
)

// share sets the limit under which the p values of one day's tests of one rule
// alarm. Three bounds hold together:
//
//   - the budget: the expected number of false alarms over all tests of the day
//     is at most Alerts/Days, divided among the rules that draw on it by their
//     shares;
//   - the false discovery rate among the day's alarms (Benjamini and Hochberg
//     1995, J R Stat Soc B 57:289);
//   - the largest p value that is worth an alarm at all.
//
// Counts are whole numbers and a rule asks for a least number of them, so that a
// quiet series cannot alarm by chance as often as the limit would let it: of a
// limit l it uses min(l, attainable). What it leaves goes to the others (Tarone
// 1990, Biometrics 46:515; Heyse 2011, Int Chem Stat Soc, for the false
// discovery rate).
func (r *run) share(family []*outcome) {
	if len(family) == 0 {
		return
	}
	ps, attainable := make([]float64, len(family)), make([]float64, len(family))
	for i, o := range family {
		ps[i], attainable[i] = o.p, r.attainable(o)
	}
	u := newUse(attainable)
	limit := min(u.limit(r.portion(family[0].rule)), u.discovery(ps, r.Indicators.Budget.FDR), r.Indicators.Budget.P)
	for _, o := range family {
		o.draw(limit)
	}
}

// alone sets the limit of a test that is made beside the day's family: what the
// smallest p value of a family of all series would have to pass.
func (r *run) alone(o *outcome) {
	if m := float64(len(r.Series)); !math.IsNaN(o.p) {
		o.draw(min(r.portion(o.rule), r.Indicators.Budget.FDR) / m)
	}
}

// portion is a rule's part of a day's budget.
func (r *run) portion(rule *indicator.Indicator) float64 {
	shares := 0.0
	for _, i := range r.Indicators.List {
		if i.P != nil && !i.Corroborates {
			shares += i.Share
		}
	}
	budget := r.Indicators.Budget.Alerts / r.Indicators.Budget.Days
	return budget * rule.Share / max(shares, rule.Share)
}

// draw lets the outcome alarm within a limit.
func (o *outcome) draw(limit float64) {
	o.limit = limit
	o.alarm = o.alarm && o.p <= limit
}

// attainable is how likely chance alone makes a series meet the rule's least
// number of stories anew on a day: a story on that day, and as many as are then
// still asked for in the days of the window before it, both Poisson at the
// series' own mean.
func (r *run) attainable(o *outcome) float64 {
	least := o.rule.Minimum.Stories
	if least == 0 {
		return 1
	}
	mean := longMean(o.counts, o.exposure)
	today := -math.Expm1(-mean)
	return today * atLeast(least-1, mean*float64(o.rule.Window-1))
}

// atLeast is the chance of n or more of a Poisson count.
func atLeast(n int, mean float64) float64 {
	below, term := 0.0, math.Exp(-mean)
	for k := range n {
		below += term
		term *= mean / float64(k+1)
	}
	return max(0, 1-below)
}

// use is how much of the budget a family of tests uses at a limit.
type use struct{ attainable []float64 }

func newUse(attainable []float64) use {
	slices.Sort(attainable)
	return use{attainable}
}

// at is the expected number of false alarms at a limit.
func (u use) at(limit float64) float64 {
	sum := 0.0
	for _, a := range u.attainable {
		sum += min(limit, a)
	}
	return sum
}

// limit is the largest limit at which no more false alarms are expected.
func (u use) limit(expected float64) float64 {
	spent := 0.0
	for i, a := range u.attainable {
		left := float64(len(u.attainable) - i)
		if spent+a*left >= expected {
			return (expected - spent) / left
		}
		spent += a
	}
	return 1 // all of them together cannot use it up
}

// discovery is the largest p value that alarms at the false discovery rate q;
// below all of them where none does. It sorts ps.
func (u use) discovery(ps []float64, q float64) float64 {
	slices.SortFunc(ps, func(a, b float64) int { return cmp.Compare(a, b) })
	for i := len(ps); i > 0; i-- {
		if u.at(ps[i-1]) <= q*float64(i) {
			return u.limit(q * float64(i))
		}
	}
	return u.limit(q)
}
