package series

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// entry is what one story is to one series.
type entry struct {
	// owners and countries are those of the item first seen; sources are all
	// that carried the story.
	owners, countries, sources []string
	weight                     float64 // of its heaviest owner
	items                      []itemRef
	retrospective              bool // nothing of it came in live
	// backlog: all that carried it came in late, or from sources that had been
	// silent, which returned lists.
	backlog  bool
	returned []string
	talks    bool // what was seen first speaks of talks
	entered  kulkul.Day
}

// late is how many days after publication an item must come in to have been
// filled in afterwards.
const late = 2

type itemRef struct {
	id        string
	day       kulkul.Day
	collected time.Time
}

// newEntry reads a story's observations of one series, first seen first;
// returned is Collection.returned.
func newEntry(obs []kulkul.Observation, returned func(string, kulkul.Day) bool) (kulkul.Day, *entry) {
	first := obs[0]
	n := len(obs)
	texts := make([]string, 3*n) // there are hundreds of thousands of entries: one place for all lists
	e := &entry{retrospective: true, backlog: true, talks: first.Talks, entered: first.Entered,
		owners: texts[:0:n], countries: texts[n : n : 2*n], sources: texts[2*n : 2*n : 3*n], items: make([]itemRef, 0, 1)}
	for _, o := range obs {
		if o.Item == first.Item {
			e.owners = append(e.owners, cmp.Or(o.Owner, o.Source))
			if o.Country != "" {
				e.countries = append(e.countries, o.Country)
			}
		}
		e.sources = append(e.sources, o.Source)
		if o.Weight <= 1 { // what is no number, or no weight, weighs nothing
			e.weight = max(e.weight, o.Weight)
		}
		e.retrospective = e.retrospective && o.Retrospective
		if returned(o.Source, o.Entered) {
			e.returned = append(e.returned, o.Source)
		} else {
			e.backlog = e.backlog && o.Entered-o.Day >= late
		}
		if n := len(e.items); n == 0 || e.items[n-1].id != o.Item {
			e.items = append(e.items, itemRef{o.Item, o.Day, o.Collected})
		}
	}
	return first.Day, e
}

// recent is over how many days before the tested one imported history does not
// count: it is baseline, never news.
const recent = 14

// tested gives the rule by which a story counts when the day at is tested:
// some source that carried it has settled, and imported history is not news.
func (t *Table) tested(at kulkul.Day) func(day kulkul.Day, e *entry) bool {
	settled := t.settled(at)
	return func(day kulkul.Day, e *entry) bool {
		return slices.ContainsFunc(e.sources, settled) && !(e.retrospective && at-day < recent)
	}
}

// Counts gives the stories of a series on each day from from to to, both
// included, as they count when the day at is tested.
func (t *Table) Counts(p kulkul.Pair, from, to, at kulkul.Day) []int {
	out := make([]int, max(0, to-from+1))
	l, counts := t.lines[p], t.tested(at)
	for i := range out {
		day := from + kulkul.Day(i)
		for _, e := range l[day] {
			if counts(day, e) {
				out[i]++
			}
		}
	}
	return out
}

// Count gives one day of a series with everything in it, new sources and
// imported history included: what a chart shows.
func (t *Table) Count(p kulkul.Pair, day kulkul.Day) kulkul.Count {
	var c kulkul.Count
	owners := map[string]struct{}{}
	stories := t.lines[p][day]
	for _, root := range slices.Sorted(maps.Keys(stories)) {
		c.Stories++
		c.Weight += stories[root].weight
		for _, o := range stories[root].owners {
			owners[o] = struct{}{}
		}
	}
	c.Owners = len(owners)
	return c
}

// Window is the evidence of some days of a series: what the levels are gated
// by and what an alert shows.
type Window struct {
	Stories int
	// Owners originated the stories, Countries are theirs; sorted.
	Owners, Countries []string
	Weight            float64  // sum over stories of the heaviest owner's weight
	Items             []string // newest first, at most MaxItems
	// Roots are the stories' ids, sorted.
	Roots []string
	// Firm is the part of it that is news: what levels are gated by. The rest,
	// Backlog (the stories' ids), came in two days or more after publication, or
	// from sources that had been silent, which Returned lists.
	Firm     Firm
	Backlog  []string
	Returned []string
	// Unsettled counts stories left out because only new sources carried them.
	Unsettled int
	// Carried is how many sources carried the most reprinted story.
	Carried int
}

// Firm is evidence that is neither back-filled nor the backlog of a source that
// came back.
type Firm struct {
	Stories           int
	Owners, Countries []string
}

// MaxItems is the longest list of items that a window gives.
const MaxItems = 50

// Window gathers the stories of a series from from to to, both included, as
// they count when the day at is tested.
func (t *Table) Window(p kulkul.Pair, from, to, at kulkul.Day) Window {
	var w Window
	var found []itemRef
	counts := t.tested(at)
	chosen := map[string]*entry{}
	for day := from; day <= to; day++ {
		for root, e := range t.lines[p][day] {
			switch {
			case counts(day, e):
				chosen[root] = e
			case !e.retrospective:
				w.Unsettled++
			}
		}
	}
	for _, root := range slices.Sorted(maps.Keys(chosen)) {
		found = append(found, chosen[root].items...)
		w.take(root, chosen[root])
	}
	for _, list := range []*[]string{&w.Owners, &w.Countries, &w.Firm.Owners, &w.Firm.Countries, &w.Returned} {
		*list = distinct(*list)
	}
	w.Items = newest(found)
	return w
}

// take adds one story to the evidence.
func (w *Window) take(root string, e *entry) {
	w.Stories++
	w.Weight += e.weight
	w.Owners = append(w.Owners, e.owners...)
	w.Countries = append(w.Countries, e.countries...)
	w.Roots = append(w.Roots, root)
	w.Carried = max(w.Carried, len(distinct(slices.Clone(e.sources))))
	if e.backlog {
		w.Backlog = append(w.Backlog, root)
		w.Returned = append(w.Returned, e.returned...)
		return
	}
	w.Firm.Stories++
	w.Firm.Owners = append(w.Firm.Owners, e.owners...)
	w.Firm.Countries = append(w.Firm.Countries, e.countries...)
}

// Talks counts the stories of a series from from to to that speak of talks, and
// lists their owners, as they count when the day at is tested.
func (t *Table) Talks(p kulkul.Pair, from, to, at kulkul.Day) (stories int, owners []string) {
	counts := t.tested(at)
	for day := from; day <= to; day++ {
		for _, e := range t.lines[p][day] {
			if e.talks && counts(day, e) {
				stories++
				owners = append(owners, e.owners...)
			}
		}
	}
	return stories, distinct(owners)
}

// Without counts, day by day, the stories of a series that are none of the
// stories given: what is left of a total beside its parts.
func (t *Table) Without(p kulkul.Pair, from, to, at kulkul.Day, roots map[string]struct{}) []int {
	out := make([]int, max(0, to-from+1))
	counts := t.tested(at)
	for i := range out {
		day := from + kulkul.Day(i)
		for root, e := range t.lines[p][day] {
			if _, is := roots[root]; !is && counts(day, e) {
				out[i]++
			}
		}
	}
	return out
}

// Late reports whether a story of the days from from to to came in after to.
func (t *Table) Late(p kulkul.Pair, from, to kulkul.Day) bool {
	l := t.lines[p]
	for day := from; day <= to; day++ {
		for _, e := range l[day] {
			if e.entered > to {
				return true
			}
		}
	}
	return false
}

// Any reports whether any series has a story on a day.
func (t *Table) Any(day kulkul.Day) bool {
	for _, l := range t.lines {
		if len(l[day]) > 0 {
			return true
		}
	}
	return false
}

// Items is how many items the table holds.
func (t *Table) Items() int { return len(t.items) }

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func newest(refs []itemRef) []string {
	slices.SortFunc(refs, func(a, b itemRef) int {
		return cmp.Or(cmp.Compare(b.day, a.day), b.collected.Compare(a.collected), cmp.Compare(a.id, b.id))
	})
	refs = slices.CompactFunc(refs, func(a, b itemRef) bool { return a.id == b.id })
	var out []string
	for _, r := range refs[:min(len(refs), MaxItems)] {
		out = append(out, r.id)
	}
	return out
}
