package life

import (
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// State is one alert's key with its current or last episode and what the
// machine must remember.
type State struct {
	Alert kulkul.Alert `json:"alert"`
	// Events counts the episode's events; it makes their ids.
	Events int `json:"events"`
	// Days are the days in alarm of the episode, oldest first.
	Days []kulkul.Day `json:"days,omitempty"`
	// Calm is since when the series lies under its lower bound without a break.
	Calm time.Time `json:"calm,omitzero"`
	// Low is since when the evidence gives a lower level than the alert has.
	Low time.Time `json:"low,omitzero"`
	// Muted is until when a resolution by hand holds.
	Muted time.Time `json:"muted,omitzero"`
}

// maxDays is how many days in alarm are remembered; the gates ask for two.
const maxDays = 32

// Finding is what one evaluation found on one key.
type Finding struct {
	Key kulkul.AlertKey
	// Alarm: an indicator of the group alarms. Calm: every indicator lies under
	// its lower bound. Neither: in between.
	Alarm, Calm bool
	// Day is the day tested.
	Day kulkul.Day
	// Hold is how long the alarm must last before it fires: the shortest of the
	// alarming indicators.
	Hold time.Duration
	// Cap is the highest level that the alarming indicators may give.
	Cap      kulkul.Level
	Evidence Evidence // of the window in alarm; Days is filled in here
	Reasons  []kulkul.Reason
	Items    []string
	// Inhibited is the alert id of the part that explains a total.
	Inhibited string
}

// Mode says what an evaluation may do.
type Mode int

const (
	// Raise may open, fire and worsen: a day that is not over, or on which the
	// collection was blind.
	Raise Mode = iota
	// Full may do everything: the daily tick.
	Full
)

// clone copies what a step may change in place.
func (s State) clone() State {
	s.Days = slices.Clone(s.Days)
	return s
}

// Active reports whether the alert is firing or recovering: what holds a
// flashpoint's episode open.
func (s State) Active() bool {
	return s.Alert.State == kulkul.Firing || s.Alert.State == kulkul.Recovering
}
