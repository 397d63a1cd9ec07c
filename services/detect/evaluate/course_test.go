package evaluate

import (
	"math"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// TestACourseAlarmsWhereTheTestsDo: what a chart draws is what the live tests
// say of the same day, as long as every source reports all the time.
func TestACourseAlarmsWhereTheTestsDo(t *testing.T) {
	w := quietWorld(t, 5, 380)
	w.rules.Budget.Alerts, w.rules.Budget.Days, w.rules.Budget.FDR, w.rules.Budget.P = 0.85, 14, 0.05, 0.003
	w.rules.List[0].Minimum.History, w.rules.List[0].Share = 28, 1
	from, last := day0-400, day0-21
	place := kulkul.Pair{Flashpoint: "papua", Area: kulkul.Any}
	w.report(last-3, 4, papua)
	w.report(last-2, 6, papua)
	counts := map[kulkul.Pair][]int{}
	for _, p := range kulkul.AllSeries() {
		counts[p] = w.table.Counts(p, from, last, last)
	}
	c := NewCourses(w.rules, from, counts)
	alarms := 0
	for day := last - 40; day <= last; day++ {
		r := &run{Input: Input{At: day.End().Add(time.Minute), Day: day, Mode: life.Full, Table: w.table, Indicators: w.rules, Series: kulkul.AllSeries()}}
		r.weekday = w.table.Weekday(day-weekdaySpan, day-1)
		r.begin, _ = w.table.Begin()
		o := r.steady(place, day)
		p := c.Of(place, day, day)[0]
		if math.IsNaN(p.Bound) || p.Expected <= 0 {
			t.Fatalf("%s: %+v", day, p)
		}
		if p.Alarm {
			alarms++
		}
		if p.Alarm != (o.p <= c.limits["surge"] && o.enough()) {
			t.Errorf("%s: %d stories over %.2f, alarm %t; tested %+v", day, o.counts[len(o.counts)-1], p.Bound, p.Alarm, o)
		}
		if today := float64(o.counts[len(o.counts)-1]); today > 0 && p.Alarm != (today > p.Bound) {
			t.Errorf("%s: %g stories and a bound of %g, alarm %t", day, today, p.Bound, p.Alarm)
		}
	}
	if alarms == 0 || alarms > 20 {
		t.Errorf("%d alarms, want some for what was reported", alarms)
	}
}

// steady tests a series as though every source had reported all the time.
func (r *run) steady(p kulkul.Pair, day kulkul.Day) *outcome {
	rule := &r.Indicators.List[0]
	o := &outcome{rule: rule, pair: p, day: day, span: rule.Window, counts: r.Table.Counts(p, r.begin, day, day)}
	_, o.bound, o.score = r.detect(o, o.counts)
	o.span, o.observed, o.expected = mostUnusual(o.counts, nil, rule.Window)
	o.p = rule.P(o.score)
	return o
}

// TestACourseSaysNothingOfTooShortAPast: before there is a baseline there is no
// line, and outside the counts there is nothing.
func TestACourseSaysNothingOfTooShortAPast(t *testing.T) {
	w := newWorld(t, "version: v1\n").scanning()
	counts := map[kulkul.Pair][]int{papua: append(make([]int, 30), 1, 0, 2, 0, 1)}
	c := NewCourses(w.rules, day0, counts)
	for day, p := range c.Of(papua, day0, day0+40) {
		if p.Expected != 0 || !math.IsNaN(p.Bound) || p.Alarm {
			t.Errorf("day %d: %+v", day, p)
		}
	}
	if got := c.Of(sabah, day0, day0+3); len(got) != 4 || !math.IsNaN(got[0].Bound) {
		t.Errorf("a series without a story: %+v", got)
	}
	if got := NewCourses(w.rules, day0, nil).Of(papua, day0, day0); len(got) != 1 || got[0].Alarm {
		t.Errorf("no counts at all: %+v", got)
	}
}
