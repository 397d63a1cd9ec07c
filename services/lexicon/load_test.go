package lexicon

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// small compiles a taxonomy of the given files, which need not be complete.
func small(t testing.TB, files map[string]string) (*Taxonomy, Problems) {
	t.Helper()
	list, model, _, problems, err := read(mapFS(files))
	if err != nil {
		t.Fatal(err)
	}
	c := newCompiler(list, problems)
	return c.compile(model), c.problems
}

func mapFS(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// must compiles a taxonomy that has no problems.
func must(t testing.TB, files map[string]string) *Taxonomy {
	t.Helper()
	x, problems := small(t, files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return x
}

func TestProblems(t *testing.T) {
	const head = "name: {en: Terrorism}\n"
	tests := []struct {
		name, text string
		line       int
		want       string // part of the message
	}{
		{"unknown key", head + "treshold: 0.5\n", 2, "did you mean threshold?"},
		{"unknown language", head + "terms:\n  bombs:\n    eng: [bomb]\n", 4, "did you mean en?"},
		{"unknown group", head + "terms:\n  bombs: {en: [bomb]}\nrules:\n  - name: x\n    weight: 0.5\n    any: [bomb]\n", 7, "did you mean bombs?"},
		{"unknown file", head + "rules:\n  - {name: x, weight: 0.5, any: [acts/bomb]}\n", 3, `no group "acts/bomb"`},
		{"unknown context", head + "requires: [footprnt]\n", 2, `no context, flashpoint or area "footprnt"`},
		{"duplicate key", head + "threshold: 0.5\nthreshold: 0.6\n", 3, "stands twice"},
		{"duplicate rule", head + "terms:\n  b: {en: [bomb]}\nrules:\n  - {name: x, weight: 0.5, any: [b]}\n  - {name: x, weight: 0.5, any: [b]}\n", 6, "stands twice"},
		{"weight out of range", head + "terms:\n  b: {en: [bomb]}\nrules:\n  - {name: x, weight: 5, any: [b]}\n", 5, "from 0.05 to 1"},
		{"term weight", head + "terms:\n  b:\n    en:\n      - bomb\n      - bang ^7\n", 6, "^0.05 to ^1"},
		{"no letters", head + "terms:\n  b: {en: ['--']}\n", 3, "holds no letter"},
		{"phrase mark", head + "terms:\n  b: {en: ['bomb, blast']}\n", 3, "ends a phrase"},
		{"inflection unknown", head + "terms:\n  b: {ru: [+бомба]}\n", 3, "+ is not known"},
		{"empty group", head + "terms:\n  b: {}\n", 3, "is empty"},
		{"no name", "terms:\n  b: {en: [bomb]}\n", 1, "no English display name"},
		{"not yaml", head + "terms: [\n", 2, "not YAML"},
		{"no place", head + "rules:\n  - {name: x, weight: 0.5, language: en}\n", 3, "points at no place"},
		{"area as condition", head + "terms:\n  b: {en: [bomb]}\nrules:\n  - {name: x, weight: 0.5, any: [b], when: [terrorism]}\n", 5, "cannot be a condition"},
		{"example", head + "examples:\n  - text: bomb\n", 3, "an example needs"},
		{"example's tag", head + "examples:\n  - text: bomb\n    tags: [terorism]\n", 4, "did you mean terrorism?"},
		{"within alone", head + "terms:\n  b: {en: [bomb]}\nrules:\n  - {name: x, weight: 0.5, any: [b], within: 3}\n", 5, "within without near"},
		{"list for mapping", head + "terms: [a, b]\n", 2, "want a mapping"},
		{"anchor", head + "terms:\n  b: {en: [&x bomb]}\n", 3, "anchors"},
		{"short prefix", head + "terms:\n  b: {en: [bo*]}\n", 3, "matches too much"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := small(t, map[string]string{"areas/terrorism.yaml": tt.text})
			for _, p := range problems {
				if p.Line == tt.line && p.File == "areas/terrorism.yaml" && strings.Contains(p.Error(), tt.want) {
					return
				}
			}
			t.Errorf("want a problem at line %d with %q, got\n%v", tt.line, tt.want, problems)
		})
	}
}

func TestCircle(t *testing.T) {
	_, problems := small(t, map[string]string{
		"contexts/a.yaml": "rules:\n  - {name: x, weight: 0.5, when: [b]}\n",
		"contexts/b.yaml": "rules:\n  - {name: x, weight: 0.5, when: [a]}\n",
	})
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "a → b → a") {
		t.Error(problems)
	}
}

func TestLoadWantsEveryFile(t *testing.T) {
	_, err := Load(fstest.MapFS{"areas/terrorism.yaml": {Data: []byte("name: {en: T}\n")}, "areas/golf.yaml": {Data: []byte("name: {en: G}\n")}})
	for _, want := range []string{"areas/golf.yaml:1: unknown area", "flashpoints/sabah.yaml:1: file is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %v", want, err)
		}
	}
}

func TestKindOf(t *testing.T) {
	for name, want := range map[string]rulefile.Kind{
		"areas/x.yaml": rulefile.Area, "masks.yaml": rulefile.Masks, "shared/x.yaml": rulefile.Shared,
	} {
		if kind, ok := kindOf(name); !ok || kind != want {
			t.Errorf("%s: %s, %v", name, kind, ok)
		}
	}
	for _, name := range []string{"areas/deep/x.yaml", "x.yaml", "other/x.yaml"} {
		if _, ok := kindOf(name); ok {
			t.Errorf("%s: accepted", name)
		}
	}
}
