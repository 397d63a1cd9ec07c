package life

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Policy says how an alert lives. It comes from indicators.yaml.
type Policy struct {
	// CoolDown is how long a series must stay under its lower bound before the
	// alert resolves.
	CoolDown time.Duration
	// Ease is how long a level's gate must have failed before the level falls.
	Ease time.Duration
	// Mute is how long a series stays quiet after a person resolved its alert,
	// unless the level rises above the one resolved.
	Mute  time.Duration
	Gates Gates
	// Indicators and Taxonomy are the versions that alerts carry.
	Indicators, Taxonomy string
}

// Gate is what evidence a level asks for. A zero field asks for nothing.
type Gate struct {
	Owners    int     // independent owners
	Countries int     // countries of independent owners
	Ratio     float64 // observed over expected
	// AnyOf, where a field of it is set, asks for at least one of them.
	AnyOf Alternatives
}

// Alternatives are the things one of which a gate asks for.
type Alternatives struct {
	Days      int // days in alarm within the episode
	Detectors int // detectors in alarm together
	Stories   int // stories in the window
}

// Gates are the gates of the levels above watch. A level needs its own gate and
// those of all levels below it.
type Gates struct{ Elevated, High, Critical Gate }

// DefaultGates are: elevated, two independent owners; high, independent owners
// from two countries and two days, two detectors or three stories; critical,
// high and five owners and three times the expected.
func DefaultGates() Gates {
	return Gates{
		Elevated: Gate{Owners: 2},
		High:     Gate{Owners: 2, Countries: 2, AnyOf: Alternatives{Days: 2, Detectors: 2, Stories: 3}},
		Critical: Gate{Owners: 5, Ratio: 3},
	}
}

// Evidence is what the gates look at.
type Evidence struct {
	Stories   int
	Owners    []string
	Countries []string
	Detectors int     // distinct detectors in alarm
	Days      int     // distinct days in alarm within the episode
	Ratio     float64 // observed over expected; 0 where nothing is expected
}

// Level gives the highest level whose gate and all below it the evidence
// passes; watch at least, since there is an alarm.
func (g Gates) Level(e Evidence) kulkul.Level {
	level := kulkul.Watch
	for _, gate := range []Gate{g.Elevated, g.High, g.Critical} {
		if !gate.passes(e) {
			break
		}
		level++
	}
	return level
}

func (g Gate) passes(e Evidence) bool {
	or := g.AnyOf
	asked := or != Alternatives{}
	met := or.Days > 0 && e.Days >= or.Days ||
		or.Detectors > 0 && e.Detectors >= or.Detectors ||
		or.Stories > 0 && e.Stories >= or.Stories
	return len(e.Owners) >= g.Owners && len(e.Countries) >= g.Countries &&
		(g.Ratio == 0 || e.Ratio >= g.Ratio) && (!asked || met)
}
