package lexicon

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

const terrorismFile = `name: {en: Terrorism}
requires: [footprint]
terms:
  bombs: {en: [bomb]}
  parcel: {en: [parcel]}
rules:
  - {name: bomb, weight: 0.4, any: [bombs]}
  - {name: parcel, weight: 0.7, any: [parcel]}
`

const footprintFile = `terms:
  lands: {en: [Java]}
rules:
  - {name: land, weight: 0.6, any: [lands]}
`

func weighed(t *testing.T, model string) *Taxonomy {
	files := map[string]string{"areas/terrorism.yaml": terrorismFile, "contexts/footprint.yaml": footprintFile}
	if model != "" {
		files["model.yaml"] = model
	}
	return must(t, files)
}

func given(t *Taxonomy, title string) []string {
	var ids []string
	for _, tag := range t.Tag(Text{Title: title, Language: "en"}).Areas {
		ids = append(ids, tag.ID)
	}
	return ids
}

// The model gives what the rules fall short of and takes what they say too
// easily; what the area requires stands, and where no rule speaks nothing is
// given.
func TestModelDecides(t *testing.T) {
	const model = `areas:
  terrorism:
    bias: 3
    score: {terrorism: -7.5}
    holds: {footprint: 1}
    count: {no-area: 0.5}
`
	ruled, both := weighed(t, ""), weighed(t, model)
	for title, want := range map[string][2][]string{
		"A bomb on Java":   {nil, {"terrorism"}}, // 0.40 by the rules; 3 − 3 + 1 + 0.5
		"A parcel on Java": {{"terrorism"}, nil}, // 0.70 by the rules; 3 − 5.25 + 1
		"A bomb":           {nil, nil},           // not in the footprint
		"Nothing on Java":  {nil, nil},
	} {
		if got := given(ruled, title); !slices.Equal(got, want[0]) {
			t.Errorf("%s: %v by the rules", title, got)
		}
		if got := given(both, title); !slices.Equal(got, want[1]) {
			t.Errorf("%s: %v with the model", title, got)
		}
	}
	tag := both.Tag(Text{Title: "A bomb on Java", Language: "en"}).Areas[0]
	if want := 1 / (1 + math.Exp(-1.5)); math.Abs(tag.Score-want) > 1e-3 || tag.Evidence[0].Text != "bomb" {
		t.Errorf("%+v, want score %.3f", tag, want)
	}
	lines := strings.Join(both.Explain(Text{Title: "A parcel on Java", Language: "en"}), "\n")
	for _, want := range []string{"area terrorism: no", "by the rules alone yes, 0.70", "score terrorism -5.25, bias +3.00, holds footprint +1.00"} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %q in\n%s", want, lines)
		}
	}
}

// Signals are those of the rules, whatever the model says.
func TestSignals(t *testing.T) {
	x := Text{Title: "A bomb on Java", Language: "en"}
	got := weighed(t, "areas: {terrorism: {bias: 9}}").Signals(x)
	want := []Signal{{rulefile.Count, "no-area", 1}, {rulefile.Count, "nothing", 1}, {rulefile.Holds, "footprint", 1}, {rulefile.Score, "footprint", 0.6}, {rulefile.Score, "terrorism", 0.4}}
	same := func(a, b Signal) bool {
		return a.Kind == b.Kind && a.Name == b.Name && math.Abs(a.Value-b.Value) < 1e-6
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%+v", got)
	}
}

func TestModelProblems(t *testing.T) {
	for text, want := range map[string]string{
		"areas: {terorism: {bias: 1}}":                                `model.yaml:1: no area "terorism" (did you mean terrorism?)`,
		"areas:\n  terrorism:\n    score: {terrorism: 1}":             "model.yaml:2: terrorism: no bias",
		"areas:\n  terrorism:\n    bias: 1\n    score: {gone: 1}":     `model.yaml:4: no area, flashpoint or context "gone" (train the model anew`,
		"areas:\n  terrorism:\n    bias: 1\n    count: {no-areas: 1}": "model.yaml:4: no count \"no-areas\" (did you mean no-area?)",
		"areas:\n  terrorism:\n    bias: 1\n    rules: {bomb: 1}":     "model.yaml:4: terrorism: unknown key \"rules\"",
		"areas:\n  terrorism:\n    bias: 1e9":                         "want a number from -50 to 50",
		"weights: {}":                                                 "model.yaml:1: the model: unknown key",
	} {
		_, problems := small(t, map[string]string{"areas/terrorism.yaml": terrorismFile, "contexts/footprint.yaml": footprintFile, "model.yaml": text})
		if !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: %v, want %s", text, problems, want)
		}
	}
}
