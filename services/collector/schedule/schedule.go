package schedule

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// Rule is a feed's schedule as the operator wrote it: the earliest moments at
// which the feed is asked, in UTC.
type Rule struct {
	cron  cron.Schedule
	every time.Duration // of "@every"; 0 for clock times
}

// ParseRule reads a robfig/cron expression of five fields, or "@every 30m" and
// the other descriptors.
func ParseRule(expression string) (Rule, error) {
	s, err := cron.ParseStandard(expression)
	if err != nil {
		return Rule{}, fmt.Errorf("schedule %q: %w", expression, err)
	}
	r := Rule{cron: s}
	if d, ok := s.(cron.ConstantDelaySchedule); ok {
		r.every = d.Delay
	}
	return r, nil
}

// After gives the first moment of the rule at or after t, and the time from it
// to the moment after. A rule that has no further moment (30 February) gives a
// zero time.
func (r Rule) After(t time.Time) (first time.Time, gap time.Duration) {
	if r.every > 0 {
		return t, r.every
	}
	t = t.UTC()
	first = r.cron.Next(t.Add(-time.Nanosecond))
	if first.IsZero() {
		return first, 0
	}
	return first, r.cron.Next(first).Sub(first)
}
