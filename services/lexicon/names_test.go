package lexicon

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

const coral = `
name: {en: Coral Banks, fr: Bancs de corail}
parties: [AA, BB]
centre: [12.5, 114]
features:
  long-reef:
    name: Long Reef
    kind: reef
    at: [10.5, 115]
    terms: {en: [Long Reef, long* ~2 reef], fr: [récif Long]}
    claimed:
      AA: {zh: [长礁]}
      BB: {every: [Mahabang Bahura]}
rules:
  - {name: feature, weight: 0.8, any: [features]}
examples:
  - {text: Boats at Long Reef, language: en, tags: [south-china-sea]}
  - {text: Boats at Short Reef, language: en, tags: [south-china-sea]}
  - {text: 长礁, language: zh, lacks: [south-china-sea]}
`

func TestNames(t *testing.T) {
	files, _, _, problems, err := read(mapFS(map[string]string{"flashpoints/south-china-sea.yaml": coral, "areas/terrorism.yaml": "name: {en: Terrorism}\n"}))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	x := newCatalogue(files)
	if n := x.Names("fr"); n["south-china-sea"] != "Bancs de corail" || n["terrorism"] != "Terrorism" {
		t.Errorf("names %v", n)
	}
	p, ok := x.Flashpoint("south-china-sea")
	if !ok || p.Names["en"] != "Coral Banks" || p.Centre.Lon != 114 || !slices.Equal(p.Parties, []string{"AA", "BB"}) || len(p.Features) != 1 {
		t.Fatalf("flashpoint %+v", p)
	}
	f := p.Features[0]
	want := []FeatureName{{"Long Reef", "en", ""}, {"récif Long", "fr", ""}, {"长礁", "zh", "AA"}, {"Mahabang Bahura", "every", "BB"}}
	if f.ID != "long-reef" || f.Name != "Long Reef" || f.At.Lat != 10.5 || !slices.Equal(f.Names, want) {
		t.Errorf("feature %+v", f)
	}
	p.Names["en"] = "changed"
	if again, _ := x.Flashpoint("south-china-sea"); again.Names["en"] != "Coral Banks" {
		t.Error("a caller changed the taxonomy")
	}
	if _, ok := x.Flashpoint("terrorism"); ok {
		t.Error("an area is no flashpoint")
	}
}

func TestReadCatalogueRefuses(t *testing.T) {
	_, err := ReadCatalogue(mapFS(map[string]string{"flashpoints/south-china-sea.yaml": "nam: {en: Coral}\n"}))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{`unknown key "nam"`, "areas/terrorism.yaml:1: file is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %v", want, err)
		}
	}
}

func TestCheckExamples(t *testing.T) {
	x := must(t, map[string]string{"flashpoints/south-china-sea.yaml": coral})
	problems := x.CheckExamples()
	if len(problems) != 2 || x.Examples() != 3 {
		t.Fatalf("%v", problems)
	}
	for k, want := range []string{":18: example \"Boats at Short Reef\" does not get south-china-sea", ":19: example \"长礁\" gets south-china-sea"} {
		if !strings.Contains(problems[k].Error(), want) {
			t.Errorf("%v, want %s", problems[k], want)
		}
	}
}

func TestExplain(t *testing.T) {
	text := strings.Join(rules(t).Explain(Text{Title: "Pirates off Genoa, water cannon against demonstrators", Language: "en"}), "\n")
	for _, want := range []string{"language en", "area maritime-security: no", `maritime-security/piracy 0.60 by "Pirates" in the title`, "against: maritime-security/riot", "requires footprint, which does not hold"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
}

func TestTagIsSafeForConcurrentUse(t *testing.T) {
	x := rules(t)
	texts := []Text{{Title: "Pirates off Manila", Language: "en"}, {Title: "Boats collide off Manila"}, {Title: "Nothing at all"}, {Title: "Pirates", Summary: "Off Japan"}}
	want := make([]int, len(texts))
	for k, text := range texts {
		want[k] = len(x.Tag(text).Areas)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for n := range 200 {
				k := n % len(texts)
				if got := len(x.Tag(texts[k]).Areas); got != want[k] {
					t.Errorf("%q: %d areas, want %d", texts[k].Title, got, want[k])
					return
				}
			}
		})
	}
	wait.Wait()
}

// TestAllocations: a text without tags costs nothing, one with tags a few small
// slices, and a long one no more.
func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector is on")
	}
	x := rules(t)
	measure := func(text Text) float64 {
		x.Tag(text)
		return testing.AllocsPerRun(50, func() { x.Tag(text) })
	}
	if n := measure(Text{Title: "The council met on Monday", Language: "en"}); n > 1 {
		t.Errorf("%v allocations without a tag", n)
	}
	short := measure(Text{Title: "Pirates off Manila", Language: "en"})
	long := measure(Text{Title: "Pirates off Manila", Body: strings.Repeat("Pirates off Manila took a boat. ", 2000), Language: "en"})
	if short > 25 || long > short+15 {
		t.Errorf("%v allocations for a short text, %v for a long one", short, long)
	}
}

func TestVersion(t *testing.T) {
	load := func(files map[string]string) string {
		_, _, version, _, err := read(mapFS(files))
		if err != nil {
			t.Fatal(err)
		}
		return version
	}
	a := load(map[string]string{"masks.yaml": "terms: {}\n"})
	if a != load(map[string]string{"masks.yaml": "terms: {}\n"}) || len(a) != 12 {
		t.Errorf("version %s", a)
	}
	if a == load(map[string]string{"masks.yaml": "terms:  {}\n"}) || a == load(map[string]string{"shared/masks.yaml": "terms: {}\n"}) {
		t.Error("other files, same version")
	}
}
