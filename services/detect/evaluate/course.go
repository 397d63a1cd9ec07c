package evaluate

import (
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Courses says, day by day, what the rules in force hold series against. It is
// for charts: it looks at counts alone, where Evaluate also weighs how many
// sources reported, what came in late and who the publishers are.
type Courses struct {
	rules   indicator.Indicators
	begin   kulkul.Day // of the first count
	counts  map[kulkul.Pair][]int
	weekday [7]float64
	limits  map[string]float64 // by rule: the p value below which it alarms
}

// Point is one day of a course.
type Point struct {
	// Expected is how many stories the baseline expects of the day; 0 where the
	// past is too short to say.
	Expected float64
	// Bound is the most stories that raise no alarm, -1 where the days before
	// raise one by themselves, NaN where no rule with a bound tests the series.
	Bound float64
	Alarm bool
}

// NewCourses reads counts of all series over the same days, the first of which
// is from. Days before the first story of all count as not yet collected.
func NewCourses(rules indicator.Indicators, from kulkul.Day, counts map[kulkul.Pair][]int) *Courses {
	c := &Courses{rules: rules, counts: map[kulkul.Pair][]int{}, limits: map[string]float64{}}
	days, empty := 0, math.MaxInt
	for _, n := range counts {
		days = max(days, len(n))
		if i := slices.IndexFunc(n, func(n int) bool { return n > 0 }); i >= 0 {
			empty = min(empty, i)
		}
	}
	empty = min(empty, days)
	c.begin = from + kulkul.Day(empty)
	var totals []algorithm.Series
	for p, n := range counts {
		c.counts[p] = append(slices.Clone(n[min(empty, len(n)):]), make([]int, days-len(n))...)
		if p.Area == kulkul.Any {
			totals = append(totals, c.series(c.counts[p], max(0, days-empty-weekdaySpan)))
		}
	}
	c.weekday = algorithm.Weekday(totals...)
	r := &run{Input: Input{Indicators: rules}}
	for i := range rules.List {
		if rule := &rules.List[i]; rule.P != nil {
			c.limits[rule.ID] = c.limit(r, rule)
		}
	}
	return c
}

// limit is the p value below which a rule alarms on a day on which no other
// series does.
func (c *Courses) limit(r *run, rule *indicator.Indicator) float64 {
	var attainable []float64
	for _, p := range kulkul.AllSeries() {
		if rule.Scope.Covers(p) {
			attainable = append(attainable, r.attainable(&outcome{rule: rule, counts: c.counts[p]}))
		}
	}
	if len(attainable) == 0 {
		return 0
	}
	u := newUse(attainable)
	return min(u.limit(r.portion(rule)), u.limit(c.rules.Budget.FDR), c.rules.Budget.P)
}

// series makes counts from the i-th on what detectors read.
func (c *Courses) series(counts []int, i int) algorithm.Series {
	i = min(i, len(counts))
	s := algorithm.Series{Freq: 365, Start: [2]int{1970, 1}, Counts: make([]float64, len(counts)-i), Dates: make([]kulkul.Day, len(counts)-i)}
	for k, n := range counts[i:] {
		s.Counts[k], s.Dates[k] = float64(n), c.begin+kulkul.Day(i+k)
	}
	return s
}

// Of gives a series' course from first to last, both included.
func (c *Courses) Of(p kulkul.Pair, first, last kulkul.Day) []Point {
	out := make([]Point, max(0, int(last-first)+1))
	counts := c.counts[p]
	for i := range out {
		out[i].Bound = math.NaN()
		if at := int(first-c.begin) + i; at >= baselineGuard+14 && at < len(counts) {
			out[i].Expected = baseline(counts[:at+1], nil)
		}
	}
	for i := range c.rules.List {
		if rule := &c.rules.List[i]; rule.P != nil && !rule.Corroborates && rule.Scope.Covers(p) && len(counts) > 0 {
			c.bounds(rule, counts, first, out)
			break
		}
	}
	return out
}

// bounds fills in what one rule alarms above.
func (c *Courses) bounds(rule *indicator.Indicator, counts []int, first kulkul.Day, out []Point) {
	detector := indicator.Limited(indicator.Weekly(rule.Detector, c.weekday), c.limits[rule.ID])
	lo := int(first-c.begin) + 1 // of the range's first day, from 1
	answer := detector.Detect(c.series(counts, 0), lo, lo+len(out)-1)
	for i := range answer.Alarm {
		at := lo - 1 + i
		if at < 0 || at >= len(counts) || at+1 < rule.Minimum.History || answer.Alarm[i] == algorithm.Undefined || math.IsInf(answer.Upperbound[i], 0) {
			continue
		}
		window := tail(counts[:at+1], rule.Window)
		out[i].Bound = max(answer.Upperbound[i], float64(rule.Minimum.Stories-1-(window-counts[at])))
		out[i].Alarm = answer.Alarm[i] == algorithm.Raised && window > 0 && window >= rule.Minimum.Stories
	}
}
