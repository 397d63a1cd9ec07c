package rulefile

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// DefaultWithin is the distance in words of near where a rule does not say.
const DefaultWithin = 8

// rules reads a list of rules; lax ones need no positive key.
func (r *reader) rules(e entry, lax bool) []Rule {
	var list []Rule
	names := map[string]bool{}
	for _, n := range r.elements(e.value, e.key) {
		rule := r.rule(n)
		switch {
		case rule.Name == "":
			r.add(n, "evidence shows a rule by its name", "a rule without a name")
		case names[rule.Name]:
			r.add(n, "", "rule %q stands twice", rule.Name)
		case rule.Weight == 0:
			r.add(n, "0.6 and more is enough alone", "rule %q has no weight", rule.Name)
		case !lax && !rule.Cond.Positive():
			r.add(n, "add any, all or near", "rule %q points at no place in the text", rule.Name)
		}
		names[rule.Name] = true
		list = append(list, rule)
	}
	return list
}

func (r *reader) rule(n ast.Node) Rule {
	rule := Rule{Pos: r.pos(n)}
	entries := r.entries(n, "rule")
	if len(entries) > 0 {
		rule.Pos = r.pos(entries[0].node)
	}
	rest := entries[:0:0]
	for _, e := range entries {
		switch e.key {
		case "name":
			rule.Name, _ = r.scalar(e.value)
		case "weight":
			rule.Weight, _ = r.number(e.value, "weight", 0.05, 1)
		case "about":
			r.scalar(e.value)
		default:
			rest = append(rest, e)
		}
	}
	rule.Cond = r.cond(rest, rule.Pos, "name", "weight", "about")
	return rule
}

// cond reads a condition's entries; more names keys that are known besides.
func (r *reader) cond(entries []entry, at Pos, more ...string) Cond {
	c := Cond{Pos: at, Within: DefaultWithin}
	known := append([]string{"any", "all", "near", "within", "not", "when", "unless", "language", "source", "in"}, more...)
	within := false
	for _, e := range entries {
		switch e.key {
		case "any":
			c.Any = r.operands(e)
		case "all":
			c.All = r.operands(e)
		case "not":
			c.Not = r.operands(e)
		case "near":
			c.Near = r.refs(e.value, e.key)
		case "within":
			v, _ := r.number(e.value, e.key, 0, 100)
			c.Within, within = int(v), true
		case "when":
			c.When = r.refs(e.value, e.key)
		case "unless":
			c.Unless = r.refs(e.value, e.key)
		case "language":
			c.Languages = r.codes(e)
		case "source":
			c.Sources = r.texts(e.value, e.key)
		case "in":
			c.In = r.zone(e)
		default:
			r.unknown(e, "rule", known)
		}
	}
	r.sense(c, within)
	return c
}

func (r *reader) sense(c Cond, within bool) {
	if len(c.Near) == 1 || len(c.Near) > 4 {
		r.problems.Add(c.Pos, "near: [one, another]", "near wants two to four groups")
	}
	if within && len(c.Near) == 0 {
		r.problems.Add(c.Pos, "add near: [one, another]", "within without near")
	}
	if !c.Positive() && len(c.Not)+len(c.When)+len(c.Unless)+len(c.Languages)+len(c.Sources) == 0 {
		r.problems.Add(c.Pos, "add any, all or near", "empty condition")
	}
}

func (r *reader) operands(e entry) []Operand {
	var list []Operand
	for _, n := range r.elements(e.value, e.key) {
		switch n.(type) {
		case *ast.MappingNode, *ast.MappingValueNode:
			c := r.cond(r.entries(n, "condition"), r.pos(n))
			list = append(list, Operand{Cond: &c})
		default:
			if s, ok := r.scalar(n); ok {
				list = append(list, Operand{Group: Ref{Name: s, Pos: r.pos(n)}})
			}
		}
	}
	if len(list) == 0 {
		r.add(e.node, "", "%s is empty", e.key)
	}
	return list
}

func (r *reader) codes(e entry) []string {
	list := r.texts(e.value, e.key)
	for _, code := range list {
		if known := Languages(); !slices.Contains(known, code) {
			r.add(e.value, DidYouMean(code, known), "unknown language %q", code)
		}
	}
	return list
}

func (r *reader) zone(e entry) Zone {
	s, _ := r.scalar(e.value)
	known := []string{string(Title), string(Headline), string(Text)}
	if !slices.Contains(known, s) {
		r.add(e.value, DidYouMean(s, known), "unknown zone %q", s)
	}
	return Zone(s)
}

func (r *reader) example(n ast.Node) Example {
	x := Example{Pos: r.pos(n)}
	entries := r.entries(n, "example")
	if len(entries) > 0 {
		x.Pos = r.pos(entries[0].node)
	}
	known := []string{"text", "title", "summary", "body", "language", "source", "tags", "has", "lacks"}
	expects := false
	for _, e := range entries {
		switch e.key {
		case "text", "title":
			x.Title, _ = r.scalar(e.value)
		case "summary":
			x.Summary, _ = r.scalar(e.value)
		case "body":
			x.Body, _ = r.scalar(e.value)
		case "language":
			x.Language, _ = r.scalar(e.value)
		case "source":
			x.Source, _ = r.scalar(e.value)
		case "tags":
			x.Has, x.Exact, expects = r.refs(e.value, e.key), true, true
		case "has":
			x.Has, expects = r.refs(e.value, e.key), true
		case "lacks":
			x.Lacks, expects = r.refs(e.value, e.key), true
		default:
			r.unknown(e, "example", known)
		}
	}
	if x.Title+x.Summary+x.Body == "" || !expects {
		r.problems.Add(x.Pos, "text: … and tags: [] or has: or lacks:", "an example needs a text and what is expected")
	}
	return x
}
