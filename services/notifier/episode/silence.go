package episode

import (
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// hush lists the alerts that a silence in force mutes, by id in order, and
// remembers the silences that mute an open one. It reports whether one was new.
func (s *State) hush(now time.Time, silences []kulkul.Review) (muted []string, changed bool) {
	for id, a := range s.Alerts {
		for _, r := range silences {
			if r.Matcher == nil || !r.Until.After(now) || !r.Matcher.Matches(a) {
				continue
			}
			if !slices.Contains(muted, id) {
				muted = append(muted, id)
			}
			if open(a) && a.Inhibited == "" && !s.holds(r.ID) {
				s.Held, changed = append(s.Held, r), true
			}
		}
	}
	slices.Sort(muted)
	slices.SortFunc(s.Held, func(a, b kulkul.Review) int { return a.Until.Compare(b.Until) })
	return muted, changed
}

func (s *State) holds(id string) bool {
	return slices.ContainsFunc(s.Held, func(r kulkul.Review) bool { return r.ID == id })
}

// allMuted reports whether a silence mutes every alert that could be told.
func (s *State) allMuted(muted []string) bool {
	if len(muted) == 0 {
		return false
	}
	for id, a := range s.Alerts {
		if a.Inhibited == "" && !slices.Contains(muted, id) {
			return false
		}
	}
	return true
}

// lapsed reports whether a silence ended of which no mail has told since.
func (s *State) lapsed(now time.Time) bool {
	return slices.ContainsFunc(s.Held, func(r kulkul.Review) bool { return !r.Until.After(now) })
}
