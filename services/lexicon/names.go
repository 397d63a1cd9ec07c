package lexicon

import (
	"maps"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
	"github.com/kulkul-ews/kulkul/services/lexicon/terms"
)

// Flashpoint is what people see of a flashpoint.
type Flashpoint struct {
	ID    string
	Names map[string]string // display name by language; en is always there
	// Parties are ISO 3166-1 alpha-2 codes; a deployment may set its own.
	Parties  []string
	Centre   Point
	Features []Feature
}

// Point is a place in degrees north and east; Set tells it from 0, 0.
type Point = rulefile.Point

// Feature is a place within a flashpoint.
type Feature struct {
	ID    string
	Name  string // neutral display name
	Kind  string // shoal, island, temple …
	At    Point
	Names []FeatureName
}

// FeatureName is one name of a feature.
type FeatureName struct {
	Name     string
	Language string // code, or "every"
	State    string // the claimant that uses it, ISO 3166-1 alpha-2; empty: in general use
}

// Flashpoint gives the names, the parties and the features of a flashpoint.
func (t *Taxonomy) Flashpoint(id string) (Flashpoint, bool) {
	for _, f := range t.files {
		if f.Kind != rulefile.Flashpoint || f.ID != id {
			continue
		}
		p := Flashpoint{ID: id, Names: maps.Clone(f.Names), Parties: f.Parties, Centre: f.Centre}
		for _, x := range f.Features {
			p.Features = append(p.Features, feature(x))
		}
		return p, true
	}
	return Flashpoint{}, false
}

func feature(x rulefile.Feature) Feature {
	f := Feature{ID: x.Group.Name, Name: x.Name, Kind: x.Kind, At: x.At}
	add := func(list []rulefile.Term, state string) {
		for _, raw := range list {
			t, err := terms.Parse(raw.Text, raw.Lang)
			if err != nil || len(t.Gaps) > 0 || len(t.Forms) != 1 {
				continue // a search pattern, not a name
			}
			f.Names = append(f.Names, FeatureName{Name: strings.TrimSpace(t.Forms[0][0].Text), Language: raw.Lang, State: state})
		}
	}
	add(x.General, "")
	for _, c := range x.Claimed {
		add(c.Terms, c.State)
	}
	return f
}

// Names are the display names of all areas and flashpoints by id, in the given
// language where there is one, else in English.
func (t *Taxonomy) Names(language string) map[string]string {
	names := map[string]string{}
	for _, f := range t.files {
		if f.Kind != rulefile.Area && f.Kind != rulefile.Flashpoint {
			continue
		}
		names[f.ID] = f.Names["en"]
		if n := f.Names[language]; n != "" {
			names[f.ID] = n
		}
	}
	return names
}
