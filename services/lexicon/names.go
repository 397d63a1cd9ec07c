package lexicon

import (
	"io/fs"
	"maps"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
	"github.com/kulkul-ews/kulkul/services/lexicon/terms"
)

// Catalogue is what people see of areas and flashpoints: their names, places and
// parties. It is read without compiling the rules, and holds none of them. It is
// read-only and safe for concurrent use.
type Catalogue struct {
	names       map[string]map[string]string // by id and language
	flashpoints map[string]Flashpoint
}

// ReadCatalogue reads the names in the taxonomy in fsys, which is laid out as
// for Load. Mistakes within a file, and missing files, are returned as Problems;
// those that need the files together are Load's to find.
func ReadCatalogue(fsys fs.FS) (*Catalogue, error) {
	files, _, _, problems, err := read(fsys)
	if err != nil {
		return nil, err
	}
	roster(files, &problems)
	if len(problems) > 0 {
		problems.Sort()
		return nil, problems
	}
	return newCatalogue(files), nil
}

func newCatalogue(files []*rulefile.File) *Catalogue {
	c := &Catalogue{names: map[string]map[string]string{}, flashpoints: map[string]Flashpoint{}}
	for _, f := range files {
		switch f.Kind {
		case rulefile.Area:
			c.names[f.ID] = f.Names
		case rulefile.Flashpoint:
			c.names[f.ID] = f.Names
			p := Flashpoint{ID: f.ID, Names: f.Names, Parties: f.Parties, Centre: f.Centre}
			for _, x := range f.Features {
				p.Features = append(p.Features, feature(x))
			}
			c.flashpoints[f.ID] = p
		}
	}
	return c
}

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
func (c *Catalogue) Flashpoint(id string) (Flashpoint, bool) {
	p, ok := c.flashpoints[id]
	p.Names = maps.Clone(p.Names)
	return p, ok
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
func (c *Catalogue) Names(language string) map[string]string {
	names := map[string]string{}
	for id := range c.names {
		names[id] = c.Name(id, language)
	}
	return names
}

// Name is the display name of an area or a flashpoint in the given language
// where there is one, else in English; empty where there is no such id.
func (c *Catalogue) Name(id, language string) string {
	if n := c.names[id][language]; n != "" {
		return n
	}
	return c.names[id]["en"]
}
