package lexicon

import (
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// CheckExamples tags the examples in the files by the rules alone and reports
// those that do not get what they expect. They test what the files say; what
// the model makes of it is measured on labelled texts.
func (t *Taxonomy) CheckExamples() Problems {
	var problems Problems
	for _, f := range t.examples {
		for _, x := range f.list {
			t.example(f, x, &problems)
		}
	}
	return problems
}

// Examples is how many examples the files hold.
func (t *Taxonomy) Examples() int {
	n := 0
	for _, f := range t.examples {
		n += len(f.list)
	}
	return n
}

func (t *Taxonomy) example(f examples, x rulefile.Example, problems *Problems) {
	text := Text{Title: x.Title, Summary: x.Summary, Body: x.Body, Language: x.Language, Source: x.Source}
	have := t.ruled(text, f)
	var missing, extra []string
	for _, want := range x.Has {
		if !slices.Contains(have, want.Name) {
			missing = append(missing, want.Name)
		}
	}
	for _, id := range have {
		wanted := slices.ContainsFunc(x.Has, func(r rulefile.Ref) bool { return r.Name == id })
		banned := slices.ContainsFunc(x.Lacks, func(r rulefile.Ref) bool { return r.Name == id })
		if banned || x.Exact && !wanted {
			extra = append(extra, id)
		}
	}
	if len(missing)+len(extra) == 0 {
		return
	}
	var said []string
	if len(missing) > 0 {
		said = append(said, "does not get "+strings.Join(missing, ", "))
	}
	if len(extra) > 0 {
		said = append(said, "gets "+strings.Join(extra, ", "))
	}
	problems.Add(x.Pos, strings.Join(t.Explain(text), "; "), "example %q %s", x.Title, strings.Join(said, " and "))
}

// ruled lists the areas and flashpoints that hold by the rules alone, and the
// context that f is, if it holds.
func (t *Taxonomy) ruled(x Text, f examples) []string {
	s := t.scratch.Get().(*scratch)
	defer t.scratch.Put(s)
	defer s.reset()
	t.read(s, &x, t.detect(&x))
	var ids []string
	for _, id := range s.awake {
		if t.holds(s, id) {
			ids = append(ids, t.scored[id].id)
		}
	}
	if f.kind == rulefile.Context && t.holds(s, t.index[f.id]) {
		ids = append(ids, f.id)
	}
	return ids
}
