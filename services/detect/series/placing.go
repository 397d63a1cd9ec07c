package series

import (
	"cmp"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func (t *Table) recountAll(roots map[string]struct{}) {
	for root := range roots {
		t.recount(root)
	}
}

// recount places a story anew in every series that it belongs to.
func (t *Table) recount(root string) {
	s := t.stories[root]
	if s == nil {
		return
	}
	t.unplace(root, s)
	if len(s.items) == 0 {
		delete(t.stories, root)
		return
	}
	var last []kulkul.Observation
	var day kulkul.Day
	var e *entry // is the same to all series that the same observations belong to
	series := t.bySeries(s)
	s.placed = make([]place, 0, len(series))
	for pair, obs := range series {
		if e == nil || !slices.EqualFunc(obs, last, sameObservation) {
			day, e = newEntry(obs, t.collection.returned)
			last = obs
		}
		l := t.lines[pair]
		if l == nil {
			l = line{}
			t.lines[pair] = l
		}
		if l[day] == nil {
			l[day] = map[string]*entry{}
		}
		l[day][root] = e
		s.placed = append(s.placed, place{pair, day})
	}
}

func (t *Table) unplace(root string, s *story) {
	for _, p := range s.placed {
		l := t.lines[p.pair]
		delete(l[p.day], root)
		if len(l[p.day]) == 0 {
			delete(l, p.day)
		}
		if len(l) == 0 {
			delete(t.lines, p.pair)
		}
	}
	s.placed = nil
}

// bySeries sorts a story's countable observations into the series they belong
// to, the one first seen first.
func (t *Table) bySeries(s *story) map[kulkul.Pair][]kulkul.Observation {
	var all []kulkul.Observation
	for _, id := range s.items {
		for _, o := range t.items[id] {
			if t.collection.counts(o.Source, o.Day) {
				all = append(all, o)
			}
		}
	}
	slices.SortFunc(all, firstSeen)
	out := map[kulkul.Pair][]kulkul.Observation{}
	for _, o := range all {
		for _, p := range memberships(o.Pairs) {
			out[p] = append(out[p], o)
		}
	}
	return out
}

// sameObservation tells observations of one table apart.
func sameObservation(a, b kulkul.Observation) bool { return a.Item == b.Item && a.Source == b.Source }

// firstSeen orders observations by when they became known.
func firstSeen(a, b kulkul.Observation) int {
	return cmp.Or(cmp.Compare(a.Entered, b.Entered), cmp.Compare(a.Day, b.Day),
		a.Collected.Compare(b.Collected), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Source, b.Source))
}

// memberships lists the series that an item with these pairs belongs to, each
// once: its pairs where both sides are known, and the totals of each side.
func memberships(pairs []kulkul.Pair) []kulkul.Pair {
	out := make([]kulkul.Pair, 0, 3*len(pairs))
	add := func(p kulkul.Pair) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, p := range pairs {
		f, a := p.Flashpoint != kulkul.None, p.Area != kulkul.None
		if f && a {
			add(p)
		}
		if f {
			add(kulkul.Pair{Flashpoint: p.Flashpoint, Area: kulkul.Any})
		}
		if a {
			add(kulkul.Pair{Flashpoint: kulkul.Any, Area: p.Area})
		}
	}
	return out
}
