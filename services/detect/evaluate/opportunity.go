package evaluate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// opportunities tells, once an episode, of a flashpoint that fell well under
// what was usual before its last episode: a time at which talks may find room.
func (r *run) opportunities() {
	rule := r.Indicators.Opportunity
	if rule.Within == 0 {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(r.now)) {
		f := r.now[id]
		if id == kulkul.Any || f.Open || f.Episode == 0 || f.Opportunity == f.Episode {
			continue
		}
		began, ended := lastEpisode(f)
		if ended < r.Day-kulkul.Day(rule.Within) || r.Day-ended < kulkul.Day(rule.Window) {
			continue
		}
		p := kulkul.Pair{Flashpoint: id, Area: kulkul.Any}
		before := r.Table.Counts(p, max(r.begin, began-baselineGuard-baselineDays), began-baselineGuard-1, r.Day)
		if len(before) < baselineDays/2 {
			continue
		}
		expected := float64(tail(before, len(before))) / float64(len(before)) * float64(rule.Window)
		observed := tail(r.Table.Counts(p, r.Day-kulkul.Day(rule.Window)+1, r.Day, r.Day), rule.Window)
		if expected < rule.Stories || float64(observed) > rule.Ratio*expected {
			continue
		}
		f.Opportunity = f.Episode
		r.now[id] = f
		r.notice("opportunity", id, fmt.Sprintf("%s in %d days after the last episode, where %.2g were usual before it.",
			count(observed, "story", "stories"), rule.Window, expected), strconv.Itoa(f.Episode))
	}
}

// lastEpisode gives the days on which the flashpoint's last episode began and
// ended.
func lastEpisode(f life.Flashpoint) (began, ended kulkul.Day) {
	for _, s := range f.States {
		a := s.Alert
		if a.FlashpointEpisode != f.Episode {
			continue
		}
		if d := kulkul.DayOf(a.Since); began == 0 || d < began {
			began = d
		}
		ended = max(ended, kulkul.DayOf(a.ResolvedAt))
	}
	return began, ended
}
