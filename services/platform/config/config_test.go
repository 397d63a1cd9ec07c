package config_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

const goodSource = `sources:
  - id: bukit
    name: Bukit Institute
    owner: bukit
    country: SG
    track: "2"
    reliability: B
    feeds:
      - id: bukit-news
        url: https://bukit.example/feed
        schedule: "@every 30m"
`

func TestSourcesAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"good", goodSource, ""},
		{"empty", "", ""},
		{"unknown key", strings.Replace(goodSource, "owner:", "ownr:", 1), `sources.yaml:4: unknown field "ownr"`},
		{"bad track", strings.Replace(goodSource, `track: "2"`, `track: "3"`, 1), `sources.yaml:6: source "bukit": track "3"`},
		{"bad grade", strings.Replace(goodSource, "reliability: B", "reliability: G", 1), `sources.yaml:7: source "bukit": reliability "G"`},
		{"bad id", strings.Replace(goodSource, "id: bukit\n", "id: Bukit_1\n", 1), `sources.yaml:2: source id "Bukit_1"`},
		{"bad url", strings.Replace(goodSource, "https://bukit.example/feed", "ftp://bukit.example", 1), `sources.yaml:10: feed "bukit-news": url "ftp://bukit.example"`},
		{"credentials", strings.Replace(goodSource, "https://bukit", "https://me:secret@bukit", 1), "carries credentials"},
		{"bad schedule", strings.Replace(goodSource, "@every 30m", "now and then", 1), `sources.yaml:11: feed "bukit-news": schedule "now and then"`},
		{"bad country", strings.Replace(goodSource, "country: SG", "country: Singapore", 1), `sources.yaml:5: source "bukit": country "Singapore"`},
		{"duplicate source", goodSource + strings.TrimPrefix(strings.ReplaceAll(goodSource, "bukit-news", "other"), "sources:\n"), `sources.yaml:12: source id "bukit" is used twice`},
		{"duplicate feed", goodSource + strings.TrimPrefix(strings.ReplaceAll(goodSource, "id: bukit\n", "id: two\n"), "sources:\n"), `feed id "bukit-news" is used twice`},
		{"two documents", goodSource + "---\nsources: []\n", "a second document follows"},
		{"not yaml", "sources: [", "sources.yaml:1:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.ParseSources("sources.yaml", []byte(c.yaml))
			check(t, err, c.want)
		})
	}
}

const goodPeople = `participants:
  - {code: SG, name: Singapore}
people:
  - id: lim
    name: Lim
    email: lim@eep.example
    role: eep
    country: SG
    time_zone: Asia/Singapore
    subscriptions:
      - {level: elevated, flashpoints: [south-china-sea], rhythm: once}
parties:
  south-china-sea: [CN, PH]
`

func TestPeopleAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"good", goodPeople, ""},
		{"unknown role", strings.Replace(goodPeople, "role: eep", "role: king", 1), `people.yaml:7: person "lim": role "king"`},
		{"no participant", strings.Replace(goodPeople, "country: SG", "country: XX", 1), `people.yaml:8: person "lim": country "XX" is no participant`},
		{"bad address", strings.Replace(goodPeople, "lim@eep.example", "lim", 1), `people.yaml:6: person "lim": email "lim"`},
		{"bad zone", strings.Replace(goodPeople, "Asia/Singapore", "Asia/Nowhere", 1), `people.yaml:9: person "lim": time zone`},
		{"dangling deputy", strings.Replace(goodPeople, "role: eep", "role: eep\n    deputy: nobody", 1), `deputy "nobody" is nobody's id`},
		{"dangling flashpoint", strings.Replace(goodPeople, "[south-china-sea]", "[atlantis]", 1), `flashpoint "atlantis" is unknown`},
		{"unknown level", strings.Replace(goodPeople, "level: elevated", "level: loud", 1), `level "loud"`},
		{"unknown party flashpoint", strings.Replace(goodPeople, "  south-china-sea: [CN", "  atlantis: [CN", 1), `people.yaml:13: parties: flashpoint "atlantis" is unknown`},
		{"bad quiet hours", strings.Replace(goodPeople, "role: eep", "role: eep\n    quiet: 22-6", 1), `quiet hours "22-6"`},
		{"unknown language", strings.Replace(goodPeople, "role: eep", "role: eep\n    language: fr", 1), `language "fr": want one of [en id vi th zh ja]`},
		{"an expert of nobody", strings.Replace(goodPeople, "    country: SG\n", "", 1), `country is missing`},
		{"unknown field", strings.Replace(goodPeople, "role: eep", "role: eep\n    fields: [chess]", 1), `field of expertise "chess" is no area`},
		{"away without a deputy", strings.Replace(goodPeople, "role: eep", "role: eep\n    away: true", 1), `is away and names no deputy`},
		{"nothing of what comes at once", strings.Replace(goodPeople, "rhythm: once", "rhythm: once, nothing: none", 1), `nothing "none"`},
		{"a participant twice", strings.Replace(goodPeople, "people:", "  - {code: SG, name: S}\npeople:", 1), `participant "SG"`},
		{"chairing", goodPeople + "chairing: XX\n", `chairing "XX" is no participant`},
		{"a coordinator from elsewhere", strings.Replace(goodPeople, "role: eep", "role: coordinator", 1) + "chairing: NZ\n", `the coordinator is a national of the chairing state NZ`},
		{"group", goodPeople + "groups: [{id: sea, name: Sea, areas: [maritime-security], members: [lim], level: watch}]\n", ""},
		{"group of nobody", goodPeople + "groups: [{id: sea, areas: [maritime-security], members: [tan], level: watch}]\n", `"tan" is no expert`},
		{"group on nothing", goodPeople + "groups: [{id: sea, areas: [chess], members: [lim], level: watch}]\n", `area "chess" is unknown`},
		{"recusal", goodPeople + "recusal: maybe\n", `recusal "maybe"`},
		{"too many experts", goodPeople[:strings.Index(goodPeople, "parties:")] + manyExperts(), "names more than 5 experts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.ParsePeople("people.yaml", []byte(c.yaml))
			check(t, err, c.want)
		})
	}
}

// The register that comes with the product names the forum's 27 participants,
// and for each flashpoint those of them that are parties to it.
func TestTheRegisterNamesTheForumsParticipants(t *testing.T) {
	raw, err := os.ReadFile("../../../configs/people.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := config.ParsePeople("people.yaml", raw)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range r.Participants {
		codes = append(codes, p.Code)
	}
	slices.Sort(codes)
	if got, want := strings.Join(codes, " "), "AU BD BN CA CN EU ID IN JP KH KP KR LA LK MM MN MY NZ PG PH PK RU SG TH TL US VN"; got != want {
		t.Errorf("participants %s, want %s", got, want)
	}
	if r.Recusal == "off" || len(r.Parties) != len(kulkul.Flashpoints()) {
		t.Errorf("recusal %q, parties of %d flashpoints", r.Recusal, len(r.Parties))
	}
	for flashpoint, states := range r.Parties {
		for _, s := range states {
			if !slices.Contains(codes, s) {
				t.Errorf("%s: party %s is no participant", flashpoint, s)
			}
		}
	}
}

func TestAGroupsMembersAreToldOfItsAreas(t *testing.T) {
	r, err := config.ParsePeople("people.yaml", []byte(goodPeople+"groups: [{id: sea, areas: [maritime-security], members: [lim], level: high, rhythm: daily}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := r.Find("lim")
	got := r.Subscriptions(p)
	if len(got) != 2 || got[1].Areas[0] != "maritime-security" || got[1].Level != kulkul.High || got[1].Rhythm != "daily" || len(p.Subscriptions) != 1 {
		t.Errorf("%+v", got)
	}
}

func manyExperts() string {
	var b strings.Builder
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		b.WriteString("  - {id: " + id + ", name: N, email: " + id + "@eep.example, role: eep, country: SG}\n")
	}
	return b.String()
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected fault: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got %v, want a fault with %q", err, want)
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	bad := strings.NewReplacer(`track: "2"`, `track: "9"`, "reliability: B", "reliability: Z").Replace(goodSource)
	_, err := config.NewSnapshot(1, map[string][]byte{config.SourcesFile: []byte(bad), config.PeopleFile: []byte("peeple: []")})
	for _, want := range []string{`track "9"`, `reliability "Z"`, `people.yaml:1: unknown field "peeple"`} {
		check(t, err, want)
	}
}

func TestRecusal(t *testing.T) {
	r, err := config.ParsePeople("people.yaml", []byte(strings.Replace(goodPeople, "[CN, PH]", "[SG, PH]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	lim, ok := r.Find("lim")
	if !ok || !r.Recused(lim, "south-china-sea") || r.Recused(lim, "kashmir") {
		t.Errorf("found %v: recused there %v, elsewhere %v; want true, true, false", ok, r.Recused(lim, "south-china-sea"), r.Recused(lim, "kashmir"))
	}
	r.Recusal = "off"
	if r.Recused(lim, "south-china-sea") {
		t.Error("recused although recusal is off")
	}
}
