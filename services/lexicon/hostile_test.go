package lexicon

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// hostile are texts of about n bytes that try to slow the engine down.
func hostile(x *Taxonomy, n int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, n/len(s)+1) }
	r := rand.New(rand.NewPCG(3, 5))
	terms := x.automaton.Terms()
	var mixed, stems, noise strings.Builder
	for mixed.Len() < n {
		mixed.WriteString(terms[r.IntN(len(terms))] + " ")
	}
	for stems.Len() < n { // beginnings of terms, never whole ones
		t := []rune(terms[r.IntN(len(terms))])
		stems.WriteString(string(t[:len(t)*3/4]) + " ")
	}
	for noise.Len() < n {
		noise.WriteRune(rune(r.IntN(0x10000)))
	}
	return map[string]string{
		"one title":        fill("Coast guard fires water cannon at boats near the shoal, officials said. "),
		"one letter":       fill("a"),
		"one term":         fill("china "),
		"one han letter":   fill("国"),
		"terms":            mixed.String(),
		"stems":            stems.String(),
		"noise":            noise.String(),
		"marks":            "china " + fill("\u0301"),
		"marks on letters": fill("a\u0301\u0323"),
		"invisible":        fill("chi\u200bna\u2060 "),
		"nulls":            fill("\x00"),
		"broken":           fill("\xff\xfe"),
		"mixed scripts":    fill("chіna 中国 จีน Китай चीन စ "),
		"homoglyphs":       fill("ѕоuth сhіnа ѕеа "),
		"initials":         fill("u.s."),
		"apostrophes":      fill("s's'"),
		"zawgyi":           fill("ေက်ာင္း"),
		"burmese signs":    fill("ုိံ့်ျြွှ"),
		"loose hangul":     fill("\u1112\u1161\u11ab"),
		"masks":            fill("trade war "),
		"exceptions":       fill("indian ocean "),
		"gaps":             fill("recall its ambassador summon envoy "),
		"near":             fill("boat ram missile test "),
		"punctuation":      fill(". , ; "),
		"exact":            fill("LAC lac IS is "),
	}
}

// plain is ordinary news of about n bytes.
func plain(t testing.TB, x *Taxonomy, n int) string {
	var s strings.Builder
	for _, text := range news(t, x, n/100) {
		if s.Len() > n {
			break
		}
		s.WriteString(text.Title + ". " + text.Summary + "\n")
	}
	return s.String()
}

// TestHostileTextIsNotSlow holds every hostile text to four times the time per
// byte of plain news, and to no crash.
func TestHostileTextIsNotSlow(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("measures time")
	}
	x := full(t)
	const n = 1 << 20
	measure := func(s string) time.Duration {
		best := time.Hour
		for range 3 {
			start := processor()
			x.Tag(Text{Title: s})
			best = min(best, processor()-start)
		}
		return best
	}
	perByte := func(s string) float64 { return float64(measure(s).Nanoseconds()) / float64(len(s)) }
	usual := perByte(plain(t, x, n))
	t.Logf("plain news %.1f ns a byte", usual)
	for name, s := range hostile(x, n) {
		took := perByte(s)
		t.Logf("%-18s %6.1f ns a byte", name, took)
		if took > 4*usual {
			t.Errorf("%s: %.1f ns a byte, plain news %.1f", name, took, usual)
		}
	}
}

func FuzzTag(f *testing.F) {
	x := full(f)
	for _, s := range hostile(x, 300) {
		f.Add(s, s, "en", s)
	}
	f.Fuzz(func(t *testing.T, title, summary, language, body string) {
		text := Text{Title: title, Summary: summary, Language: language, Body: body}
		r := x.Tag(text)
		for _, tag := range append(r.Areas, r.Flashpoints...) {
			if tag.Score <= 0 || tag.Score > 1 {
				t.Fatalf("score %v", tag.Score)
			}
			for _, e := range tag.Evidence {
				s := map[string]string{"title": title, "summary": summary, "text": body}[e.Field]
				if e.Start < 0 || e.End > len(s) || e.Start >= e.End || s[e.Start:e.End] != e.Text {
					t.Fatalf("evidence %+v", e)
				}
			}
		}
	})
}
