package lexicon

import (
	"slices"
	"strings"
	"testing"
)

// words is a taxonomy of one area whose single group holds the given terms.
func words(t testing.TB, terms string) *Taxonomy {
	t.Helper()
	return must(t, map[string]string{"areas/terrorism.yaml": "name: {en: T}\nterms:\n  g:\n" + terms + "rules:\n  - {name: r, weight: 1, any: [g]}\n"})
}

func TestTerms(t *testing.T) {
	tests := []struct {
		name, terms, language, text string
		want                        string // matched text, "" for none
	}{
		{"whole words", "en: [fishing boat]", "en", "A FISHING-BOAT sank", "FISHING-BOAT"},
		{"not inside words", "en: [ambon]", "en", "Gambon won", ""},
		{"no plural", "en: [boat]", "en", "boats", ""},
		{"prefix", "en: [militan*]", "en", "two militants fled", "militants"},
		{"prefix within a phrase", "en: [milit* group]", "en", "a militant group", "militant group"},
		{"inflection", "en: [+launch missile]", "en", "North launches missile", "launches missile"},
		{"possessive", "en: [China coast guard]", "en", "China’s coast guard rams", "China’s coast guard"},
		{"abbreviation", "en: [=US Navy]", "en", "the U.S. Navy said", "U.S. Navy"},
		{"case kept", "en: [=LAC]", "en", "a shellac shop, lac dye", ""},
		{"case kept, found", "en: [=LAC]", "en", "along the LAC.", "LAC"},
		{"gap", "en: [recall* ~3 ambassador]", "en", "Seoul recalls its new ambassador", "recalls its new ambassador"},
		{"gap too wide", "en: [recall* ~1 ambassador]", "en", "Seoul recalls its new ambassador", ""},
		{"phrase ends", "en: [japan sea]", "en", "in Japan. Sea levels", ""},
		{"figure", "en: [magnitude 7*]", "en", "of magnitude 7.1 hit", "magnitude 7.1"},
		{"full width", "en: [china]", "en", "ＣＨＩＮＡ", "ＣＨＩＮＡ"},
		{"soft hyphen", "en: [china]", "en", "Chi\u00adna", "Chi\u00adna"},
		{"marks", "vi: [bão]", "vi", "cơn bão lớn ở biển", "bão"},
		{"other marks", "vi: [bão]", "vi", "báo chí nói về bảo vệ", ""},
		{"no marks in marked text", "vi: [bão]", "vi", "bao nhiêu người đã chết ở đây", ""},
		{"no marks at all", "vi: [biển đông]", "vi", "tinh hinh bien dong", "bien dong"},
		{"decomposed", "vi: [bão]", "vi", "bão đến", "bão"},
		{"tone placed otherwise", "vi: [hoà bình]", "vi", "hòa bình ở đó", "hòa bình"},
		{"french capitals", "fr: [état d'urgence]", "fr", "L'ETAT D'URGENCE EST LEVE", "ETAT D'URGENCE"},
		{"french elision", "fr: [armée]", "fr", "l’armée", "armée"},
		{"malay", "id: [+serang]", "id", "tentara menyerang desa", "menyerang"},
		{"malay in indonesian", "ms: [polis]", "id", "polis datang", "polis"},
		{"not in english", "ms: [polis]", "en", "the polis", ""},
		{"language unknown", "ms: [polis]", "", "Polis", "Polis"},
		{"every", "every: [Reuters]", "km", "ទីក្រុង Reuters រាយ", "Reuters"},
		{"thai inside", "th: [เรือดำน้ำ]", "th", "กองทัพเรือซื้อเรือดำน้ำจีน", "เรือดำน้ำ"},
		{"thai two e", "th: [แผ่นดินไหว]", "th", "เกิดเเผ่นดินไหว", "เเผ่นดินไหว"},
		{"thai am", "th: [น้ำท่วม]", "th", "ภาวะน้ํา ท่วม", "น้ํา ท่วม"},
		{"lao", "lo: [ທະເລຈີນໃຕ້]", "lo", "ໃນທະເລຈີນໃຕ້ອີງ", "ທະເລຈີນໃຕ້"},
		{"khmer invisible", "km: [ព្រំដែន]", "km", "នៅព្រំ\u200bដែនថៃ", "ព្រំ\u200bដែន"},
		{"burmese", "my: [စစ်ကောင်စီ]", "my", "မြန်မာ စစ်ကောင်စီက", "စစ်ကောင်စီ"},
		{"burmese spaces", "my: [စစ်ကောင်စီ]", "my", "စစ် ကောင်စီက", "စစ် ကောင်စီ"},
		{"zawgyi", "my: [ကျောင်း]", "my", "ေက်ာင္းသား", "ေက်ာင္း"},
		{"traditional", "zh: [台湾]", "zh", "解放軍與臺灣、台灣", "臺灣"},
		{"simplified", "zh: [國防部]", "zh", "据国防部称", "国防部"},
		{"han and latin", "zh: [F-16战机]", "zh", "台湾F-16戰機", "F-16戰機"},
		{"latin by han", "zh: [F-16]", "zh", "售台F16、F-16战机", "F-16"},
		{"japanese half width", "ja: [ミサイル]", "ja", "ﾐｻｲﾙ発射", "ﾐｻｲﾙ"},
		{"korean compound", "ko: [제재]", "ko", "유엔 대북제재위", "제재"},
		{"korean spaces", "ko: [한미 연합훈련]", "ko", "한미연합훈련 시작", "한미연합훈련"},
		{"korean spaces kept", "ko: [한미 연합훈련]", "ko", "한미 연합훈련을", "한미 연합훈련"},
		{"korean edge", "ko: [_인도]", "ko", "비인도적", ""},
		{"korean edge, found", "ko: [_인도]", "ko", "중국 인도 국경", "인도"},
		{"korean loose letters", "ko: [북한]", "ko", "북한이", "북한"},
		{"russian", "ru: [террорист*]", "ru", "Террористов задержали", "Террористов"},
		{"russian yo", "ru: [самолет*]", "ru", "Самолёты", "Самолёты"},
		{"hindi nukta", "hi: [फौज]", "hi", "पाक फ़ौज ने", "फ़ौज"},
		{"bengali", "bn: [জঙ্গি*]", "bn", "লস্কর জঙ্গিদের", "জঙ্গিদের"},
		{"bengali two ways", "bn: [রোহিঙ্গা]", "bn", "রোহিঙ্গা শিবির", "রোহিঙ্গা"},
		{"thai digits", "th: [มาตรา 112]", "th", "คดีมาตรา ๑๑๒", "มาตรา ๑๑๒"},
		{"weak", "en: [bomb ^0.4]", "en", "bomb", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := words(t, "    "+tt.terms+"\n")
			r := x.Tag(Text{Title: tt.text, Language: tt.language})
			got := ""
			if len(r.Areas) == 1 {
				e := r.Areas[0].Evidence[0]
				got = e.Text
				if tt.text[e.Start:e.End] != e.Text || e.Field != "title" || e.Rule != "terrorism/r" {
					t.Errorf("evidence %+v", e)
				}
			}
			if got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

const rulesFile = `
name: {en: Maritime security}
requires: [footprint]
excludes: [sport]
terms:
  vessel: {en: [+boat, +ship, tanker], except: {en: [ship of fools]}}
  clash: {en: [+ram, +collide, collision]}
  pirates: {en: [pirate*]}
  sure: {en: [water cannon*]}
  riot: {en: [demonstrator*]}
  all-vessels: {include: [vessel, places/asia]}
rules:
  - {name: rammed, weight: 0.7, near: [vessel, clash], within: 3}
  - {name: piracy, weight: 0.6, any: [pirates]}
  - {name: cannon, weight: 0.7, any: [sure]}
  - {name: both, weight: 0.55, all: [pirates, vessel], in: title}
against:
  - {name: riot, weight: 0.9, all: [sure, riot]}
`

func rules(t testing.TB) *Taxonomy {
	return must(t, map[string]string{
		"areas/maritime-security.yaml": rulesFile,
		"contexts/footprint.yaml":      "rules:\n  - {name: place, weight: 0.9, any: [places/asia]}\n",
		"contexts/sport.yaml":          "terms:\n  s: {en: [baseball]}\nrules:\n  - {name: s, weight: 1, any: [s]}\n",
		"shared/places.yaml":           "terms:\n  asia: {en: [Manila, Japan, sulu sea]}\n",
		"masks.yaml":                   "terms:\n  m: {en: [pirate radio, software pirates]}\n",
	})
}

func TestRules(t *testing.T) {
	x := rules(t)
	long := strings.Repeat("Nothing of note happened on the day. ", 40)
	tests := []struct {
		name string
		text Text
		want float64 // score, 0: no tag
	}{
		{"near", Text{Title: "Boats collide off Manila"}, 0.7},
		{"too far", Text{Title: "Boats of many a kind did in the end collide off Manila"}, 0},
		{"summary", Text{Title: "Manila", Summary: "Pirates on a boat"}, 0.54},
		{"no footprint", Text{Title: "Boats collide off Genoa"}, 0},
		{"sport", Text{Title: "Pirates win in Manila, baseball"}, 0},
		{"two rules", Text{Title: "Pirates take a boat off Manila"}, 0.82},
		{"mask", Text{Title: "Manila: software pirates"}, 0},
		{"except", Text{Title: "Ship of fools collides off Manila"}, 0},
		{"against", Text{Title: "Water cannon against demonstrators in Manila"}, 0},
		{"against needs both", Text{Title: "Water cannon in Manila"}, 0.7},
		{"lead", Text{Title: "Manila", Body: "Water cannon used"}, 0.56},
		{"rest alone", Text{Title: "Manila", Body: long + "Water cannon and pirates. Boats collide."}, 0},
		{"rest adds", Text{Title: "Pirates off Manila", Body: long + "Water cannon used."}, 0.684},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.text.Language = "en"
			r := x.Tag(tt.text)
			got := 0.0
			if len(r.Areas) > 0 {
				got = r.Areas[0].Score
			}
			if got != tt.want {
				t.Errorf("score %v, want %v\n%s", got, tt.want, strings.Join(x.Explain(tt.text), "\n"))
			}
		})
	}
}

func TestEvidenceShowsTheContext(t *testing.T) {
	r := rules(t).Tag(Text{Title: "Pirates off Manila", Language: "en"})
	var shown []string
	for _, e := range r.Areas[0].Evidence {
		shown = append(shown, e.Rule+": "+e.Text)
	}
	want := []string{"maritime-security/piracy: Pirates", "footprint/place: Manila"}
	if !slices.Equal(shown, want) {
		t.Errorf("evidence %q, want %q", shown, want)
	}
}

func TestTagForgetsTheLastText(t *testing.T) {
	x := rules(t)
	for range 3 {
		if r := x.Tag(Text{Title: "Pirates off Manila", Language: "en"}); len(r.Areas) != 1 {
			t.Fatalf("areas %v", r.Areas)
		}
		if r := x.Tag(Text{Title: "Off Manila", Language: "en"}); len(r.Areas) != 0 || r.Areas == nil {
			t.Fatalf("areas %v", r.Areas)
		}
	}
}

// TestScopedExclusion: what one source's habits would spoil is left out for it
// alone, and what stands beside a word can take it back.
func TestScopedExclusion(t *testing.T) {
	x := must(t, map[string]string{
		"areas/maritime-security.yaml": `
name: {en: Maritime security}
terms:
  pirates: {en: [pirate*]}
  stage: {en: [opera]}
rules:
  - {name: piracy, weight: 0.6, any: [pirates], not: [stage]}
against:
  - {name: its crossword, weight: 0.9, any: [pirates], source: [gazette*]}
`,
	})
	for _, tt := range []struct {
		text Text
		want bool
	}{
		{Text{Title: "Pirates off Manila", Source: "herald"}, true},
		{Text{Title: "Pirates off Manila", Source: "gazette-weekend"}, false},
		{Text{Title: "Pirates at the opera", Source: "herald"}, false},
	} {
		tt.text.Language = "en"
		if got := len(x.Tag(tt.text).Areas) == 1; got != tt.want {
			t.Errorf("%q of %s: tagged %v", tt.text.Title, tt.text.Source, got)
		}
	}
}

func TestSources(t *testing.T) {
	tests := []struct {
		source, pattern string
		want            bool
	}{
		{"the irrawaddy", "*irrawaddy*", true}, {"irrawaddy", "irrawaddy", true}, {"irrawaddy-my", "irrawaddy", false},
		{"irrawaddy-my", "irrawaddy*", true}, {"my-irrawaddy", "*irrawaddy", true}, {"irrawaddy-my", "*irrawaddy", false},
	}
	for _, tt := range tests {
		if got := fromSource(tt.source, []string{tt.pattern}); got != tt.want {
			t.Errorf("%s by %s: %v", tt.source, tt.pattern, got)
		}
	}
}
