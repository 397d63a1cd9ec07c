package evaluate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
)

// Every feature of the flashpoints has a place on the map and a neutral name;
// what two states or more claim stands under each claimant's own names, and
// each such name is found in running text.
func TestGazetteer(t *testing.T) {
	names, err := lexicon.ReadCatalogue(os.DirFS(filepath.Join(root(t), "configs", "taxonomy")))
	if err != nil {
		t.Fatal(err)
	}
	x := taxonomy(t)
	// Of these every feature is claimed or named by two sides; the rest names
	// places of one state, waters, lines and mines.
	claimed := map[string][]string{
		"south-china-sea":          {"natuna", "macclesfield-bank"},
		"east-china-sea":           {"the-sea"},
		"liancourt-rocks":          nil,
		"thailand-cambodia-border": {"ko-kut"},
	}
	features, own := 0, 0
	for _, id := range kulkul.Flashpoints() {
		f, ok := names.Flashpoint(id)
		if !ok || len(f.Parties) == 0 || len(f.Features) == 0 || f.Centre == (lexicon.Point{}) {
			t.Errorf("%s: no parties, centre or features", id)
		}
		except, disputed := claimed[id]
		for _, feature := range f.Features {
			features++
			if feature.Name == "" || feature.Kind == "" || feature.At == (lexicon.Point{}) {
				t.Errorf("%s: %s lacks a name, a kind or a place", id, feature.ID)
			}
			var states []string
			for _, n := range feature.Names {
				if n.State == "" {
					continue
				}
				own++
				if !slices.Contains(states, n.State) {
					states = append(states, n.State)
				}
				if !slices.Contains(f.Parties, n.State) {
					t.Errorf("%s: %s is named by %s, which is no party", id, feature.ID, n.State)
				}
			}
			if disputed && len(states) < 2 && !slices.Contains(except, feature.ID) {
				t.Errorf("%s: %s has the names of %v alone", id, feature.ID, states)
			}
		}
	}
	if features < 80 || own < 120 {
		t.Errorf("%d features, %d claimants' names", features, own)
	}
	for name, id := range map[string]string{
		"Huayang Jiao": "south-china-sea", "Mabini Reef": "south-china-sea", "Bajo de Masinloc": "south-china-sea", "Phu Lam Island": "south-china-sea",
		"Diaoyu Dao": "east-china-sea", "Takeshima": "liancourt-rocks", "Dokdo": "liancourt-rocks", "Zangnan": "india-china-border", "Etorofu": "kuril-islands",
	} {
		r := x.Tag(lexicon.Text{Title: "Troops of China, India and others in a standoff near " + name, Language: "en"})
		if !slices.ContainsFunc(r.Flashpoints, func(g kulkul.Tag) bool { return g.ID == id }) {
			t.Errorf("%s does not give %s: %v", name, id, r.Flashpoints)
		}
	}
}

// Names that mean something else elsewhere are told by their company.
func TestAmbiguousNames(t *testing.T) {
	x := taxonomy(t)
	for _, c := range []struct{ text, has, lacks string }{
		{"Georgia's ruling party wins a disputed vote in Tbilisi", "", "political-legal-disputes"},
		{"Georgia senator asks for a recount", "", "political-legal-disputes"},
		{"Papua New Guinea signs a gas deal in Port Moresby", "", "papua"},
		{"Separatists in Papua attack an army post in Nduga", "papua", ""},
		{"Jammu college opens a new hostel for students", "", "kashmir"},
		{"Militants kill two soldiers in Jammu", "kashmir", ""},
		{"Sulu heirs lose their appeal against Malaysia in Paris", "sabah", "mindanao-sulu"},
		{"Gunmen kidnap three fishermen off Sulu", "mindanao-sulu", "sabah"},
		{"Sheikh Sabah al-Ahmad al-Sabah flies home to Kuwait", "", "sabah"},
		{"Judge Sérgio Moro orders searches in Curitiba", "", "mindanao-sulu"},
		{"Moro rebels and soldiers clash in Maguindanao", "mindanao-sulu", ""},
		{"Gunman opens fire near Mandalay Bay in Las Vegas", "", "myanmar-conflict"},
		{"Junta jets bomb a village near Mandalay", "myanmar-conflict", ""},
		{"Niger's junta expels the French ambassador", "", "myanmar-conflict"},
		{"Thai junta lifts its curfew in Bangkok", "", "myanmar-conflict"},
		{"Turkey and Russia agree on a demilitarised zone in Idlib, Syria", "", "korean-peninsula"},
		{"Soldiers exchange shots across the Demilitarized Zone in Korea", "korean-peninsula", ""},
		{"West Virginia opens a new wing of its Jefferson museum", "", "terrorism"},
		{"Malacca mayor opens a food festival", "", "malacca-singapore-straits"},
		{"Robbers board a tanker in the Strait of Malacca", "malacca-singapore-straits", ""},
		{"ULA launches a Delta rocket from Florida", "", "rakhine"},
		{"The Mekong Delta's cuisine draws tourists", "", "mekong-basin"},
		{"Solomon's ring found in a London attic", "", "solomon-islands"},
		{"Bougainvillea in bloom along the coast of Spain", "", "bougainville"},
		{"East Sea tourism office in Gangneung hands out maps to hikers", "", "south-china-sea"},
		{"Kunashir and Iturup get new Russian coastal missiles", "kuril-islands", ""},
		{"Paracel fishermen beaten by Chinese officers, Hanoi says", "south-china-sea", ""},
	} {
		r := x.Tag(lexicon.Text{Title: c.text, Language: "en"})
		var got []string
		for _, tag := range slices.Concat(r.Areas, r.Flashpoints) {
			got = append(got, tag.ID)
		}
		if c.has != "" && !slices.Contains(got, c.has) || c.lacks != "" && slices.Contains(got, c.lacks) {
			t.Errorf("%s: want %q, not %q, got %s", c.text, c.has, c.lacks, strings.Join(got, " "))
		}
	}
}
