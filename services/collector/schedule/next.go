package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Policy bounds how often feeds are asked.
type Policy struct {
	// Floor is the shortest time between two fetches of a feed, Ceiling the
	// longest that freshness, ttl and rhythm may make of it.
	Floor   time.Duration `yaml:"floor"`
	Ceiling time.Duration `yaml:"ceiling"`
	// BackOff is the longest pause after faults.
	BackOff time.Duration `yaml:"back_off"`
	// Patience is the longest Retry-After that is honoured.
	Patience time.Duration `yaml:"patience"`
	// Jitter is the part of an interval, 0 to 1, by which it is lengthened at
	// random, so that feeds of one schedule don't move in step.
	Jitter float64 `yaml:"jitter"`
	// Adapt is the part of a feed's own rhythm (the mean time between its
	// items) that passes between two fetches; 0 turns adapting off.
	Adapt float64 `yaml:"adapt"`
}

// DefaultPolicy asks at most every five minutes and at least every four hours.
func DefaultPolicy() Policy {
	return Policy{Floor: 5 * time.Minute, Ceiling: 4 * time.Hour, BackOff: 24 * time.Hour,
		Patience: 7 * 24 * time.Hour, Jitter: 0.1, Adapt: 0.25}
}

// Wishes are what came of the last fetch and what others ask for. Zero values
// mean that nothing is asked.
type Wishes struct {
	Failures   int           // faults in a row; 0 after an answer
	RetryAfter time.Duration // of 429, 503 or any other answer
	Fresh      time.Duration // Cache-Control or Expires
	TTL        time.Duration // the feed's ttl
	Update     time.Duration // its sy:updatePeriod / updateFrequency
	Rhythm     time.Duration // mean time between its items
	SkipHours  []int         // 0–23, UTC
	SkipDays   []time.Weekday
}

// reason is one lower bound of the pause.
type reason struct {
	pause time.Duration
	why   string
}

// Next gives the moment of the next fetch after one that ended now, and why
// then. random is in [0, 1).
func (p Policy) Next(rule Rule, w Wishes, now time.Time, random float64) (time.Time, string) {
	longest := slices.MaxFunc(p.reasons(rule, w, now), func(a, b reason) int { return cmp.Compare(a.pause, b.pause) })
	first, gap := rule.After(now.Add(longest.pause))
	if first.IsZero() {
		return first, "the schedule has no further moment"
	}
	why := fmt.Sprintf("%s (%s)", longest.why, round(longest.pause))
	spread := min(time.Duration(p.Jitter*float64(max(longest.pause, min(gap, p.Ceiling)))), time.Hour)
	next := first.Add(time.Duration(random * float64(spread)))
	if open := skip(next, w); !open.Equal(next) {
		return open, why + ", then past the hours or days the feed asks to skip"
	}
	return next, why
}

// reasons lists every lower bound; there is always one.
func (p Policy) reasons(rule Rule, w Wishes, now time.Time) []reason {
	ceiling := func(d time.Duration) time.Duration { return min(d, max(p.Ceiling, p.Floor)) }
	list := []reason{{p.Floor, "floor of the policy"}}
	every := rule.every
	if every == 0 {
		first, _ := rule.After(now.Add(p.Floor))
		every = max(first.Sub(now), 0)
	}
	list = append(list, reason{every, "schedule of the feed"})
	if w.RetryAfter > 0 {
		list = append(list, reason{min(w.RetryAfter, p.Patience), "Retry-After of the server"})
	}
	if w.Failures > 0 {
		return append(list, reason{p.backOff(every, w.Failures), fmt.Sprintf("back-off after %d faults in a row", w.Failures)})
	}
	return append(list,
		reason{ceiling(w.Fresh), "Cache-Control or Expires of the server"},
		reason{ceiling(w.TTL), "ttl of the feed"},
		reason{ceiling(w.Update), "update period of the feed"},
		reason{ceiling(time.Duration(p.Adapt * float64(w.Rhythm))), "rhythm of the feed"})
}

// backOff doubles the usual pause with each further fault.
func (p Policy) backOff(every time.Duration, failures int) time.Duration {
	pause := max(every, p.Floor, time.Second)
	for range failures - 1 {
		if pause *= 2; pause >= p.BackOff {
			return max(p.BackOff, p.Floor)
		}
	}
	return pause
}

// skip moves t to the first hour that the feed doesn't ask to be skipped; a
// feed that skips everything is asked all the same.
func skip(t time.Time, w Wishes) time.Time {
	open := t.UTC()
	for range 8 * 24 {
		if !slices.Contains(w.SkipHours, open.Hour()) && !slices.Contains(w.SkipDays, open.Weekday()) {
			if open.Equal(t) {
				return t
			}
			return open
		}
		open = open.Truncate(time.Hour).Add(time.Hour)
	}
	return t
}

func round(d time.Duration) time.Duration {
	if d > time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(time.Millisecond)
}
