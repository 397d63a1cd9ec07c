package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// gap is the white space owed before the next word.
type gap uint8

const (
	gapNone gap = iota
	gapSpace
	gapLine
	gapPara
)

// textWriter collects text with its layout: words apart by one space, lines by
// one line feed, paragraphs by two.
type textWriter struct {
	strings.Builder
	gap   gap
	pre   int // open preformatted elements
	limit int
}

// write adds character data; white space becomes gaps.
func (w *textWriter) write(s string) {
	if w.pre > 0 {
		w.preformatted(s)
		return
	}
	w.line(s)
}

// line adds words, apart by single spaces.
func (w *textWriter) line(s string) {
	for len(s) > 0 {
		n, size := 0, 1
		for n < len(s) {
			var sp bool
			sp, size = space(s[n:])
			if sp {
				break
			}
			n += size
		}
		if n > 0 {
			w.word(s[:n])
		}
		if n == len(s) {
			return
		}
		w.gap = max(w.gap, gapSpace)
		s = s[n+size:]
	}
}

// preformatted keeps line breaks and spaces.
func (w *textWriter) preformatted(s string) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			w.gap = max(w.gap, gapLine)
		}
		if line = strings.TrimRight(line, " \t\r"); line != "" {
			w.word(line)
		}
	}
}

func (w *textWriter) word(s string) {
	if w.Len() > 0 {
		switch w.gap {
		case gapSpace:
			w.WriteByte(' ')
		case gapLine:
			w.WriteByte('\n')
		case gapPara:
			w.WriteString("\n\n")
		}
	}
	w.gap = gapNone
	if room := w.limit - w.Len(); len(s) > room {
		s = s[:boundary(s, max(0, room))]
	}
	if !strings.Contains(s, "\u00AD") && !strings.Contains(s, "\uFEFF") {
		w.WriteString(s)
		return
	}
	for _, c := range s {
		if c != '\u00AD' && c != '\uFEFF' { // soft hyphen, stray byte order mark
			w.WriteRune(c)
		}
	}
}

// space reports whether s starts with white space or a control character, and
// how long its first character is.
func space(s string) (bool, int) {
	if c := s[0]; c < utf8.RuneSelf {
		return c <= ' ' || c == 0x7F, 1
	}
	c, size := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(c) || c >= 0x80 && c < 0xA0, size
}

// boundary is the largest n ≤ limit at which s may be cut between characters.
func boundary(s string, limit int) int {
	if limit >= len(s) {
		return len(s)
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return limit
}

// escape writes text for HTML, attribute values included.
func escape(b *strings.Builder, s string) {
	from := 0
	for i := range len(s) {
		var ref string
		switch s[i] {
		case '&':
			ref = "&amp;"
		case '<':
			ref = "&lt;"
		case '>':
			ref = "&gt;"
		case '"':
			ref = "&#34;"
		default:
			continue
		}
		b.WriteString(s[from:i])
		b.WriteString(ref)
		from = i + 1
	}
	b.WriteString(s[from:])
}
