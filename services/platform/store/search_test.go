package store

import (
	"errors"
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
	got := searchable("Protests grow", "", "Protest ban 台湾海")
	want := " protests grow | | protest ban 台湾 湾海 | grow* prot*"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestParseText(t *testing.T) {
	for text, c := range map[string]struct{ words, patterns []string }{
		"Patrol boats patrol":  {[]string{"boats", "patrol"}, nil},
		`"coast guard" Manila`: {[]string{"coast", "guard", "manila"}, []string{"% coast guard %"}},
		`"coast guard`:         {[]string{"coast", "guard"}, []string{"% coast guard %"}}, // the quote is never closed
		"China's":              {[]string{"china", "s"}, []string{"% china s %"}},
		"台湾海峡":                 {[]string{"台湾", "湾海", "海峡"}, []string{"% 台湾 湾海 海峡 %"}},
		"台湾":                   {[]string{"台湾"}, nil},
		"prot*":                {[]string{"prot*"}, nil},
		"protest*":             {[]string{"prot*"}, []string{"% protest%"}},
		"anti-protest*":        {[]string{"anti", "prot*"}, []string{"% anti protest%"}},
		"台湾*":                  {[]string{"台湾"}, nil}, // any run is found wherever it stands
		"100% _":               {[]string{"100"}, nil},
	} {
		got, err := parseText(text)
		slices.Sort(c.words)
		if err != nil || !slices.Equal(got.words, c.words) || !slices.Equal(got.patterns, c.patterns) {
			t.Errorf("%q: got %q %q %v, want %q %q", text, got.words, got.patterns, err, c.words, c.patterns)
		}
	}
	if _, err := parseText(strings.Repeat("a b c d e f g h i j k l m n o p q r s t u v w x y z ", 1) + strings.Join(strings.Split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35", " "), " ")); !errors.Is(err, ErrQuery) {
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
		if column := searchable(text); strings.Contains(column, "  ") && strings.TrimSpace(column) != "" {
			t.Errorf("column %q has two spaces in a row", column)
		}
		if q, err := parseText(text); err == nil && len(q.words) == 0 {
			t.Errorf("question %q without a word", text)
		}
	})
}
