package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const remarked = `# Who publishes.
sources:
  - id: one   # the first
    name: One
    owner: one
    track: "2"
    reliability: B
    feeds:
      - {id: one, url: "https://one.example/feed", schedule: "@every 2h"}  # seen
  # A remark on two.
  - {id: two, name: Two, owner: two, track: media, reliability: C}
  - id: three
    name: Three
    owner: three
    track: "1.5"
    reliability: A`

// What is edited reads back as what was wanted, and what was not touched stays
// as it was written.
func TestEditSources(t *testing.T) {
	list, err := ParseSources("sources.yaml", []byte(remarked))
	if err != nil {
		t.Fatal(err)
	}
	same, err := EditSources("sources.yaml", []byte(remarked), list)
	if err != nil || string(same) != remarked+"\n" {
		t.Errorf("nothing to edit gives %s, %v", same, err)
	}
	full := kulkul.Source{ID: "four", Name: `Four: "the" #4`, Owner: "four", Country: "KH", Track: kulkul.Track15, Language: "km", Reliability: "D",
		Homepage: "https://four.example/?a=1&b=2", Handling: kulkul.Members, Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Quarantine: true, Disabled: true,
		Feeds: []kulkul.Feed{{ID: "four", URL: "https://four.example/feed", Schedule: "*/20 * * * *", Language: "en", Unconditional: true, Unconfirmed: true, Disabled: true}, {ID: "four-push"}}}
	list[1].Name = "Two, renamed"
	list = append(list[:2], full)
	for name, before := range map[string]string{"block": remarked, "flow": `sources: [{id: one, name: One, owner: one, track: "2", reliability: B}]`,
		"JSON": `{"sources":[]}`, "empty": "", "other order": "sources:\n- {id: one, name: One, owner: one, track: \"2\", reliability: B}\n"} {
		out, err := EditSources("sources.yaml", []byte(before), list)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := ParseSources("sources.yaml", out)
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, out)
		}
		if !reflect.DeepEqual(got, list) {
			t.Errorf("%s: got %+v\nwant %+v in\n%s", name, got, list, out)
		}
		if name == "block" && (!strings.HasPrefix(string(out), remarked[:strings.Index(remarked, "  # A remark")]) || strings.Contains(string(out), "three")) {
			t.Errorf("what was not touched has changed:\n%s", out)
		}
	}
	if _, err := EditSources("sources.yaml", []byte("sources: [{id: A}]"), nil); err == nil {
		t.Error("a file with faults is edited")
	}
	if out, err := EditSources("sources.yaml", []byte(remarked), nil); err != nil || string(out) != "sources: []\n" {
		t.Errorf("none: %s, %v", out, err)
	}
}
