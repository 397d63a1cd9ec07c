package markup

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// plainly does what line does, one character at a time.
func plainly(s string) string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, c := range s {
		switch {
		case unicode.IsSpace(c), c < ' ', c == 0x7F, c >= 0x80 && c < 0xA0:
			flush()
		case c == 0xAD, c == 0xFEFF:
		default:
			word.WriteRune(c)
		}
	}
	flush()
	return strings.Join(words, " ")
}

// TestLineAgainstPlain holds the fast way against the plain one on texts that
// are full of what it has to look out for.
func TestLineAgainstPlain(t *testing.T) {
	alphabet := []rune("ab . \n\t\r\v\u0001\u007F\u0085\u0090\u00A0\u00AD\u00E9\u0E01\u0E34\u1680\u1681\u2000\u200A\u200B\u2018\u2028\u2029\u202F\u2030\u205F\u2060\u3000\u3001\uFEFF\uFF01\U0001F6A2")
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteRune(alphabet[random.IntN(len(alphabet))])
		}
		s := b.String()
		w := textWriter{limit: 1000}
		w.line(s)
		if got, want := w.String(), plainly(s); got != want {
			t.Fatalf("line(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestPieces writes one text in pieces cut anywhere: the outcome is the same.
func TestPieces(t *testing.T) {
	const s = "  Kapal  dua\u00a0buah \n di  selat.\u3000ข่าว ท่าเรือ "
	want := plainly(s)
	for cut := range len(s) {
		if !utf8.RuneStart(s[cut]) {
			continue
		}
		w := textWriter{limit: 1000}
		w.write(s[:cut])
		w.write(s[cut:])
		if got := w.String(); got != want {
			t.Errorf("cut at %d: %q", cut, got)
		}
	}
}

func TestBoundary(t *testing.T) {
	const s = "aก😀b" // 1, 3, 4 and 1 bytes
	for limit, want := range map[int]int{0: 0, 1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 7: 4, 8: 8, 9: 9, 100: 9} {
		if got := boundary(s, limit); got != want {
			t.Errorf("boundary(%d) = %d, want %d", limit, got, want)
		}
	}
}

func TestEveryLimit(t *testing.T) {
	const src = `<p>Kapal &amp; <a href="https://a.example/ก">ข่าว</a></p><ul><li>😀</ul>end`
	whole := Clean(src, nil, 1000)
	for limit := range 120 {
		got := Clean(src, nil, limit)
		if len(got.Text) > limit || !utf8.ValidString(got.Text) || !utf8.ValidString(got.HTML) {
			t.Errorf("limit %d: text %q, HTML %q", limit, got.Text, got.HTML)
		}
		if !strings.HasPrefix(whole.Text, strings.TrimSpace(got.Text)) {
			t.Errorf("limit %d: %q is no beginning of %q", limit, got.Text, whole.Text)
		}
		if !got.Cut && got.HTML != whole.HTML {
			t.Errorf("limit %d: not marked as cut: %q", limit, got.HTML)
		}
		checkSafe(t, got.HTML)
	}
}

func TestVoid(t *testing.T) {
	for name, want := range map[string]bool{"br": true, "img": true, "base": true, "p": false, "a": false, "": false} {
		if Void(name) != want {
			t.Errorf("Void(%q) = %v", name, !want)
		}
	}
}
