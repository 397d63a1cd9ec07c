// Package health judges a feed against its own rhythm.
//
// In: what is remembered of a feed and what its last fetch brought. Out: what
// to remember, the feed's state, and whether that changed. Called by the
// collector after every fetch. Pure: no clock, no I/O.
package health

import (
	"fmt"
	"time"
)

// States of a feed, as kulkul.Health names them.
const (
	OK        = "ok"
	New       = "new"       // its first days: what comes may be a backlog
	Failing   = "failing"   // several faults in a row
	Silent    = "silent"    // answers, and brings nothing for longer than it ever does
	Gone      = "gone"      // its publisher took it away for good
	Recovered = "recovered" // back after failing, silence or a pause: what comes may be a backlog
	Doubled   = "doubled"   // far more in a day than usual
	// Backfilled: many of the day's items are old; its archive came in anew.
	Backfilled = "backfilled"
	Paused     = "paused" // switched off by the operator
)

// Policy says when a judgement is made.
type Policy struct {
	FailAfter  int           `yaml:"fail_after"`  // faults in a row
	NewFor     time.Duration `yaml:"new_for"`     // how long a feed is new
	RecoverFor time.Duration `yaml:"recover_for"` // how long a feed is recovered
	// QuietFor is the shortest silence that is worth a word.
	QuietFor time.Duration `yaml:"quiet_for"`
	// DoubledFrom is the fewest items in a day that can be a doubling.
	DoubledFrom int `yaml:"doubled_from"`
	// OldAfter is how long after its publication a new item counts as old;
	// BackfillFrom the fewest old items in a day that make a back-fill, where
	// they are at least half of what is new.
	OldAfter     time.Duration `yaml:"old_after"`
	BackfillFrom int           `yaml:"backfill_from"`
}

// DefaultPolicy suits publishers that write between many times a day and once
// a month.
func DefaultPolicy() Policy {
	return Policy{FailAfter: 3, NewFor: 3 * 24 * time.Hour, RecoverFor: 24 * time.Hour, QuietFor: 72 * time.Hour, DoubledFrom: 10,
		OldAfter: 7 * 24 * time.Hour, BackfillFrom: 5}
}

// Memory is what is kept of a feed between fetches.
type Memory struct {
	State    string    `json:"state,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Failures int       `json:"failures,omitempty"` // in a row
	LastOK   time.Time `json:"last_ok,omitzero"`
	First    time.Time `json:"first,omitzero"` // first good answer
	Rhythm   Rhythm    `json:"rhythm"`
	Days     Days      `json:"days"`
}

// Observation is what one fetch brought.
type Observation struct {
	At    time.Time
	Fault string // "" for a good answer
	Gone  bool   // the publisher said so often enough
	// New holds the publication time of each new item, or the time of
	// collection where it has none.
	New []time.Time
}

// Judge gives what to remember, and the judgement in words where the state has
// changed ("" where it has not).
func (p Policy) Judge(m Memory, o Observation) (Memory, string) {
	was := m.State
	state, text := was, ""
	switch {
	case o.Gone:
		state, text = Gone, "the publisher says that the feed is gone for good"
		m.Failures++
	case o.Fault != "":
		m.Failures++
		if m.Failures >= p.FailAfter {
			state, text = Failing, fmt.Sprintf("%d faults in a row, the last: %s", m.Failures, o.Fault)
		}
	default:
		m, state, text = p.good(m, o)
	}
	if state == was {
		return m, ""
	}
	m.State, m.Since = state, o.At
	return m, text
}

// good judges an answer.
func (p Policy) good(m Memory, o Observation) (Memory, string, string) {
	m.Failures, m.LastOK = 0, o.At
	if m.First.IsZero() {
		m.First = o.At
	}
	m.Rhythm = m.Rhythm.With(o.New, o.At)
	usual := m.Days.Usual
	old := 0
	for _, t := range o.New {
		if o.At.Sub(t) > p.OldAfter {
			old++
		}
	}
	m.Days = m.Days.with(len(o.New), old, o.At)
	spent := o.At.Sub(m.Since)
	silent, quiet := m.Rhythm.silent(o.At, p.QuietFor)
	switch m.State {
	case "":
		return m, New, "answered for the first time"
	case Failing, Gone, Paused:
		return m, Recovered, "answers again after " + m.State
	case New:
		if spent < p.NewFor {
			return m, New, ""
		}
	case Recovered:
		if spent < p.RecoverFor && !silent {
			return m, Recovered, ""
		}
	case Silent:
		if silent {
			return m, Silent, ""
		}
		return m, Recovered, "publishes again"
	}
	switch {
	case silent:
		return m, Silent, fmt.Sprintf("nothing new for %s; usually every %s", quiet.Round(time.Hour), m.Rhythm.Mean.Round(time.Minute))
	case m.Days.Old >= p.BackfillFrom && 2*m.Days.Old >= m.Days.Today:
		return m, Backfilled, fmt.Sprintf("%d of %d new items today are older than %s", m.Days.Old, m.Days.Today, days(p.OldAfter))
	case m.Days.doubled(usual, p.DoubledFrom):
		return m, Doubled, fmt.Sprintf("%d items today, usually %.1f", m.Days.Today, usual)
	}
	return m, OK, "in its usual rhythm"
}

// days is a duration in whole days where it is some.
func days(d time.Duration) string {
	if d%(24*time.Hour) != 0 {
		return d.String()
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
