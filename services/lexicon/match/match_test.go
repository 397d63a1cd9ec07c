package match

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
)

func build(t testing.TB, patterns ...Pattern) *Automaton {
	t.Helper()
	b := NewBuilder()
	for _, p := range patterns {
		b.Add(p)
	}
	a, bad := b.Build()
	if len(bad) > 0 {
		t.Fatal(bad[0])
	}
	return a
}

func found(a *Automaton, s string) []string {
	var x fold.Text
	var list []string
	for _, h := range a.Scan(nil, &x, s) {
		if h.Bare && !x.Bare {
			continue
		}
		start, end := x.Span(int(h.First), int(h.Last))
		list = append(list, a.Terms()[h.Pattern]+"="+s[start:end])
	}
	return list
}

func TestScan(t *testing.T) {
	a := build(t, Pattern{Text: "sea"}, Pattern{Text: "china sea"}, Pattern{Text: "south china sea"}, Pattern{Text: "china"},
		Pattern{Text: "militan", Open: true}, Pattern{Text: "南海"}, Pattern{Text: "海"}, Pattern{Text: "北핵", StartEdge: true},
		Pattern{Text: "핵", StartEdge: true, EndEdge: true}, Pattern{Text: "북한 핵"}, Pattern{Text: "LAC", Exact: true}, Pattern{Text: "f-16战机"})
	tests := []struct {
		text string
		want []string
	}{
		{"the South China Sea.", []string{"china=China", "sea=Sea", "china sea=China Sea", "south china sea=South China Sea"}},
		{"South-China seas", []string{"china=China"}},
		{"militants’ militancy, antimilitant", []string{"militan=militan", "militan=militan"}},
		{"在南海", []string{"海=海", "南海=南海"}},
		{"南 海", []string{"海=海", "南海=南 海"}},
		{"南。海", []string{"海=海"}},
		{"핵 핵심 북한핵 북한 핵", []string{"핵=핵", "북한 핵=북한핵", "핵=핵", "북한 핵=북한 핵"}},
		{"LAC lac LACK", []string{"lac=LAC"}},
		{"F-16戰機,F16战机", []string{"f-16战机=F-16戰機"}},
		{"", nil},
		{"\xff\x00sea\xff", []string{"sea=sea"}},
	}
	for _, tt := range tests {
		if got := found(a, tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Signs typed in another order than the term's are found all the same, and so
// are terms whose own signs the folding moves.
func TestSignsInAnyOrder(t *testing.T) {
	for _, tt := range []struct{ term, text string }{
		{"ກໍ່ການຮ້າຍ", "ຜູ້ກໍ່ການຮ້າຍ"},
		{"ກໍ່ການຮ້າຍ", "ຜູ້ກ່ໍການຮ້າຍ"},
		{"น้ำท่วม", "เกิดน้ำท่วม"},
		{"น้ำท่วม", "เกิดนํ้าท่วม"},
		{"နိုင်ငံ", "ဒီနုိင်ငံ"},
		{"ကြို့", "အကြို့"},
		{"ကြို့", "အက့ြုိ"},
	} {
		if got := found(build(t, Pattern{Text: tt.term}), tt.text); len(got) != 1 {
			t.Errorf("%s in %s: %q", tt.term, tt.text, got)
		}
	}
}

func TestDistances(t *testing.T) {
	a := build(t, Pattern{Text: "north"}, Pattern{Text: "missile"}, Pattern{Text: "导弹"}, Pattern{Text: "朝鲜"})
	tests := []struct {
		text  string
		words uint32 // between the two terms
	}{
		{"north missile", 0}, {"north fires missile", 1}, {"north has fired a missile", 3},
		{"朝鲜导弹", 0}, {"朝鲜发射导弹", 1}, {"朝鲜今天发射导弹", 2},
	}
	for _, tt := range tests {
		var x fold.Text
		hits := a.Scan(nil, &x, tt.text)
		if len(hits) != 2 {
			t.Fatalf("%s: %v", tt.text, hits)
		}
		if got := hits[1].From - hits[0].To; got != tt.words*fold.UnitsPerWord {
			t.Errorf("%s: %d units, want %d words", tt.text, got, tt.words)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	b := NewBuilder()
	for _, text := range []string{"--", "a, b", strings.Repeat("x", MaxSymbols)} {
		b.Add(Pattern{Text: text})
	}
	if _, bad := b.Build(); len(bad) != 3 || bad[1].Pattern != 1 {
		t.Errorf("%v", bad)
	}
}

// naive finds the patterns by trying each at every symbol of the whole text,
// with no automaton, no filter and nothing passed over.
func naive(a *Automaton, keys []key, checks []check, s string) []string {
	var x fold.Text
	a.Table.Fold(&x, s)
	var list []string
	edge := func(k, n int) bool {
		return n < 0 || n >= len(x.Syms) || a.Table.Class(x.Syms[k]) != a.Table.Class(x.Syms[n])
	}
	for end := 1; end <= len(x.Syms); end++ {
		for _, key := range keys {
			start := end - len(key.syms)
			if start < 0 || !slices.Equal(x.Syms[start:end], key.syms) {
				continue
			}
			c := &checks[key.check]
			if c.flags&endEdge != 0 && !edge(end-1, end) || c.flags&startEdge != 0 && !edge(start, start-1) {
				continue
			}
			if c.flags&leadingEdge != 0 {
				start++
			}
			from, to := int(x.Offs[start]), int(x.Offs[end])
			marks := a.Table.Marks(s[from:to])
			if c.flags&marked != 0 && marks != c.marks && (marks != 0 || !x.Bare) {
				continue
			}
			list = append(list, a.Terms()[c.pattern])
		}
	}
	slices.Sort(list)
	return list
}

// TestAgainstNaive compares the automaton with the naive search on texts made
// at random of pieces that are close to the patterns.
func TestAgainstNaive(t *testing.T) {
	pieces := []string{"sea", "seas", "China", "south", " ", " ", " ", "-", ".", ",", "'s", "’", "é", "e\u0301", "bão", "bao", "báo", "南", "海", "战机",
		"F-16", "16", "7.1", "핵", "북한", "ไทย", "เเ", "แ", "U.S.", "us", "မြန်မာ", "Китай", "й", "\u200b", "\x00", "\xff", "ﬁ", "Ａ", "x",
		"Seafarers", "seafarer", "seaf", "magnitude", "7", "72", "KJ-500", "kj", "internationalism", "international", "“sea”", "sea’s", "sea—"}
	texts := []string{"sea", "south china sea", "us", "us navy", "bão", "bao", "é", "e", "南海", "海战机", "f-16战机", "16战机", "핵", "북한 핵", "ไทย", "แ", "7.1",
		"сhina", "китай", "китайс", "sea x", "x", "a", "海", "机", "한", "fi", "မြန်မာ", "sea 南", "seas", "16", "seafar", "seafarer", "seafarers strike", "magnitude 7", "kj", "international", "international sea", "s", "é sea"}
	r := rand.New(rand.NewPCG(7, 11))
	b := NewBuilder()
	for _, text := range texts {
		b.Add(Pattern{Text: text, Open: r.IntN(3) == 0, StartEdge: r.IntN(4) == 0, EndEdge: r.IntN(4) == 0})
	}
	a, bad := b.Build()
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	var keys []key
	for id, p := range b.patterns {
		variants, err := b.symbols(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, syms := range variants {
			at := slices.IndexFunc(b.checks, func(c check) bool {
				return int(c.pattern) == id && int(c.length) == len(syms)
			})
			keys = append(keys, key{syms: syms, check: uint32(at)})
		}
	}
	for range 6000 {
		var text strings.Builder
		for range 1 + r.IntN(12) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		want := naive(a, keys, b.checks, text.String())
		var x fold.Text
		var got []string
		for _, h := range a.Scan(nil, &x, text.String()) {
			if !h.Bare || x.Bare {
				got = append(got, a.Terms()[h.Pattern])
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q: found %q, want %q", text.String(), got, want)
		}
	}
}

func TestHitsAreBounded(t *testing.T) {
	a := build(t, Pattern{Text: "海"})
	var x fold.Text
	if n := len(a.Scan(nil, &x, strings.Repeat("海", 3*MaxHits))); n != MaxHits {
		t.Errorf("%d hits", n)
	}
}

func FuzzScan(f *testing.F) {
	a := build(f, Pattern{Text: "sea"}, Pattern{Text: "bão"}, Pattern{Text: "南海"}, Pattern{Text: "북한 핵"}, Pattern{Text: "มาตรา 112"}, Pattern{Text: "မြန်မာ"},
		Pattern{Text: "US", Exact: true}, Pattern{Text: "7.1"})
	f.Add("the sea; bão 南海 북한핵 U.S. 7.1")
	f.Add("ေက်ာင္းသား \u1112\u1161\u11ab")
	f.Add("\xff\xfe\x00\u0300\u0300\u200b'’s")
	var x fold.Text
	f.Fuzz(func(t *testing.T, s string) {
		for _, h := range a.Scan(nil, &x, s) {
			start, end := x.Span(int(h.First), int(h.Last))
			if start < 0 || end > len(s) || start >= end {
				t.Fatalf("span %d–%d of %d bytes", start, end, len(s))
			}
			if h.From > h.To {
				t.Fatalf("distance %d–%d", h.From, h.To)
			}
		}
	})
}
