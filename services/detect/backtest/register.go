package backtest

import (
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Register knows publishers by id and by name, for histories that cite them in
// words.
type Register struct{ by map[string]kulkul.Source }

// NewRegister reads the registered sources.
func NewRegister(sources []kulkul.Source) Register {
	r := Register{by: map[string]kulkul.Source{}}
	for _, s := range sources {
		r.by[fold(s.Name)] = s
	}
	for _, s := range sources {
		r.by[s.ID] = s // an id goes before a name
	}
	return r
}

// Cited reads the publishers that a text names, several split at ';': owner
// and country where a publisher is registered, else its own name as owner and
// no country. Weight is that of the most reliable of them.
func (r Register) Cited(text string) (list []Publisher, weight float64) {
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ";") {
		name := fold(part)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		p := Publisher{Source: name, Owner: name}
		grade := kulkul.Reliability("")
		if s, known := r.by[name]; known {
			p, grade = Publisher{Source: s.ID, Owner: s.Owner, Country: s.Country}, s.Reliability
		}
		list, weight = append(list, p), max(weight, grade.Weight())
	}
	return list, weight
}

// fold makes spellings of one name alike: case, space and a leading article.
func fold(name string) string {
	name = strings.Join(strings.Fields(strings.ToLower(name)), " ")
	return strings.TrimPrefix(name, "the ")
}
