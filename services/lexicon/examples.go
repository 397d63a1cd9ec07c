package lexicon

import (
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// CheckExamples tags the examples in the files and reports those that do not
// get what they expect.
func (t *Taxonomy) CheckExamples() Problems {
	var problems Problems
	for _, f := range t.files {
		for _, x := range f.Examples {
			t.example(f, x, &problems)
		}
	}
	return problems
}

// Examples is how many examples the files hold.
func (t *Taxonomy) Examples() int {
	n := 0
	for _, f := range t.files {
		n += len(f.Examples)
	}
	return n
}

func (t *Taxonomy) example(f *rulefile.File, x rulefile.Example, problems *Problems) {
	text := Text{Title: x.Title, Summary: x.Summary, Body: x.Body, Language: x.Language, Source: x.Source}
	have := tagIDs(t.Tag(text))
	if f.Kind == rulefile.Context && t.contextHolds(text, f.ID) {
		have = append(have, f.ID)
	}
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

// tagIDs lists areas and flashpoints.
func tagIDs(r Result) []string {
	var ids []string
	for _, tags := range [][]kulkul.Tag{r.Areas, r.Flashpoints} {
		for _, tag := range tags {
			ids = append(ids, tag.ID)
		}
	}
	return ids
}

// contextHolds judges one context for a text.
func (t *Taxonomy) contextHolds(x Text, id string) bool {
	s := t.scratch.Get().(*scratch)
	defer t.scratch.Put(s)
	defer s.reset()
	t.read(s, &x, t.detect(&x))
	return t.holds(s, t.index[id])
}
