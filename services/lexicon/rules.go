package lexicon

import (
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// rules compiles the rules of one file and wakes them by their groups.
func (c *compiler) rules(f *rulefile.File) {
	at, ok := c.t.index[f.ID]
	if !ok {
		return
	}
	s := &c.t.scored[at]
	s.requires = c.refs(f, f.Requires)
	s.excludes = c.refs(f, f.Excludes)
	for _, r := range f.Rules {
		s.rules = append(s.rules, rule{name: f.ID + "/" + r.Name, weight: float32(r.Weight), cond: c.cond(f, r.Cond)})
	}
	for _, r := range f.Against {
		s.against = append(s.against, rule{name: f.ID + "/" + r.Name, weight: float32(r.Weight), cond: c.cond(f, r.Cond)})
	}
	for _, x := range f.Examples {
		c.refs(f, x.Has)
		c.refs(f, x.Lacks)
	}
	if f.Kind == rulefile.Context {
		return
	}
	for k := range s.rules {
		wakers := triggers(&s.rules[k].cond)
		if wakers == nil {
			c.problems.Add(f.Rules[k].Pos, "add any, all or near with groups", "rule %q can hold without a place in the text", f.Rules[k].Name)
		}
		for _, g := range wakers {
			c.t.groups[g].rules = append(c.t.groups[g].rules, ruleRef{scored: at, rule: int32(k)})
		}
	}
}

// triggers are groups of which at least one is found wherever the condition
// holds, as few as can be.
func triggers(k *cond) []int32 {
	var best []int32
	consider := func(list []int32) {
		if len(list) > 0 && (best == nil || len(list) < len(best)) {
			best = list
		}
	}
	for _, g := range k.near {
		consider([]int32{g})
	}
	for _, o := range k.all {
		consider(o.triggers())
	}
	var anyOf []int32
	for _, o := range k.any {
		list := o.triggers()
		if list == nil { // no group needs to be there for it
			anyOf = nil
			break
		}
		anyOf = append(anyOf, list...)
	}
	consider(anyOf)
	slices.Sort(best)
	return slices.Compact(best)
}

func (o operand) triggers() []int32 {
	if o.cond != nil {
		return triggers(o.cond)
	}
	return []int32{o.group}
}

// refs resolves names of contexts, flashpoints and areas.
func (c *compiler) refs(f *rulefile.File, names []rulefile.Ref) []int32 {
	var list []int32
	for _, ref := range names {
		id, ok := c.t.index[ref.Name]
		if !ok {
			var known []string
			for name := range c.t.index {
				known = append(known, name)
			}
			slices.Sort(known)
			c.problems.Add(ref.Pos, rulefile.DidYouMean(ref.Name, known), "no context, flashpoint or area %q", ref.Name)
			continue
		}
		list = append(list, id)
	}
	return list
}

// conditions resolves names of contexts and flashpoints.
func (c *compiler) conditions(f *rulefile.File, names []rulefile.Ref) []int32 {
	for _, ref := range names {
		if id, ok := c.t.index[ref.Name]; ok && c.t.scored[id].kind == rulefile.Area {
			c.problems.Add(ref.Pos, "name the groups that speak for it: "+ref.Name+"/group", "area %s cannot be a condition", ref.Name)
		}
	}
	return c.refs(f, names)
}

func (c *compiler) cond(f *rulefile.File, from rulefile.Cond) cond {
	k := cond{
		any: c.operands(f, from.Any), all: c.operands(f, from.All), not: c.operands(f, from.Not),
		within: uint32(from.Within) * fold.UnitsPerWord,
		when:   c.conditions(f, from.When), unless: c.conditions(f, from.Unless),
		zones: anywhere,
	}
	for _, ref := range from.Near {
		if g, ok := c.find(f, ref); ok {
			k.near = append(k.near, g)
		}
	}
	for _, code := range from.Languages {
		k.languages |= 1 << languageIndex(code)
	}
	for _, s := range from.Sources {
		k.sources = append(k.sources, strings.ToLower(s))
	}
	switch from.In {
	case rulefile.Title:
		k.zones = inTitle
	case rulefile.Headline:
		k.zones = inHeadline
	case rulefile.Text:
		k.zones = inText
	}
	return k
}

func (c *compiler) operands(f *rulefile.File, from []rulefile.Operand) []operand {
	var list []operand
	for _, o := range from {
		if o.Cond != nil {
			k := c.cond(f, *o.Cond)
			list = append(list, operand{cond: &k})
		} else if g, ok := c.find(f, o.Group); ok {
			list = append(list, operand{group: g})
		}
	}
	return list
}

// circles reports contexts and flashpoints that ask for each other in a circle.
func (c *compiler) circles() {
	const onPath, done = 1, 2
	state := make([]int, len(c.t.scored))
	var visit func(id int32, path []string)
	visit = func(id int32, path []string) {
		s := &c.t.scored[id]
		path = append(path, s.id)
		if state[id] == onPath {
			c.problems.Add(c.place(s.id), "", "circle: %s", strings.Join(path, " → "))
		}
		if state[id] != 0 {
			return
		}
		state[id] = onPath
		for _, next := range s.asks() {
			visit(next, path)
		}
		state[id] = done
	}
	for id := range c.t.scored {
		visit(int32(id), nil)
	}
}

func (c *compiler) place(id string) rulefile.Pos {
	for _, f := range c.files {
		if f.ID == id {
			return rulefile.Pos{File: f.Path, Line: 1}
		}
	}
	return rulefile.Pos{}
}

// asks are the contexts and flashpoints whose truth s depends on.
func (s *scored) asks() []int32 {
	list := slices.Concat(s.requires, s.excludes)
	for _, rules := range [][]rule{s.rules, s.against} {
		for k := range rules {
			list = append(list, rules[k].cond.asks()...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (k *cond) asks() []int32 {
	list := slices.Concat(k.when, k.unless)
	for _, operands := range [][]operand{k.any, k.all, k.not} {
		for _, o := range operands {
			if o.cond != nil {
				list = append(list, o.cond.asks()...)
			}
		}
	}
	return list
}
