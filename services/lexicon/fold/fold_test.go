package fold

import (
	"slices"
	"strings"
	"testing"
)

// table knows the letters of all the given strings.
func table(texts ...string) *Table {
	t := New()
	for _, s := range texts {
		t.Learn(s)
	}
	t.Seal()
	return t
}

func symbols(t *Table, s string) []uint16 {
	var x Text
	t.Fold(&x, s)
	return slices.Clone(x.Syms)
}

func TestSameFold(t *testing.T) {
	tests := []struct{ name, a, b string }{
		{"case", "South CHINA Sea", "south china sea"},
		{"hyphen", "north-korea", "north korea"},
		{"dashes", "north–korea", "north‑korea"},
		{"quotes", "“north” korea", "north korea"},
		{"possessive", "China's fleet", "China fleet"},
		{"possessive, curly", "China’s fleet", "China fleet"},
		{"possessive at the end", "the People’s", "the People"},
		{"initials", "U.S. fleet", "US fleet"},
		{"abbreviation", "Gen. Than", "Gen Than"},
		{"thousands", "1,000 men", "1000 men"},
		{"width", "ＡＢＣ１２３", "abc123"},
		{"half width kana", "ｶﾞｽ", "ガス"},
		{"composed", "e\u0301tat", "état"},
		{"ligature", "ﬁsh", "fish"},
		{"sharp s", "Straße", "strasse"},
		{"yo", "самолёт", "самолет"},
		{"short i, decomposed", "Кита\u0438\u0306", "Китай"},
		{"invisible", "Chi\u00adna\u200b sea", "China sea"},
		{"thai digits", "๑๑๒", "112"},
		{"devanagari digits", "३७०", "370"},
		{"bengali digits", "৩৭০", "370"},
		{"khmer digits", "១១២", "112"},
		{"lao digits", "໑໑໒", "112"},
		{"burmese digits", "၁၀၂၇", "1027"},
		{"arabic digits", "٣٧٠", "370"},
		{"burmese zero as wa", "၀န်ကြီး", "ဝန်ကြီး"},
		{"burmese order of signs", "ကို", "ကုိ"},
		{"burmese asat and dot", "န့်", "န့်"},
		{"thai am", "น้ำ", "นํ้า"},
		{"thai ae", "เเม่", "แม่"},
		{"lao am", "ນ້ຳ", "ນໍ້າ"},
		{"lao lo below", "ຫຼວງ", "ຫລວງ"},
		{"lao ro", "ຣັດເຊຍ", "ລັດເຊຍ"},
		{"khmer qu", "ឲ្យ", "ឱ្យ"},
		{"nukta", "ज़मीन", "जमीन"},
		{"candrabindu", "पाँच", "पांच"},
		{"bengali o", "কো", "ক\u09c7\u09be"},
		{"traditional", "臺灣國防部發飛彈", "台湾国防部发飞弹"},
		{"spaces between han", "南 海", "南海"},
		{"loose hangul", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"},
		{"zawgyi", "ျမန္မာ", "မြန်မာ"},
		{"zawgyi, e", "ေက်ာင္းသား", "ကျောင်းသား"},
		{"zawgyi, narrow na", "ႏိုင္ငံ", "နိုင်ငံ"},
		{"zawgyi, army", "တပ္မေတာ္", "တပ်မတော်"},
		{"zawgyi, kinzi", "အဂၤလိပ္", "အင်္ဂလိပ်"},
		{"zawgyi, stacked", "ပစၥည္း", "ပစ္စည်း"},
		{"zawgyi, ra", "ၾကည့္", "ကြည့်"},
		{"zawgyi, ha and u", "လႈပ္", "လှုပ်"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := table(tt.a, tt.b, "နိုင်ငံ", "ကြည့်", "ပစ္စည်း", "အင်္ဂလိပ်", "한국")
			if a, b := symbols(x, tt.a), symbols(x, tt.b); !slices.Equal(a, b) {
				t.Errorf("%q %v, %q %v", tt.a, a, tt.b, b)
			}
		})
	}
}

func TestDifferentFold(t *testing.T) {
	tests := []struct{ name, a, b string }{
		{"sentence", "japan. Sea", "japan sea"},
		{"comma", "korea, north", "korea north"},
		{"words", "north korea", "northkorea"},
		{"elision keeps the word apart", "l'armée", "larmée"},
		{"figure", "7.1", "71"},
		{"han sentence", "南。海", "南海"},
	}
	for _, tt := range tests {
		x := table(tt.a, tt.b)
		if a, b := symbols(x, tt.a), symbols(x, tt.b); slices.Equal(a, b) {
			t.Errorf("%s: %q and %q are the same", tt.name, tt.a, tt.b)
		}
	}
}

func TestUnicodeBurmeseIsNotZawgyi(t *testing.T) {
	for _, s := range []string{
		"မြန်မာစစ်ကောင်စီ", "ကျောင်းသားများ", "အင်္ဂလိပ်", "နိုင်ငံတော်", "ရွေးကောက်ပွဲ", "တိုက်ပွဲများ ဆက်လက်ဖြစ်ပွား", "ဗမာ", "က", "ပစ္စည်း", "ယောက်ျား",
		"ဩဂုတ်လ", "သြဂုတ်လ", "ဘဏ္ဍာရေး", "မန္တလေး", "ဒေါ်အောင်ဆန်းစုကြည်",
	} {
		if zawgyi(s) {
			t.Errorf("%s taken for Zawgyi", s)
		}
	}
	for _, s := range []string{"ျမန္မာ", "ေက်ာင္းသား", "စစ္တပ္", "ႏိုင္ငံေတာ္", "ေရြးေကာက္ပြဲ", "တိုက္ပြဲ"} {
		if !zawgyi(s) {
			t.Errorf("%s not taken for Zawgyi", s)
		}
	}
}

func TestMarks(t *testing.T) {
	x := table()
	same := [][2]string{{"hoà", "hòa"}, {"bão", "ba\u0303o"}, {"Đảo", "đảo"}, {"thuỷ", "thủy"}}
	for _, p := range same {
		if x.Marks(p[0]) != x.Marks(p[1]) {
			t.Errorf("%s and %s differ", p[0], p[1])
		}
	}
	seen := map[uint32]string{}
	for _, s := range []string{"bao", "bão", "báo", "bào", "bạo", "bảo", "đao", "bâo", "băo", "bơ"} {
		if other, twice := seen[x.Marks(s)]; twice {
			t.Errorf("%s and %s have the same marks", s, other)
		}
		seen[x.Marks(s)] = s
	}
}

func TestBare(t *testing.T) {
	x := table()
	var text Text
	for s, want := range map[string]bool{
		"Tinh hinh Bien Dong": true, "Tình hình Biển Đông": false, "L'ETAT D'URGENCE": true, "L'état d'urgence décrété à Nouméa": false,
	} {
		x.Fold(&text, s)
		if text.Bare != want {
			t.Errorf("%s: bare %v", s, text.Bare)
		}
	}
}

func TestSpan(t *testing.T) {
	tests := []struct{ text, want string }{
		{"…the U.S. Navy, he said", "the U.S. Navy, he said"}, {"  ไทย กัมพูชา  ", "ไทย กัมพูชา"},
		{"«ေက်ာင္းသား»", "ေက်ာင္းသား"}, {"x\u0300\u0301 ", "x\u0300\u0301"}, {"(한국 \u1112\u1161\u11ab)", "한국 \u1112\u1161\u11ab"},
	}
	for _, tt := range tests {
		x := table(tt.text)
		var text Text
		x.Fold(&text, tt.text)
		first, last := 0, len(text.Syms)-1
		if text.Syms[0] == SymEdge {
			first++
		}
		start, end := text.Span(first, last)
		if got := tt.text[start:end]; got != tt.want {
			t.Errorf("%q: %q", tt.text, got)
		}
	}
}

func TestSameCase(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"U.S.", "US", true}, {"us", "US", false}, {"ＵＳ", "US", true}, {"L.A.C", "LAC", true}, {"LA", "LAC", false}, {"", "", true}, {"EEZ海", "EEZ海", true},
	} {
		if got := SameCase(tt.a, tt.b); got != tt.want {
			t.Errorf("%q %q: %v", tt.a, tt.b, got)
		}
	}
}

func TestEnding(t *testing.T) {
	x := table()
	for _, tt := range []struct {
		s    string
		end  int
		want int
	}{
		{"militants fled", 7, 2}, {"7.1 quake", 1, 2}, {"the end.", 7, 0}, {"南海x", 6, 0}, {"a\u0301b", 1, 3}, {"Китайский", 10, 8},
	} {
		if got := x.Ending(tt.s, tt.end); got != tt.want {
			t.Errorf("%q from %d: %d, want %d", tt.s, tt.end, got, tt.want)
		}
	}
}

// FuzzFold checks what the rest of the engine relies on: offsets that do not
// fall and lie within the text.
func FuzzFold(f *testing.F) {
	x := table("abc 南海 မြန်မာ ไทย 한국 đảo 7.1")
	for _, s := range []string{"a.b.c 1,2 d's", "ေက်ာင္းသား", "\u1112\u1161\u11ab", strings.Repeat("a\u0301", 40), "\xff\x00", "ＡＢ１２"} {
		f.Add(s)
	}
	var text Text
	f.Fuzz(func(t *testing.T, s string) {
		x.Fold(&text, s)
		if len(text.Offs) != len(text.Syms)+1 {
			t.Fatalf("%d symbols, %d offsets", len(text.Syms), len(text.Offs))
		}
		for k := range text.Syms {
			start, end := text.Span(k, len(text.Syms)-1)
			if start < 0 || end > len(s) || start > end {
				t.Fatalf("%q: symbol %d at %d–%d", s, k, start, end)
			}
			if text.origin == nil && text.Offs[k] > text.Offs[k+1] {
				t.Fatalf("%q: offsets fall at symbol %d", s, k)
			}
		}
	})
}
