package lexicon

import (
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// Tag finds the language, the areas and the flashpoints of a text. It is safe
// for concurrent use. Offsets in the evidence are bytes of the field.
func (t *Taxonomy) Tag(x Text) Result {
	return t.tag(&x, t.detect(&x))
}

// tag tags a text of a known language.
func (t *Taxonomy) tag(x *Text, code string) Result {
	s := t.scratch.Get().(*scratch)
	defer t.scratch.Put(s)
	defer s.reset()
	r := Result{Language: code, Areas: []kulkul.Tag{}, Flashpoints: []kulkul.Tag{}}
	t.read(s, x, code)
	t.decide(s)
	for _, id := range s.tags() {
		tag := kulkul.Tag{ID: t.scored[id].id, Score: score(s.states[id].score), Evidence: t.evidence(s, id)}
		if t.scored[id].kind == rulefile.Area {
			r.Areas = append(r.Areas, tag)
		} else {
			r.Flashpoints = append(r.Flashpoints, tag)
		}
	}
	order(r.Areas, kulkul.Areas())
	order(r.Flashpoints, kulkul.Flashpoints())
	return r
}

// read gathers the terms of a text.
func (t *Taxonomy) read(s *scratch, x *Text, code string) {
	s.text, s.lang, s.source = x, 1<<languageIndex(code), strings.ToLower(x.Source)
	t.gather(s)
}

// detect gives the language of a text.
func (t *Taxonomy) detect(x *Text) string {
	return t.detector.Detect(x.Language, x.Title, x.Summary, x.Body)
}

// tags are the flashpoints and areas that are given.
func (s *scratch) tags() []int32 {
	var list []int32
	for _, id := range s.awake {
		if s.states[id].given {
			list = append(list, id)
		}
	}
	return list
}

// score is a score as people see it: to three places.
func score(v float32) float64 { return float64(int(v*1000+0.5)) / 1000 }

func order(tags []kulkul.Tag, ids []string) {
	slices.SortFunc(tags, func(a, b kulkul.Tag) int {
		return slices.Index(ids, a.ID) - slices.Index(ids, b.ID)
	})
}
