package life

import (
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// stepper carries one step of one state.
type stepper struct {
	s      State
	f      Finding
	p      Policy
	at     time.Time
	mode   Mode
	number func() int // of the flashpoint's episode, opening one if need be
	events []kulkul.AlertEvent
}

// step moves a state by one finding.
func step(s State, f Finding, p Policy, at time.Time, mode Mode, number func() int) (State, []kulkul.AlertEvent) {
	at = at.UTC()
	if at.Before(s.Alert.UpdatedAt) {
		return s, nil // the clock went back, or an evaluation came late
	}
	x := &stepper{s: s.clone(), f: f, p: p, at: at, mode: mode, number: number}
	switch s.Alert.State {
	case kulkul.Pending:
		x.pending()
	case kulkul.Firing:
		x.firing()
	case kulkul.Recovering:
		x.recovering()
	default:
		x.idle()
	}
	return x.s, x.events
}

// idle: no episode, or the last one resolved.
func (x *stepper) idle() {
	if !x.f.Alarm {
		return
	}
	a := x.s.Alert
	level := x.level()
	if x.at.Before(x.s.Muted) && level <= a.Peak {
		return
	}
	// Only days that the last episode did not already answer for.
	if a.State == kulkul.Resolved && x.f.Day < kulkul.DayOf(a.ResolvedAt) {
		return
	}
	x.s = State{Alert: kulkul.Alert{Key: x.f.Key, Episode: a.Episode + 1, State: kulkul.Pending,
		Level: level, Peak: level, Since: x.at}}
	x.observe()
	if x.mayFire() {
		x.fire(kulkul.Fired)
		return
	}
	x.emit(kulkul.Opened, kulkul.NoLevel)
}

func (x *stepper) pending() {
	a := &x.s.Alert
	switch {
	case x.f.Alarm:
		x.observe()
		a.Level = x.level()
		a.Peak = max(a.Peak, a.Level)
		if x.mayFire() {
			x.fire(kulkul.Fired)
		}
	case x.mode == Full:
		x.close("")
	}
}

func (x *stepper) firing() {
	a := &x.s.Alert
	if x.f.Alarm {
		x.observe()
	}
	x.inhibit()
	level, from := x.level(), a.Level
	switch {
	case x.f.Alarm && level > from:
		a.Level, a.Peak, x.s.Low = level, max(a.Peak, level), time.Time{}
		x.emit(kulkul.Worsened, from)
	case x.mode == Full && x.f.Calm:
		x.s.Calm, x.s.Low = x.at, time.Time{}
		a.State, a.RecoveringAt = kulkul.Recovering, x.at
		x.emit(kulkul.Recovered, from)
	case x.mode == Full:
		x.ease(level)
	}
}

// ease lowers the level once the evidence has given less for long enough. What
// a person set stays.
func (x *stepper) ease(level kulkul.Level) {
	a := &x.s.Alert
	switch from := a.Level; {
	case a.Escalated || level >= from:
		x.s.Low = time.Time{}
	case x.s.Low.IsZero():
		x.s.Low = x.at
	case x.at.Sub(x.s.Low) >= x.p.Ease:
		a.Level, x.s.Low = level, time.Time{}
		x.emit(kulkul.Eased, from)
	}
}

func (x *stepper) recovering() {
	a := &x.s.Alert
	switch {
	case x.f.Alarm:
		from := a.Level
		x.observe()
		a.Inhibited = x.f.Inhibited
		level := x.level()
		if !a.Escalated || level > a.Level {
			a.Level = level
		}
		a.Peak = max(a.Peak, a.Level)
		x.s.Calm, a.State, a.RecoveringAt = time.Time{}, kulkul.Firing, time.Time{}
		x.emit(kulkul.Relapsed, from)
	case x.mode != Full:
	case !x.f.Calm:
		x.s.Calm = time.Time{} // over the lower bound again: the cool-down starts anew
	case x.s.Calm.IsZero():
		x.s.Calm = x.at
	case x.at.Sub(x.s.Calm) >= x.p.CoolDown:
		x.close("")
	}
}

// mayFire: the alarm has lasted, and no part explains it.
func (x *stepper) mayFire() bool {
	x.s.Alert.Inhibited = x.f.Inhibited
	return x.f.Inhibited == "" && x.at.Sub(x.s.Alert.Since) >= x.f.Hold
}

func (x *stepper) fire(c kulkul.Change) {
	a := &x.s.Alert
	a.State, a.FiredAt, a.FlashpointEpisode = kulkul.Firing, x.at, x.number()
	x.emit(c, kulkul.NoLevel)
}

// inhibit follows what explains a firing total.
func (x *stepper) inhibit() {
	a := &x.s.Alert
	was := a.Inhibited
	a.Inhibited = x.f.Inhibited
	switch {
	case was == "" && a.Inhibited != "":
		x.emit(kulkul.Explained, a.Level)
	case was != "" && a.Inhibited == "":
		x.emit(kulkul.Unexplained, a.Level)
	}
}

// close ends the episode; by is the person, where one did.
func (x *stepper) close(by string) {
	a := &x.s.Alert
	a.State, a.ResolvedAt = kulkul.Resolved, x.at
	x.s.Calm, x.s.Low = time.Time{}, time.Time{}
	x.emit(kulkul.Closed, a.Level)
	x.events[len(x.events)-1].By = by
}

// observe takes the finding's evidence into the alert.
func (x *stepper) observe() {
	if i, known := slices.BinarySearch(x.s.Days, x.f.Day); !known {
		x.s.Days = slices.Insert(x.s.Days, i, x.f.Day)
		x.s.Days = x.s.Days[max(0, len(x.s.Days)-maxDays):]
	}
	a := &x.s.Alert
	x.s.Calm = time.Time{}
	a.Reasons, a.Items = x.f.Reasons, x.f.Items
	a.Indicators, a.Taxonomy = x.p.Indicators, x.p.Taxonomy
}

// level is what the gates give on the evidence, within what the indicators may.
func (x *stepper) level() kulkul.Level {
	e := x.f.Evidence
	e.Days = len(x.s.Days)
	if _, known := slices.BinarySearch(x.s.Days, x.f.Day); !known && x.f.Alarm {
		e.Days++
	}
	if x.s.Alert.State == kulkul.Resolved {
		e.Days = 1 // a new episode
	}
	return max(kulkul.Watch, min(x.p.Gates.Level(e), x.f.Cap))
}

// emit tells of a change.
func (x *stepper) emit(c kulkul.Change, from kulkul.Level) {
	a := &x.s.Alert
	a.UpdatedAt = x.at
	x.s.Events++
	x.events = append(x.events, kulkul.AlertEvent{ID: kulkul.EventID(*a, c, x.s.Events), At: x.at,
		Change: c, From: from, Alert: *a})
}
