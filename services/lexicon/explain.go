package lexicon

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// Explain says in words, a line each, what the taxonomy makes of a text: its
// language, and for every area and flashpoint of which a rule spoke, the rules
// with their words and weights, the contexts, and the outcome.
func (t *Taxonomy) Explain(x Text) []string {
	s := t.scratch.Get().(*scratch)
	defer t.scratch.Put(s)
	defer s.reset()
	code := t.detect(&x)
	t.read(s, &x, code)
	t.decide(s)
	lines := []string{"language " + code}
	ids := slices.Clone(s.awake)
	slices.Sort(ids)
	contexts := map[int32]bool{}
	for _, id := range ids {
		spoke := t.explain(s, id)
		if spoke == "" {
			continue
		}
		lines = append(lines, spoke)
		for _, c := range t.scored[id].asks() {
			if t.scored[c].kind == rulefile.Context && s.states[c].judged {
				contexts[c] = true
			}
		}
	}
	for id := range t.scored {
		if contexts[int32(id)] {
			lines = append(lines, t.explain(s, int32(id)))
		}
	}
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

// explain is one line on a context, flashpoint or area; empty where no rule of
// it holds.
func (t *Taxonomy) explain(s *scratch, id int32) string {
	one := &t.scored[id]
	holds := t.holds(s, id)
	var parts []string
	for k := range one.rules {
		if t.asleep(s, id, k) {
			continue
		}
		if line := t.explainRule(s, &one.rules[k]); line != "" {
			parts = append(parts, line)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	for k := range one.against {
		if line := t.explainRule(s, &one.against[k]); line != "" {
			parts = append(parts, "against: "+line)
		}
	}
	for _, c := range one.requires {
		if !t.holds(s, c) {
			parts = append(parts, "requires "+t.scored[c].id+", which does not hold")
		}
	}
	for _, c := range one.excludes {
		if t.holds(s, c) {
			parts = append(parts, "excluded by "+t.scored[c].id)
		}
	}
	if one.weighing != nil {
		parts = append(parts, fmt.Sprintf("by the rules alone %s, %.2f; weighed: %s", yesNo(holds), s.states[id].said, t.explainWeights(s, one.weighing)))
		holds = s.states[id].given
	}
	return fmt.Sprintf("%s %s: %s, score %.2f of %.2f: %s", one.kind, one.id, yesNo(holds), s.states[id].score, one.threshold, strings.Join(parts, "; "))
}

// explainRule is a rule that holds with its words; empty where it does not.
func (t *Taxonomy) explainRule(s *scratch, r *rule) string {
	v, ok := t.rule(s, r)
	if !ok {
		return ""
	}
	where := r.cond.zones &^ inRest
	if v.headline == 0 {
		where = inRest
	}
	var words []string
	for _, m := range t.picks(s, &r.cond, where) {
		e := t.show(s, witness{mark: m})
		words = append(words, fmt.Sprintf("%q in the %s (%s)", e.Text, e.Field, t.groups[m.group].name))
	}
	if len(words) == 0 {
		words = []string{"no word of its own"}
	}
	return fmt.Sprintf("%s %.2f by %s", r.name, v.headline+v.rest, strings.Join(words, ", "))
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
