package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            nil,
		" — … ":                       nil,
		"Patrol BOATS, 2 ships":       {"patrol", "boats", "2", "ships"},
		"U.S.-China's":                {"u", "s", "china", "s"},
		"under_score 100%":            {"under", "score", "100"},
		"Trường Sa":                   {"truong", "sa"},
		"Tru\u031bo\u031b\u0300ng Sa": {"truong", "sa"}, // accents apart
		"Đà Nẵng, Łódź":               {"da", "nang", "lodz"},
		"ＡＳＥＡＮ":                       {"asean"}, // wide letters
		"南海仲裁":                        {"南海", "海仲", "仲裁"},
		"海":                           {"海"},
		"ASEAN峰会2026年":                {"asean", "峰会", "2026", "年"},
		"대만해협":                        {"대만", "만해", "해협"},
		"ทะเล":                        {"ทะ", "ะเ", "เล"},
		"မြန်မာ":                      {"မြ", "ြန", "န်", "်မ", "မာ"},
		"कश्मीर में":                  {"कश्मीर", "में"}, // spaces part words
		"রোহিঙ্গা শরণার্থী": {"রোহিঙ্গা", "শরণার্থী"},
		"Южно-Курильские":   {"южно", "курильские"},
		"кризис й":          {"кризис", "й"}, // accents of other scripts stay
	} {
		if got := slices.Collect(words(text)); !slices.Equal(got, want) {
			t.Errorf("words of %q: got %q, want %q", text, got, want)
		}
	}
}

func TestSearchable(t *testing.T) {
	search, stems := searchable("Protests grow", "", "Protest ban 台湾海")
	if want := " protests grow | | protest ban 台湾 湾海 "; search != want {
		t.Errorf("search %q, want %q", search, want)
	}
	if want := "grow prot"; stems != want {
		t.Errorf("stems %q, want %q", stems, want)
	}
}

func TestParseText(t *testing.T) {
	for text, c := range map[string]textQuery{
		"Patrol boats patrol":  {words: []string{"boats", "patrol"}},
		`"coast guard" Manila`: {words: []string{"coast", "guard", "manila"}, patterns: []string{"% coast guard %"}},
		`"coast guard`:         {words: []string{"coast", "guard"}, patterns: []string{"% coast guard %"}}, // never closed
		"China's":              {words: []string{"china", "s"}, patterns: []string{"% china s %"}},
		"台湾海峡":                 {words: []string{"台湾", "海峡", "湾海"}, patterns: []string{"% 台湾 湾海 海峡 %"}},
		"台湾":                   {words: []string{"台湾"}},
		"prot* prot*":          {stems: []string{"prot"}},
		"protest*":             {stems: []string{"prot"}, patterns: []string{"% protest%"}},
		"anti-protest*":        {words: []string{"anti"}, stems: []string{"prot"}, patterns: []string{"% anti protest%"}},
		"台湾*":                  {words: []string{"台湾"}}, // any run is found wherever it stands
		"100% _":               {words: []string{"100"}},
	} {
		got, err := parseText(text)
		if err != nil || !slices.Equal(got.words, c.words) || !slices.Equal(got.stems, c.stems) || !slices.Equal(got.patterns, c.patterns) {
			t.Errorf("%q: got %q %v, want %q", text, got, err, c)
		}
	}
	var many strings.Builder
	for i := range maxWords + 1 {
		fmt.Fprint(&many, "w", i, " ")
	}
	if _, err := parseText(many.String()); !errors.Is(err, ErrQuery) {
		t.Errorf("too many words: got %v, want ErrQuery", err)
	}
}

// Every script is found by its words, by runs within words where it has no
// spaces, by phrases, and not by what only looks alike.
func TestSearchInManyScripts(t *testing.T) {
	s := migrated(t)
	titles := map[string]string{
		"en": "Fishermen protest near Second Thomas Shoal",
		"vi": "Tàu cá Việt Nam ở Trường Sa",
		"zh": "菲律宾海警船在仁爱礁附近巡逻",
		"ja": "台湾海峡で緊張が高まる",
		"ko": "대만해협에서 훈련이 시작됐다",
		"th": "ทหารไทยและกัมพูชาปะทะกันที่ชายแดน",
		"my": "ရခိုင်ပြည်နယ်တွင် တိုက်ပွဲဖြစ်ပွား",
		"km": "កងទ័ពនៅព្រំដែនកម្ពុជាថៃ",
		"lo": "ເຂື່ອນແມ່ນ້ຳຂອງຫຼຸດລົງ",
		"hi": "कश्मीर में तलाशी अभियान",
		"ru": "Курильские острова: переговоры",
	}
	var items []kulkul.Tagged
	n := 0
	for language, title := range titles {
		i := sample(t, n, "2026-01-05")
		i.Item.ID, i.Item.Language, i.Item.Title, i.Item.Summary, i.Item.Text = language, language, title, "", "the end"
		items, n = append(items, i), n+1
	}
	must(t, s.Writer().WriteItems(t.Context(), items))
	for _, merged := range []bool{false, true} {
		if merged {
			must(t, s.conn.Exec(t.Context(), "OPTIMIZE TABLE items FINAL"))
		}
		for text, want := range map[string]string{
			"PROTEST": "en", "fishermen shoal": "en", `"thomas shoal"`: "en", "fish*": "en", "fisherm*": "en",
			"protesters": "", `"shoal thomas"`: "", `"shoal the"`: "", "ermen": "", "fishers*": "",
			"truong sa": "vi", "Trường": "vi", "viet nam": "vi",
			"仁爱礁": "zh", "海警": "zh", "爱仁": "", "菲律宾 巡逻": "zh", "菲律宾巡逻": "",
			"海峡": "ja", "台湾海峡": "ja", "緊張": "ja",
			"대만": "ko", "훈련": "ko",
			"กัมพูชา": "th", "ชายแดน": "th", "พม่า": "",
			"ရခိုင်": "my", "တိုက်ပွဲ": "my",
			"កម្ពុជា": "km", "ແມ່ນ້ຳຂອງ": "lo", "कश्मीर": "hi", "курильские острова": "ru",
		} {
			page, err := s.Items(t.Context(), ItemQuery{View: All(), Text: text})
			must(t, err)
			if got := strings.Join(ids(page.Items), " "); got != want {
				t.Errorf("merged %t: %q found %q, want %q", merged, text, got, want)
			}
		}
	}
}

// An item is found by its last words alone, whatever stood there before.
func TestSearchAfterRevision(t *testing.T) {
	s := migrated(t)
	first := sample(t, 1, "2026-01-05")
	first.Item.Title = "Bridge closed"
	second := first
	second.Item.Revision, second.Item.Title = 2, "Bridge opened"
	gone := sample(t, 2, "2026-01-05")
	gone.Item.Title = "Bridge guarded"
	taken := gone
	taken.Item.Amendment, taken.Item.Withdrawn = 5, true
	for _, batch := range [][]kulkul.Tagged{{second}, {taken}, {first, gone}, {first}} {
		must(t, s.Writer().WriteItems(t.Context(), batch))
		for text, want := range map[string]int{"bridge": 1, "opened": 1, "closed": 0, "guarded": 0, `"bridge closed"`: 0} {
			page, err := s.Items(t.Context(), ItemQuery{View: All(), Text: text})
			must(t, err)
			if len(page.Items) != want {
				t.Errorf("%q found %d, want %d", text, len(page.Items), want)
			}
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"abc", "南海", "ทะเล e\u0301", "\xff\xfe", "Ａ*", `"a b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for w := range words(text) {
			if w == "" || strings.ContainsAny(w, " |*%\\'") {
				t.Errorf("word %q of %q", w, text)
			}
		}
		if search, stems := searchable(text, text); strings.Contains(search+stems, "  ") {
			t.Errorf("columns %q, %q have two spaces in a row", search, stems)
		}
		if q, err := parseText(text); err == nil && len(q.words)+len(q.stems) == 0 {
			t.Errorf("question %q without a word", text)
		}
	})
}
