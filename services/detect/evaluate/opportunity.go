package evaluate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Opportunity is the kind of notice that tells of a time at which talks may find
// room. It is no alert and never becomes one.
const Opportunity = "opportunity"

// opportunities tells of flashpoints at which tension falls: those that fell
// well under what was usual before their last episode, and those whose reports
// speak of talks more than is usual, after an episode or while it abates. Each
// is told once an episode.
func (r *run) opportunities() {
	if r.Indicators.Opportunity.Within == 0 {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(r.now)) {
		f := r.now[id]
		if id == kulkul.Any || f.Episode == 0 || f.Firing() {
			continue
		}
		began, ended := lastEpisode(f)
		if !f.Open && ended < r.Day-kulkul.Day(r.Indicators.Opportunity.Within) {
			continue
		}
		episode := strconv.Itoa(f.Episode)
		if f.Talks < f.Episode {
			if text, is := r.talks(id, began); is {
				f.Talks = f.Episode
				r.notice(Opportunity, id, text, "talks", episode)
			}
		}
		if f.Opportunity < f.Episode && !f.Open {
			if text, is := r.calmAfter(id, began, ended); is {
				f.Opportunity = f.Episode
				r.notice(Opportunity, id, text, episode)
			}
		}
		r.now[id] = f
	}
}

// calmAfter says that the stories since an episode are far fewer than was usual
// before it.
func (r *run) calmAfter(id string, began, ended kulkul.Day) (string, bool) {
	rule := r.Indicators.Opportunity
	if r.Day-ended < kulkul.Day(rule.Window) || r.blindWithin(rule.Window) {
		return "", false
	}
	p := kulkul.Pair{Flashpoint: id, Area: kulkul.Any}
	expected, known := r.usual(began, func(from, to kulkul.Day) []int { return r.Table.Counts(p, from, to, r.Day) })
	observed := tail(r.Table.Counts(p, r.Day-kulkul.Day(rule.Window)+1, r.Day, r.Day), rule.Window)
	if !known || expected < rule.Stories || float64(observed) > rule.Ratio*expected {
		return "", false
	}
	return fmt.Sprintf("%s in %d days after the last episode, where %.2g were usual before it.",
		count(observed, "story", "stories"), rule.Window, expected), true
}

// talks says that reports of talks, a truce or a meeting are more than was usual
// before an episode.
func (r *run) talks(id string, began kulkul.Day) (string, bool) {
	rule := r.Indicators.Opportunity
	p := kulkul.Pair{Flashpoint: id, Area: kulkul.Any}
	n, owners := r.Table.Talks(p, r.Day-kulkul.Day(rule.Window)+1, r.Day, r.Day)
	if n < rule.Talks.Stories || len(owners) < rule.Talks.Publishers {
		return "", false
	}
	expected, known := r.usual(began, func(from, to kulkul.Day) []int {
		n, _ := r.Table.Talks(p, from, to, r.Day)
		return []int{n}
	})
	if !known || float64(n) < rule.Talks.Ratio*expected {
		return "", false
	}
	return fmt.Sprintf("%s of talks, a truce or a meeting from %s in %d days, where %.2g were usual before the last episode.",
		count(n, "story", "stories"), count(len(owners), "publisher", "publishers"), rule.Window, expected), true
}

// usual is how many stories of a kind the window held before an episode began;
// false where too few days are known.
func (r *run) usual(began kulkul.Day, counts func(from, to kulkul.Day) []int) (float64, bool) {
	from, to := max(r.begin, began-baselineGuard-baselineDays), began-baselineGuard-1
	days := int(to-from) + 1
	if days < baselineDays/2 {
		return 0, false
	}
	n := counts(from, to)
	return float64(tail(n, len(n))) / float64(days) * float64(r.Indicators.Opportunity.Window), true
}

// blindWithin reports whether the collection was blind on one of the last days:
// then few stories say nothing.
func (r *run) blindWithin(days int) bool {
	for d := r.Day - kulkul.Day(days) + 1; d <= r.Day; d++ {
		if r.Table.Collection().Blind(d) {
			return true
		}
	}
	return false
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
