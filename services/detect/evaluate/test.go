package evaluate

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// outcome is what one indicator says of one series on one day.
type outcome struct {
	rule *indicator.Indicator
	pair kulkul.Pair
	day  kulkul.Day
	// span is how many days, ending on day, speak: the window in which the
	// observed stands out most.
	span        int
	alarm, calm bool
	observed    int
	expected    float64 // 0 where the rule expects nothing
	bound       float64
	score       float64 // 0 where undefined
	p           float64 // NaN where there is none
	limit       float64 // the p below which it would have alarmed
	counts      []int   // up to day
	// exposure is how much of the day's reporting each day of counts saw; nil:
	// as much.
	exposure []float64
	// carried: without what was filled in afterwards or came from sources that
	// had been silent it would not alarm.
	carried bool
}

// tests are all outcomes of one day, by series.
type tests map[kulkul.Pair][]*outcome

// testsOf tests every series on a day, once an evaluation, and shares out the
// budget among them.
func (r *run) testsOf(day kulkul.Day) tests {
	if t, done := r.tests[day]; done {
		return t
	}
	t := tests{}
	for i := range r.Indicators.List {
		rule := &r.Indicators.List[i]
		var family []*outcome
		for _, p := range r.Series {
			if !rule.Scope.Covers(p) {
				continue
			}
			o := r.test(rule, p, day)
			t[p] = append(t[p], o)
			if !math.IsNaN(o.p) {
				family = append(family, o)
			}
		}
		r.share(family)
	}
	if day == r.Day {
		r.tally(t)
	}
	r.tests[day] = t
	return t
}

// testLate tests one series again on a day before the tested one, where a story
// came in after that day had passed. Its p value stands alone against the
// strictest share of the budget.
func (r *run) testLate(p kulkul.Pair, day kulkul.Day) []*outcome {
	if !r.Table.Late(p, day-lateSpan, day) {
		return nil
	}
	var out []*outcome
	for i := range r.Indicators.List {
		if rule := &r.Indicators.List[i]; rule.Scope.Covers(p) {
			o := r.test(rule, p, day)
			r.alone(o)
			out = append(out, o)
		}
	}
	return out
}

// lateSpan is over how many days before a day what came in late may change its
// test.
const lateSpan = 13

func (r *run) tally(t tests) {
	for _, outcomes := range t {
		for _, o := range outcomes {
			r.result.Tested++
			if o.alarm {
				r.result.Alarms++
			}
		}
	}
}

// test asks one rule about one series on one day. An alarm drawn from the
// budget is provisional: all but its p value speaks for it.
func (r *run) test(rule *indicator.Indicator, p kulkul.Pair, day kulkul.Day) *outcome {
	from := max(r.begin, day-kulkul.Day(r.Indicators.History)+1)
	o := &outcome{rule: rule, pair: p, day: day, span: rule.Window, p: math.NaN(), limit: math.NaN(),
		exposure: r.panel(day).Exposure(p, min(from, day-kulkul.Day(rule.Window)+1), day),
		counts:   r.Table.Counts(p, min(from, day-kulkul.Day(rule.Window)+1), day, day)}
	enough := int(day-r.begin)+1 >= rule.Minimum.History
	if rule.Detector == nil {
		r.absolute(o, enough)
		return o
	}
	if tail(o.counts, o.span) == 0 && rule.Minimum.Stories > 0 {
		o.calm, o.p = true, 1 // nothing there: no need to ask
		return o
	}
	alarm, bound, score := r.detect(o, o.counts)
	o.span, o.observed, o.expected = mostUnusual(o.counts, o.exposure, rule.Window)
	o.bound, o.score = bound, score
	o.alarm = enough && alarm == algorithm.Raised
	if rule.P != nil && alarm != algorithm.Undefined {
		o.p = rule.P(score)
		o.alarm = enough
	}
	o.alarm = o.alarm && o.enough() && r.meets(o)
	o.calm = alarm == algorithm.Quiet && (math.IsNaN(o.p) || o.p > rule.Clear.P)
	return o
}

// absolute asks an absolute rule. With a ratio it is held against the series' own
// baseline too: what is many voices for one is a usual day for another.
func (r *run) absolute(o *outcome, enough bool) {
	rule := o.rule
	o.observed, o.bound = tail(o.counts, o.span), float64(rule.Minimum.Stories)
	if rule.Minimum.Ratio > 0 {
		o.expected = baseline(o.counts, o.exposure) * float64(o.span)
		o.bound = max(o.bound, rule.Minimum.Ratio*o.expected)
	}
	o.alarm = enough && o.enough() && r.meets(o)
	o.calm = r.estimate(o) < max(float64(rule.Clear.Stories), rule.Clear.Ratio*o.expected)
}

// enough reports whether the stories are as many as the rule asks for.
func (o *outcome) enough() bool {
	m := o.rule.Minimum
	return o.observed >= m.Stories && float64(o.observed) >= m.Ratio*o.expected
}

// panel is the set of sources that counts on a day, found once an evaluation.
func (r *run) panel(day kulkul.Day) *series.Panel {
	p := r.panels[day]
	if p == nil {
		p = r.Table.Panel(max(r.begin, day-kulkul.Day(r.Indicators.History)+1), day)
		r.panels[day] = p
	}
	return p
}

// detect asks an outcome's detector about the last of some counts. Days on which
// the collection was blind are missing, not zero.
func (r *run) detect(o *outcome, counts []int) (algorithm.Alarm, float64, float64) {
	rule, day := o.rule, o.day
	s := algorithm.Series{Freq: 365, Start: [2]int{1970, 1}, Counts: make([]float64, len(counts)), Dates: make([]kulkul.Day, len(counts)),
		Exposure: o.exposure}
	first := day - kulkul.Day(len(counts)) + 1
	for i, n := range counts {
		s.Dates[i], s.Counts[i] = first+kulkul.Day(i), float64(n)
		if n == 0 && s.Dates[i] < day && r.Table.Collection().Blind(s.Dates[i]) {
			s.Counts[i] = math.NaN()
		}
	}
	answer := indicator.Weekly(rule.Detector, r.weekday).Detect(s, max(1, len(counts)-rule.Lead), len(counts))
	last := len(answer.Alarm) - 1
	if last < 0 || math.IsNaN(answer.Score[last]) {
		return algorithm.Undefined, 0, 0
	}
	bound := answer.Upperbound[last]
	if math.IsNaN(bound) || math.IsInf(bound, 0) {
		bound = 0
	}
	return answer.Alarm[last], bound, answer.Score[last]
}

// meets reports whether the publishers behind an outcome are as many as the
// rule asks for.
func (r *run) meets(o *outcome) bool {
	m := o.rule.Minimum
	if m.Publishers == 0 && m.Countries == 0 && m.Weight == 0 {
		return true
	}
	w := r.window(o)
	return len(w.Owners) >= m.Publishers && len(w.Countries) >= m.Countries && w.Weight >= m.Weight
}

// window is the evidence behind an outcome.
func (r *run) window(o *outcome) series.Window {
	return r.Table.Window(o.pair, o.day-kulkul.Day(o.span)+1, o.day, o.day)
}

// estimate is the stories of an outcome's window with those that are usually
// yet to come in: late items must not look like calm.
func (r *run) estimate(o *outcome) float64 {
	if r.Mode != life.Full {
		return float64(o.observed)
	}
	if r.complete == nil {
		r.complete = r.Table.Completeness(r.Day-weekdaySpan, r.Day-1, maxDelay)
	}
	last := o.counts[max(0, len(o.counts)-o.span):]
	var sum float64
	for _, n := range series.Nowcast(last, r.complete) {
		sum += n
	}
	return sum
}

// maxDelay is how late, in days, items are expected to come in.
const maxDelay = 7

// tail sums the last n counts.
func tail(counts []int, n int) int {
	sum := 0
	for _, c := range counts[max(0, len(counts)-n):] {
		sum += c
	}
	return sum
}
