package series

import (
	"maps"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// joined gives the day from which each source speaks: what it states itself,
// else the day on which its first item came in, or the first day of its
// imported history. (That a new source lists old items says how far back its
// list goes, not what was reported then.) Empty where nothing is known of the
// collection.
func (t *Table) joined() map[string]kulkul.Day {
	if t.joins != nil {
		return t.joins
	}
	t.joins = map[string]kulkul.Day{}
	if len(t.collection.First) == 0 {
		return t.joins
	}
	maps.Copy(t.joins, t.collection.First)
	for _, obs := range t.items {
		for _, o := range obs {
			if first, has := t.joins[o.Source]; o.Retrospective && (!has || o.Day < first) {
				t.joins[o.Source] = o.Day
			}
		}
	}
	for source, since := range t.collection.Since {
		if _, has := t.joins[source]; has {
			t.joins[source] = since
		}
	}
	return t.joins
}

// Begin is the first day of which the counts speak: the table holds nothing
// older, or no source was collected before. ok is false where it is empty.
func (t *Table) Begin() (day kulkul.Day, ok bool) {
	for _, l := range t.lines {
		for d := range l {
			if !ok || d < day {
				day, ok = d, true
			}
		}
	}
	if start, known := earliest(t.joined()); ok && known {
		day = max(day, start)
	}
	return day, ok
}

func earliest(days map[string]kulkul.Day) (first kulkul.Day, ok bool) {
	for _, d := range days {
		if !ok || d < first {
			first, ok = d, true
		}
	}
	return first, ok
}

// settled gives the test of whether a source has been collected for long
// enough on the day at. A source of which nothing came in before that day is
// as new as can be.
func (t *Table) settled(at kulkul.Day) func(source string) bool {
	joins := t.joined()
	if len(joins) == 0 || t.collection.Settle == 0 {
		return func(string) bool { return true }
	}
	start, _ := earliest(joins)
	return func(source string) bool {
		first, has := joins[source]
		if !has {
			first = at
		}
		_, stated := t.collection.Since[source] // somebody has decided
		return stated || first-start <= grace || int(at-first) >= t.collection.Settle
	}
}

// alive reports whether a source was collected on a day, and not in a gap.
func (t *Table) alive(source string, day kulkul.Day) bool {
	if first, has := t.joined()[source]; has && day < first {
		return false
	}
	return !slices.ContainsFunc(t.collection.Gaps[source], func(g Gap) bool {
		return day >= g.From && (g.Back == 0 || day < g.Back)
	})
}

// gaps finds the stretches of a source's silence in the days on which it brought
// something: at least three days, and more than four times as long as was usual
// before, once there were eight days to tell. last is the last day on which
// anything came in of any source.
func gaps(days []kulkul.Day, last kulkul.Day) []Gap {
	const shortest, times, known = 3, 4, 8
	slices.Sort(days)
	days = slices.Compact(days)
	var out []Gap
	quiet := 0 // days within gaps, which are no part of the rhythm
	for i, d := range days {
		next, back := last+1, kulkul.Day(0)
		if i+1 < len(days) {
			next, back = days[i+1], days[i+1]
		}
		silent := int(next - d - 1)
		usual := float64(int(d-days[0])-quiet) / float64(max(i, 1))
		if i+1 >= known && silent >= shortest && float64(silent) > times*usual {
			out = append(out, Gap{From: d + 1, Back: back})
			quiet += silent
		}
	}
	return out
}

// afterGap is how many days, beginning with the one on which a source came
// back, what it brings may be a backlog.
const afterGap = 2

// returned reports whether what a source brought on a day may be the backlog of
// a gap of its own, or of a day on which the whole collection was blind. In a gap
// that has no end yet, whatever comes in is its end.
func (c Collection) returned(source string, entered kulkul.Day) bool {
	for _, g := range c.Gaps[source] {
		if entered >= g.From && (g.Back == 0 || entered >= g.Back && entered < g.Back+afterGap) {
			return true
		}
	}
	for back := range kulkul.Day(afterGap) {
		if c.Blind(entered - 1 - back) {
			return true
		}
	}
	return false
}
