package lexicon

import (
	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// restWithin is the distance within which the parts of all must stand in the
// rest of a long text.
const restWithin = 40 * fold.UnitsPerWord

// restCap is the most that the rest of a text counts for.
const restCap = 0.4

// holds judges a context, flashpoint or area, once per text.
func (t *Taxonomy) holds(s *scratch, id int32) bool {
	st := &s.states[id]
	if st.judged {
		return st.holds
	}
	st.judged = true
	one := &t.scored[id]
	st.score = t.score(s, id)
	st.holds = st.score >= one.threshold && t.allHold(s, one.requires) && !t.anyHolds(s, one.excludes)
	return st.holds
}

func (t *Taxonomy) allHold(s *scratch, ids []int32) bool {
	for _, id := range ids {
		if !t.holds(s, id) {
			return false
		}
	}
	return true
}

func (t *Taxonomy) anyHolds(s *scratch, ids []int32) bool {
	for _, id := range ids {
		if t.holds(s, id) {
			return true
		}
	}
	return false
}

// score adds the rules up as independent witnesses and takes off what speaks
// against.
func (t *Taxonomy) score(s *scratch, id int32) float32 {
	one := &t.scored[id]
	sum := newSum()
	for k := range one.rules {
		if t.asleep(s, id, k) {
			continue
		}
		if v, ok := t.rule(s, &one.rules[k]); ok {
			sum.add(v)
		}
	}
	score := sum.total()
	s.states[id].said = score
	if score < one.threshold {
		return score
	}
	for k := range one.against {
		if v, ok := t.rule(s, &one.against[k]); ok {
			score *= 1 - v.headline
		}
	}
	return score
}

// asleep reports whether no group that rule k needs was found. Contexts' rules
// always are looked at.
func (t *Taxonomy) asleep(s *scratch, id int32, k int) bool {
	return t.scored[id].kind != rulefile.Context && !s.rules[id][k]
}

// strength is what one rule counts for: from title, summary and lead, or from
// the rest of the text.
type strength struct {
	headline, rest float32
}

// sum gathers strengths: what is left of the doubt.
type sum struct {
	headline, rest float32
}

func newSum() sum { return sum{headline: 1, rest: 1} }

func (d *sum) add(v strength) {
	d.headline *= 1 - v.headline
	d.rest *= 1 - v.rest
}

func (d *sum) total() float32 {
	return 1 - d.headline*(1-min(1-d.rest, restCap))
}

// rule judges one rule.
func (t *Taxonomy) rule(s *scratch, r *rule) (strength, bool) {
	v, ok := t.cond(s, &r.cond, r.cond.zones&^inRest)
	if ok {
		return strength{headline: v * r.weight}, true
	}
	if r.cond.zones&inRest != 0 && len(s.text.Body) > leadBytes {
		if v, ok := t.cond(s, &r.cond, inRest); ok {
			return strength{rest: v * r.weight}, true
		}
	}
	return strength{}, false
}

// cond judges a condition in the given zones, all of them outside the rest of
// the text, or only that. The value is the strength of its weakest part.
func (t *Taxonomy) cond(s *scratch, k *cond, where zoneSet) (float32, bool) {
	if k.languages != 0 && k.languages&s.lang == 0 {
		return 0, false
	}
	where &= k.zones
	if where == 0 {
		return 0, false
	}
	if len(k.sources) > 0 && !fromSource(s.source, k.sources) {
		return 0, false
	}
	value := float32(1)
	weakest := func(v float32, ok bool) bool { value = min(value, v); return ok }
	if len(k.any) > 0 && !weakest(t.any(s, k.any, where)) ||
		len(k.all) > 0 && !weakest(t.all(s, k.all, where)) ||
		len(k.near) > 0 && !weakest(t.near(s, k.near, k.within, where, nil)) {
		return 0, false
	}
	for _, o := range k.not {
		if _, found := t.operand(s, o, k.zones&inHeadline); found {
			return 0, false
		}
	}
	if !t.allHold(s, k.when) || t.anyHolds(s, k.unless) {
		return 0, false
	}
	return value, true
}

// operand judges a group, by its best place, or a nested condition.
func (t *Taxonomy) operand(s *scratch, o operand, where zoneSet) (float32, bool) {
	if o.cond != nil {
		return t.cond(s, o.cond, where)
	}
	m, v := s.best(o.group, where)
	return v, m != nil
}

// best is a group's strongest mark in the given zones.
func (s *scratch) best(g int32, where zoneSet) (*mark, float32) {
	var best *mark
	var value float32
	p := &s.places[g]
	if p.count == 0 {
		return nil, 0
	}
	for z, at := range p.best {
		if at == 0 || !where.has(zone(z)) {
			continue
		}
		m := &s.marks[at-1]
		if v := m.weight * zone(z).factor(); v > value {
			best, value = m, v
		}
	}
	return best, value
}

// any is the strongest operand that holds.
func (t *Taxonomy) any(s *scratch, list []operand, where zoneSet) (float32, bool) {
	var value float32
	holds := false
	for _, o := range list {
		if v, ok := t.operand(s, o, where); ok {
			holds, value = true, max(value, v)
		}
	}
	return value, holds
}

// all is the weakest of the operands, all of which must hold; in the rest of a
// text, close together.
func (t *Taxonomy) all(s *scratch, list []operand, where zoneSet) (float32, bool) {
	value := float32(1)
	var groups []int32
	for _, o := range list {
		v, ok := t.operand(s, o, where)
		if !ok {
			return 0, false
		}
		value = min(value, v)
		if where == inRest && o.cond == nil && len(groups) < 4 {
			groups = append(groups, o.group)
		}
	}
	if len(groups) > 1 {
		return t.near(s, groups, restWithin, where, nil)
	}
	return value, true
}
