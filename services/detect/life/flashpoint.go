package life

import (
	"cmp"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Flashpoint is everything about one flashpoint's alerts, kept and changed
// together: its episodes are numbered, and a total is inhibited by a part.
// Any, as a flashpoint, holds the regional totals.
type Flashpoint struct {
	Flashpoint string `json:"flashpoint"`
	// Episode numbers the episodes from 1; Open says whether the last one lasts.
	Episode int  `json:"episode"`
	Open    bool `json:"open"`
	// Opportunity is the last episode after which a calm was told of.
	Opportunity int `json:"opportunity,omitempty"`
	// Talks is the last episode after which talks were told of.
	Talks int `json:"talks,omitempty"`
	// States are the alerts that ever opened, by key.
	States []State `json:"states,omitempty"`
}

// compareKeys orders alerts of one flashpoint: areas, then the total; then groups.
func compareKeys(a, b kulkul.AlertKey) int {
	if (a.Area == kulkul.Any) != (b.Area == kulkul.Any) {
		if a.Area == kulkul.Any {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Group, b.Group))
}

// Find gives the state under a key; a fresh one where there is none.
func (f Flashpoint) Find(key kulkul.AlertKey) (State, bool) {
	i, known := f.search(key)
	if !known {
		return State{Alert: kulkul.Alert{Key: key}}, false
	}
	return f.States[i], true
}

func (f Flashpoint) search(key kulkul.AlertKey) (int, bool) {
	return slices.BinarySearchFunc(f.States, key, func(s State, k kulkul.AlertKey) int {
		return compareKeys(s.Alert.Key, k)
	})
}

// with gives the flashpoint with a state replaced or added.
func (f Flashpoint) with(s State) Flashpoint {
	i, known := f.search(s.Alert.Key)
	f.States = slices.Clone(f.States)
	if known {
		f.States[i] = s
	} else {
		f.States = slices.Insert(f.States, i, s)
	}
	return f
}

// Apply moves the alerts that the findings are about. The receiver is left as
// it was. Call Settle once all findings of an evaluation are applied.
func (f Flashpoint) Apply(findings []Finding, p Policy, at time.Time, mode Mode) (Flashpoint, []kulkul.AlertEvent) {
	var events []kulkul.AlertEvent
	for _, finding := range findings {
		old, known := f.Find(finding.Key)
		number := func() int {
			if !f.Open {
				f.Open, f.Episode = true, f.Episode+1
			}
			return f.Episode
		}
		next, told := step(old, finding, p, at, mode, number)
		if known || len(told) > 0 {
			f = f.with(next)
		}
		events = append(events, told...)
	}
	return f, events
}

// Firing reports whether any alert fires.
func (f Flashpoint) Firing() bool {
	return slices.ContainsFunc(f.States, func(s State) bool { return s.Alert.State == kulkul.Firing })
}

// Settle closes the flashpoint's episode where no alert is firing or recovering.
func (f Flashpoint) Settle() Flashpoint {
	f.Open = f.Open && slices.ContainsFunc(f.States, State.Active)
	return f
}
