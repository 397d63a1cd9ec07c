package rulefile

import (
	"slices"
	"strings"
	"testing"
)

const flashpoint = `
name: {en: Coral Banks, fr: Bancs de corail}
threshold: 0.6
requires: [footprint]
parties: [AA, BB]
centre: [12.5, -114.25]
features:
  long-reef:
    name: Long Reef
    kind: reef
    at: [10.5, 115]
    weight: 0.8
    terms: {en: [Long Reef]}
    claimed:
      AA: {zh: [长礁], en: [Chang Reef]}
    except: {en: [Long Reef Street]}
terms:
  boats:
    en: [boat*, "a, b"]
    every: [BRP X]
    include: [vessels/all]
rules:
  - name: reef and boats
    weight: 0.7
    all: [long-reef, {any: [boats], in: title}]
    not: [boats]
    near: [boats, long-reef]
    within: 5
    when: [at-sea]
    unless: [sport]
    language: en
    source: [x*]
    in: headline
against:
  - {name: games, weight: 1, when: [sport]}
examples:
  - {text: Boats at Long Reef, tags: [coral]}
  - {title: a, summary: b, body: c, language: en, source: s, has: [x], lacks: [y, z]}
`

func TestRead(t *testing.T) {
	f, problems := Read("flashpoints/coral.yaml", Flashpoint, "coral", []byte(flashpoint))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if f.Names["fr"] != "Bancs de corail" || f.Threshold != 0.6 || !slices.Equal(f.Parties, []string{"AA", "BB"}) {
		t.Errorf("head %+v", f)
	}
	if f.Centre != (Point{12.5, -114.25, true}) {
		t.Errorf("centre %+v", f.Centre)
	}
	x := f.Features[0]
	if x.Name != "Long Reef" || x.Kind != "reef" || x.At.Lat != 10.5 || x.Group.Weight != 0.8 || len(x.Group.Terms) != 3 || x.Claimed[0].State != "AA" {
		t.Errorf("feature %+v", x)
	}
	if g := f.Groups[0]; g.Terms[1].Text != "a, b" || g.Terms[2].Lang != Every || g.Include[0].Name != "vessels/all" {
		t.Errorf("group %+v", g)
	}
	r := f.Rules[0]
	if r.Weight != 0.7 || r.Cond.All[1].Cond.In != Title || r.Cond.Within != 5 || r.Cond.In != Headline || r.Cond.Languages[0] != "en" || r.Pos.Line != 23 {
		t.Errorf("rule %+v", r)
	}
	if e := f.Examples[0]; !e.Exact || e.Title != "Boats at Long Reef" {
		t.Errorf("example %+v", e)
	}
	if e := f.Examples[1]; e.Exact || e.Body != "c" || len(e.Lacks) != 2 {
		t.Errorf("example %+v", e)
	}
}

func TestReadProblems(t *testing.T) {
	tests := []struct {
		name, text string
		line       int
		want       string
	}{
		{"empty file", "", 1, "the file is empty"},
		{"two documents", "name: {en: A}\n---\nname: {en: B}\n", 1, "want one document"},
		{"a list", "- a\n", 1, "want a mapping"},
		{"parties in an area's place", "name: {en: A}\nterm: {}\n", 2, "did you mean terms?"},
		{"latitude", "name: {en: A}\ncentre: [95, 1]\n", 2, "from -90 to 90"},
		{"one number", "name: {en: A}\ncentre: [9]\n", 2, "want two numbers"},
		{"feature's kind", "name: {en: A}\nfeatures:\n  x: {name: X, kind: islet, terms: {en: [x]}}\n", 3, "did you mean island?"},
		{"feature incomplete", "name: {en: A}\nfeatures:\n  x: {name: X}\n", 3, "incomplete"},
		{"claimant", "name: {en: A}\nfeatures:\n  x: {name: X, kind: reef, claimed: {China: {en: [x]}}}\n", 3, "two capitals"},
		{"group name", "name: {en: A}\nterms:\n  Big Group: {en: [x]}\n", 3, "group name"},
		{"near alone", "name: {en: A}\nterms:\n  g: {en: [x]}\nrules:\n  - {name: r, weight: 0.5, near: [g]}\n", 5, "two to four"},
		{"no weight", "name: {en: A}\nterms:\n  g: {en: [x]}\nrules:\n  - {name: r, any: [g]}\n", 5, "has no weight"},
		{"no name", "name: {en: A}\nterms:\n  g: {en: [x]}\nrules:\n  - {weight: 0.5, any: [g]}\n", 5, "without a name"},
		{"zone", "name: {en: A}\nterms:\n  g: {en: [x]}\nrules:\n  - {name: r, weight: 0.5, any: [g], in: titel}\n", 5, "did you mean title?"},
		{"language", "name: {en: A}\nterms:\n  g: {en: [x]}\nrules:\n  - {name: r, weight: 0.5, any: [g], language: english}\n", 5, `unknown language "english"`},
		{"empty value", "name: {en: A}\nterms:\n  g:\n    en: [x, ~]\n", 4, "empty value"},
		{"empty list", "name: {en: A}\nterms:\n  g: {en: [x]}\nrules:\n  - {name: r, weight: 0.5, any: []}\n", 5, "any is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Read("f.yaml", Flashpoint, "f", []byte(tt.text))
			for _, p := range problems {
				if p.Line == tt.line && strings.Contains(p.Error(), tt.want) {
					return
				}
			}
			t.Errorf("want line %d %q, got\n%v", tt.line, tt.want, problems)
		})
	}
}

func TestKeysOfKinds(t *testing.T) {
	for kind, key := range map[Kind]string{Area: "features", Context: "name", Shared: "rules", Masks: "examples"} {
		if slices.Contains(keysOf(kind), key) {
			t.Errorf("%s takes %s", kind, key)
		}
	}
}

func TestProblems(t *testing.T) {
	var ps Problems
	ps.Add(Pos{"b.yaml", 1}, "", "late")
	ps.Add(Pos{"a.yaml", 9}, "mend it", "second %d", 2)
	ps.Add(Pos{"a.yaml", 2}, "", "first")
	ps.Sort()
	if got, want := ps.Error(), "a.yaml:2: first\na.yaml:9: second 2 (mend it)\nb.yaml:1: late"; got != want {
		t.Errorf("%s", got)
	}
	if len(ps.Unwrap()) != 3 {
		t.Error("unwrap")
	}
}

func TestDidYouMean(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"treshold", "did you mean threshold?"}, {"zzzzzz", "known: threshold, terms"},
	} {
		if got := DidYouMean(tt.word, []string{"threshold", "terms"}); got != tt.want {
			t.Errorf("%s: %s", tt.word, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(flashpoint))
	f.Add([]byte("a: &x [*x]\n"))
	f.Add([]byte("terms: {g: {en: [[x]]}}"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		for _, kind := range []Kind{Area, Flashpoint, Context, Shared, Masks} {
			Read("f.yaml", kind, "f", data)
		}
	})
}
