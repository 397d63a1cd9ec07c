package lexicon

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/match"
)

// gather finds all terms of the text and files them under their groups.
func (t *Taxonomy) gather(s *scratch) {
	for f := range fields {
		text := s.text.field(f)
		if text == "" {
			continue
		}
		x := &s.folded[f]
		s.hits = t.automaton.Scan(s.hits[:0], x, text)
		if len(s.hits) == 0 {
			continue
		}
		s.field, s.lead = f, len(x.Syms)
		if f == body && len(text) > leadBytes {
			s.lead, _ = slices.BinarySearch(x.Offs[:len(x.Syms)], leadBytes)
		}
		for k := range s.hits {
			if h := &s.hits[k]; !h.Bare || x.Bare {
				t.take(s, h)
			}
		}
	}
	if len(s.parts) > 0 {
		t.join(s)
	}
	slices.SortFunc(s.voids, func(a, b void) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.last, b.last))
	})
	for k := range s.marks {
		t.place(s, int32(k))
	}
}

// take notes what one hit is used for.
func (t *Taxonomy) take(s *scratch, h *match.Hit) {
	uses := t.uses[t.useAt[h.Pattern]:t.useAt[h.Pattern+1]]
	for k := range uses {
		switch u := &uses[k]; {
		case u.audience&s.lang == 0:
		case u.role == isOpening:
			t.part(s, h, u.group)
		case u.role == isPart:
			t.part(s, h, -1)
		case u.role == isTerm:
			s.mark(u, h.First, h.Last, h.From, h.To)
		default:
			s.note(u, h.First, h.Last, h.From, h.To)
		}
	}
}

// part keeps a part of a gap term: one with which some begin, or one that may go
// on with what was kept.
func (t *Taxonomy) part(s *scratch, h *match.Hit, opening int32) {
	n := len(s.parts)
	if n == maxParts || opening < 0 && (n == 0 || s.parts[n-1].field != s.field || h.From > s.parts[n-1].to+t.widest) {
		return
	}
	s.parts = append(s.parts, part{pattern: h.Pattern, opening: opening, field: s.field, first: h.First, last: h.Last, from: h.From, to: h.To})
}

// note keeps a term, or a phrase that voids terms.
func (s *scratch) note(u *use, first, last, from, to uint32) {
	switch {
	case u.role == isTerm:
		s.mark(u, first, last, from, to)
	case len(s.voids) < maxVoids:
		group := u.group
		if u.role == isMask {
			group = -1
		}
		s.voids = append(s.voids, void{group: group, field: s.field, first: first, last: last})
	}
}

func (s *scratch) mark(u *use, first, last, from, to uint32) {
	if len(s.marks) == maxMarks {
		return
	}
	z := zone(s.field)
	if s.field == body && int(first) >= s.lead {
		z = zoneRest
	}
	s.marks = append(s.marks, mark{group: u.group, weight: u.weight, field: s.field, zone: z, first: first, last: last, from: from, to: to})
}

// join finds gap terms: their parts in order, close enough.
func (t *Taxonomy) join(s *scratch) {
	for k := range s.parts {
		if s.parts[k].opening < 0 || !t.mayGoOn(s, k) {
			continue
		}
		for _, id := range t.openings[s.parts[k].opening] {
			g := &t.gaps[id]
			if g.use.audience&s.lang == 0 {
				continue
			}
			end := k
			for n := 1; n < len(g.parts) && end >= 0; n++ {
				end = s.follow(end, g.parts[n], g.gaps[n-1])
			}
			if end < 0 {
				continue
			}
			first, last := &s.parts[k], &s.parts[end]
			s.field, s.lead = first.field, len(s.folded[first.field].Syms)
			if first.field == body && len(s.text.Body) > leadBytes {
				s.lead, _ = slices.BinarySearch(s.folded[body].Offs, leadBytes)
			}
			s.note(&g.use, first.first, last.last, first.from, last.to)
		}
	}
}

// mayGoOn reports whether some part stands close enough after part k for any gap
// term.
func (t *Taxonomy) mayGoOn(s *scratch, k int) bool {
	p := &s.parts[k]
	for n := k + 1; n < min(len(s.parts), k+maxFollow) && s.parts[n].field == p.field; n++ {
		if from := s.parts[n].from; from >= p.to && from-p.to <= t.widest {
			return true
		}
	}
	return false
}

// follow is the index of the next part of the given pattern that begins at most
// gap after part k ends; -1 if none. It looks at a bounded number of parts.
func (s *scratch) follow(k int, pattern, gap uint32) int {
	p := &s.parts[k]
	for n := k + 1; n < min(len(s.parts), k+maxFollow); n++ {
		q := &s.parts[n]
		if q.field != p.field {
			break
		}
		if q.pattern == pattern && q.first > p.last && q.from >= p.to && q.from-p.to <= gap {
			return n
		}
	}
	return -1
}

// place files mark k under its group and all groups that include it, and wakes
// the rules that wait for them.
func (t *Taxonomy) place(s *scratch, k int32) {
	m := &s.marks[k]
	own := m.group
	if len(s.voids) > 0 && s.void(m, own) {
		return
	}
	for _, g := range t.groups[own].within {
		if g != own && len(s.voids) > 0 && s.void(m, g) {
			continue
		}
		p := &s.places[g]
		if p.count == 0 {
			s.found = append(s.found, g)
			t.wake(s, g)
		}
		p.count++
		if b := p.best[m.zone]; b == 0 || s.marks[b-1].weight < m.weight {
			p.best[m.zone] = k + 1
		}
		if p.count > fieldsPlaces {
			continue
		}
		s.nodes = append(s.nodes, node{mark: k})
		at := int32(len(s.nodes))
		if p.tail == 0 {
			p.head = at
		} else {
			s.nodes[p.tail-1].next = at
		}
		p.tail = at
	}
}

// fieldsPlaces bounds the list of one group.
const fieldsPlaces = int32(fields) * maxPlaces

// void reports whether the mark stands within a phrase that voids it for the
// group: an exception of the group, or a longer phrase of the masks.
func (s *scratch) void(m *mark, g int32) bool {
	at, _ := slices.BinarySearchFunc(s.voids, m, func(v void, m *mark) int {
		return cmp.Or(cmp.Compare(v.field, m.field), cmp.Compare(v.last, m.last))
	})
	for n := at; n < min(len(s.voids), at+16); n++ {
		v := &s.voids[n]
		if v.field != m.field {
			break
		}
		if v.first > m.first {
			continue
		}
		if v.group == g || v.group < 0 && (v.first < m.first || v.last > m.last) {
			return true
		}
	}
	return false
}

func (t *Taxonomy) wake(s *scratch, g int32) {
	for _, ref := range t.groups[g].rules {
		awake := s.rules[ref.scored]
		if !slices.Contains(s.awake, ref.scored) {
			s.awake = append(s.awake, ref.scored)
		}
		awake[ref.rule] = true
	}
}

// fromSource reports whether the source is one of the patterns, which may have
// a * at either end.
func fromSource(source string, patterns []string) bool {
	for _, p := range patterns {
		rest, tail := strings.CutPrefix(p, "*")
		core, head := strings.CutSuffix(rest, "*")
		switch {
		case tail && head && strings.Contains(source, core),
			tail && !head && strings.HasSuffix(source, core),
			!tail && head && strings.HasPrefix(source, core),
			source == p:
			return true
		}
	}
	return false
}
