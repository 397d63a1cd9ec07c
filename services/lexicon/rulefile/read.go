package rulefile

import (
	"errors"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
)

// Read reads one file. kind and id follow from its path. The file is returned
// as far as it could be read even where there are problems.
func Read(path string, kind Kind, id string, data []byte) (*File, Problems) {
	r := &reader{file: path}
	f := &File{Kind: kind, ID: id, Path: path, Threshold: DefaultThreshold, Names: map[string]string{}}
	known := keysOf(kind)
	for _, e := range r.entries(r.root(data), "file") {
		if !slices.Contains(known, e.key) {
			r.unknown(e, "a file of kind "+string(kind), known)
			continue
		}
		r.section(f, e)
	}
	if slices.Contains(known, "name") && f.Names["en"] == "" && len(r.problems) == 0 {
		r.add(nil, "name: {en: …}", "no English display name")
	}
	return f, r.problems
}

// DefaultThreshold is the score from which a tag is given where the file does
// not say.
const DefaultThreshold = 0.5

func keysOf(kind Kind) []string {
	scored := []string{"threshold", "requires", "excludes", "terms", "rules", "against", "examples"}
	switch kind {
	case Area:
		return append(scored, "name")
	case Flashpoint:
		return append(scored, "name", "parties", "centre", "features")
	case Context:
		return scored
	}
	return []string{"terms"}
}

func (r *reader) section(f *File, e entry) {
	switch e.key {
	case "name":
		for _, n := range r.entries(e.value, "name") {
			r.language(n, "name")
			f.Names[n.key], _ = r.scalar(n.value)
		}
	case "threshold":
		if v, ok := r.number(e.value, e.key, 0.05, 1); ok {
			f.Threshold = v
		}
	case "requires":
		f.Requires = r.refs(e.value, e.key)
	case "excludes":
		f.Excludes = r.refs(e.value, e.key)
	case "parties":
		f.Parties = r.texts(e.value, e.key)
	case "centre":
		f.Centre = r.point(e.value, e.key)
	case "terms":
		for _, g := range r.entries(e.value, e.key) {
			f.Groups = append(f.Groups, r.group(g))
		}
	case "features":
		for _, g := range r.entries(e.value, e.key) {
			f.Features = append(f.Features, r.feature(g))
		}
	case "rules":
		f.Rules = r.rules(e, f.Kind == Context)
	case "against":
		f.Against = r.rules(e, true)
	case "examples":
		for _, n := range r.elements(e.value, e.key) {
			f.Examples = append(f.Examples, r.example(n))
		}
	}
}

func (r *reader) name(e entry, what string) {
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`).MatchString(e.key) {
		r.add(e.node, "use a–z, 0–9 and -", "%s name %q", what, e.key)
	}
}

func (r *reader) group(e entry) Group {
	r.name(e, "group")
	g := Group{Name: e.key, Pos: r.pos(e.node), Weight: 1}
	known := append(Languages(), Every, "except", "include", "weight", "about")
	for _, k := range r.entries(e.value, "group "+e.key) {
		switch {
		case k.key == "except":
			g.Except = r.terms(k.value, "except")
		case k.key == "include":
			g.Include = r.refs(k.value, "include")
		case k.key == "weight":
			if v, ok := r.number(k.value, "weight", 0.05, 1); ok {
				g.Weight = v
			}
		case k.key == "about":
			r.scalar(k.value)
		case slices.Contains(known, k.key):
			g.Terms = append(g.Terms, r.termList(k)...)
		default:
			r.unknown(k, "group "+e.key, known)
		}
	}
	if len(g.Terms)+len(g.Include) == 0 {
		r.add(e.node, "list terms under a language, or include another group", "group %s is empty", e.key)
	}
	return g
}

func (r *reader) feature(e entry) Feature {
	r.name(e, "feature")
	f := Feature{Group: Group{Name: e.key, Pos: r.pos(e.node), Weight: 1}}
	known := []string{"name", "kind", "at", "weight", "terms", "claimed", "except"}
	for _, k := range r.entries(e.value, "feature "+e.key) {
		switch k.key {
		case "name":
			f.Name, _ = r.scalar(k.value)
		case "kind":
			f.Kind, _ = r.scalar(k.value)
			if kinds := FeatureKinds(); !slices.Contains(kinds, f.Kind) {
				r.add(k.value, DidYouMean(f.Kind, kinds), "unknown kind of feature %q", f.Kind)
			}
		case "at":
			f.At = r.point(k.value, "at")
		case "weight":
			if v, ok := r.number(k.value, "weight", 0.05, 1); ok {
				f.Group.Weight = v
			}
		case "terms":
			f.General = r.terms(k.value, "terms")
		case "claimed":
			f.Claimed = r.claims(k)
		case "except":
			f.Group.Except = r.terms(k.value, "except")
		default:
			r.unknown(k, "feature "+e.key, known)
		}
	}
	f.Group.Terms = slices.Clone(f.General)
	for _, c := range f.Claimed {
		f.Group.Terms = append(f.Group.Terms, c.Terms...)
	}
	if f.Name == "" || f.Kind == "" || len(f.Group.Terms) == 0 {
		r.add(e.node, "a feature needs name, kind and terms or claimed", "feature %s is incomplete", e.key)
	}
	return f
}

func (r *reader) claims(e entry) []Claim {
	var list []Claim
	for _, k := range r.entries(e.value, "claimed") {
		if len(k.key) != 2 || k.key[0] < 'A' || k.key[0] > 'Z' || k.key[1] < 'A' || k.key[1] > 'Z' {
			r.add(k.node, "two capitals, ISO 3166-1", "claimant %q", k.key)
		}
		list = append(list, Claim{State: k.key, Terms: r.terms(k.value, "claimed "+k.key)})
	}
	return list
}

func (r *reader) syntax(err error) {
	var bad *yaml.SyntaxError
	at := Pos{File: r.file, Line: 1}
	text := err.Error()
	if errors.As(err, &bad) {
		text = bad.Message
		if bad.Token != nil && bad.Token.Position != nil {
			at.Line = bad.Token.Position.Line
		}
	}
	r.problems.Add(at, "a term that holds , or ': ' or starts with one of & * | > @ needs quotes", "not YAML: %s", text)
}
