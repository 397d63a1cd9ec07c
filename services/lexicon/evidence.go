package lexicon

import (
	"cmp"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// maxEvidence bounds the places shown for one tag.
const maxEvidence = 12

// witness is a mark and the rule it speaks for.
type witness struct {
	mark *mark
	rule string
}

// evidence lists the places that speak for a tag: those of its own rules, then
// those of the contexts it requires.
func (t *Taxonomy) evidence(s *scratch, id int32) []kulkul.Evidence {
	var list []witness
	list = t.witnesses(s, id, list)
	for _, required := range t.scored[id].requires {
		before := len(list)
		if list = t.witnesses(s, required, list); len(list) > before+2 {
			list = list[:before+2]
		}
	}
	if len(list) > maxEvidence {
		list = list[:maxEvidence]
	}
	slices.SortStableFunc(list, func(a, b witness) int {
		return cmp.Or(cmp.Compare(a.mark.field, b.mark.field), cmp.Compare(a.mark.first, b.mark.first))
	})
	list = slices.CompactFunc(list, func(a, b witness) bool {
		return a.rule == b.rule && a.mark.field == b.mark.field && a.mark.first == b.mark.first && a.mark.last == b.mark.last
	})
	shown := make([]kulkul.Evidence, len(list))
	for k, w := range list {
		shown[k] = t.show(s, w)
	}
	return shown
}

// witnesses appends the marks of all rules of a context, flashpoint or area
// that hold, the weightiest rules first.
func (t *Taxonomy) witnesses(s *scratch, id int32, list []witness) []witness {
	one := &t.scored[id]
	order := make([]int, 0, len(one.rules))
	for k := range one.rules {
		if !t.asleep(s, id, k) {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(one.rules[b].weight, one.rules[a].weight) })
	for _, k := range order {
		r := &one.rules[k]
		v, ok := t.rule(s, r)
		if !ok {
			continue
		}
		where := r.cond.zones &^ inRest
		if v.headline == 0 {
			where = inRest
		}
		for _, m := range t.picks(s, &r.cond, where) {
			list = append(list, witness{mark: m, rule: r.name})
		}
	}
	return list
}

// picks are the marks by which a condition that holds does so.
func (t *Taxonomy) picks(s *scratch, k *cond, where zoneSet) []*mark {
	var list []*mark
	where &= k.zones
	pick := func(o operand) {
		if o.cond != nil {
			if _, ok := t.cond(s, o.cond, where); ok {
				list = append(list, t.picks(s, o.cond, where)...)
			}
		} else if m, _ := s.best(o.group, where); m != nil {
			list = append(list, m)
		}
	}
	for _, o := range k.any {
		pick(o)
	}
	for _, o := range k.all {
		pick(o)
	}
	if len(k.near) > 0 {
		t.near(s, k.near, k.within, where, &list)
	}
	return list
}

// show is a mark as people see it. A term that words may go on after is shown
// with the whole word.
func (t *Taxonomy) show(s *scratch, w witness) kulkul.Evidence {
	m := w.mark
	start, end := s.folded[m.field].Span(int(m.first), int(m.last))
	text := s.text.field(m.field)
	end += t.automaton.Table.Ending(text[:min(len(text), end+maxEnding)], end)
	return kulkul.Evidence{
		Field: m.field.String(), Start: start, End: end,
		Text: text[start:end], Rule: w.rule,
	}
}

// maxEnding bounds what is shown of a word after its stem, in bytes.
const maxEnding = 48
