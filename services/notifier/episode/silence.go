package episode

import (
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// hush lists the alerts that a silence in force mutes, by id in order, and
// remembers the silences that mute an open one, and who ended one of them early.
// It reports whether any of that was new.
func (s *State) hush(now time.Time, silences []kulkul.Silenced) (muted []string, changed bool) {
	for _, r := range silences {
		if i := s.held(r.ID); i >= 0 && r.Ended != nil && (s.Held[i].Ended == nil || s.Held[i].Ended.ID != r.Ended.ID) {
			s.Held[i], changed = r, true
		}
	}
	for id, a := range s.Alerts {
		for _, r := range silences {
			if r.Matcher == nil || !r.End().After(now) || !r.Matcher.Matches(a) {
				continue
			}
			if !slices.Contains(muted, id) {
				muted = append(muted, id)
			}
			if open(a) && a.Inhibited == "" && s.held(r.ID) < 0 {
				s.Held, changed = append(s.Held, r), true
			}
		}
	}
	slices.Sort(muted)
	slices.SortFunc(s.Held, func(a, b kulkul.Silenced) int { return a.End().Compare(b.End()) })
	return muted, changed
}

// held is where the silence stands in Held; below zero where it does not.
func (s *State) held(id string) int {
	return slices.IndexFunc(s.Held, func(r kulkul.Silenced) bool { return r.ID == id })
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
	return slices.ContainsFunc(s.Held, func(r kulkul.Silenced) bool { return !r.End().After(now) })
}
