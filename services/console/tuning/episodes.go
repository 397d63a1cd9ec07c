package tuning

import (
	"cmp"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Episode is one alert of a replay. Its instants are the last of the days judged.
type Episode struct {
	Flashpoint, Area string
	From, To         time.Time // To is zero while it is open
	Level            kulkul.Level
	Reason           string
}

// Changed is an alert that fires under both rules, and otherwise.
type Changed struct {
	Before, After Episode
}

func (e Episode) overlaps(o Episode) bool {
	return e.Flashpoint == o.Flashpoint && e.Area == o.Area &&
		(o.To.IsZero() || !e.From.After(o.To)) && (e.To.IsZero() || !o.From.After(e.To))
}

// episodes gathers lines, in time's order, into alerts; those that ended before
// the day from are left out.
func episodes(lines []backtest.Line, from kulkul.Day) []Episode {
	var all []Episode
	open := map[kulkul.Pair]int{}
	for _, l := range lines {
		pair := kulkul.Pair{Flashpoint: l.Flashpoint, Area: l.Area}
		at, is := open[pair]
		switch {
		case l.State == kulkul.Resolved && is:
			all[at].To = l.At.Add(-time.Nanosecond)
			delete(open, pair)
		case l.State == kulkul.Resolved:
		case is:
			all[at].Level = max(all[at].Level, l.Level)
		default:
			open[pair] = len(all)
			all = append(all, Episode{Flashpoint: l.Flashpoint, Area: l.Area, From: l.At.Add(-time.Nanosecond), Level: l.Level, Reason: l.Reason})
		}
	}
	return slices.DeleteFunc(all, func(e Episode) bool { return !e.To.IsZero() && e.To.Before(from.Start()) })
}

// compare tells which alerts the change brings, takes away and alters: an alert
// is the same where one of its series fires at the same time.
func (t *trial) compare(before, after []Episode) {
	t.Before, t.After = len(before), len(after)
	for _, a := range after {
		i := slices.IndexFunc(before, a.overlaps)
		switch {
		case i < 0:
			t.Gained = append(t.Gained, a)
		case before[i].Level != a.Level || !before[i].From.Equal(a.From):
			t.Changed = append(t.Changed, Changed{Before: before[i], After: a})
		}
	}
	for _, b := range before {
		if !slices.ContainsFunc(after, b.overlaps) {
			t.Lost = append(t.Lost, b)
		}
	}
	press := func(a, b Episode) int { return cmp.Or(cmp.Compare(b.Level, a.Level), a.From.Compare(b.From)) }
	slices.SortStableFunc(t.Gained, press)
	slices.SortStableFunc(t.Lost, press)
}
