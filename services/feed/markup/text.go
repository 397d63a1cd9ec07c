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

// line adds words, apart by single spaces. What is in order already, which is
// nearly everything, is copied in one piece.
func (w *textWriter) line(s string) {
	for len(s) > 0 {
		n := orderly(s)
		if n > 0 {
			w.word(s[:n])
			s = s[n:]
			continue
		}
		sp, size := space(s)
		if sp {
			w.gap = max(w.gap, gapSpace)
		} else {
			w.word(s[:size])
		}
		s = s[size:]
	}
}

// orderly is the length of the start of s that is words apart by one space,
// starting and ending with a word.
func orderly(s string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c > ' ' && c < 0x7F:
		case c == ' ':
			if i == 0 || i+1 == len(s) || s[i+1] <= ' ' || s[i+1] == 0x7F || doubtful(s[i+1:]) {
				return i
			}
		case c < utf8.RuneSelf || doubtful(s[i:]):
			return i
		}
	}
	return len(s)
}

// doubtful reports whether a character beyond ASCII may be white space, a
// control, or one that word leaves out.
func doubtful(s string) bool {
	switch s[0] {
	case 0xC2: // U+0080 to U+00BF
		return len(s) < 2 || s[1] <= 0xA0 || s[1] == 0xAD
	case 0xE1: // U+1680
		return strings.HasPrefix(s, "\u1680")
	case 0xE2: // U+2000 to U+205F
		return len(s) < 3 || s[1] == 0x80 && (s[2] <= 0x8A || s[2] >= 0xA8) || s[1] == 0x81 && s[2] >= 0x9F
	case 0xE3: // U+3000
		return strings.HasPrefix(s, "\u3000")
	case 0xEF: // U+FEFF
		return strings.HasPrefix(s, "\uFEFF")
	}
	return false
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

// word adds what holds no white space at its ends.
func (w *textWriter) word(s string) {
	if s == "\u00AD" || s == "\uFEFF" { // soft hyphen, stray byte order mark
		return
	}
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
	w.WriteString(s)
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

// escape writes text for HTML, attribute values included. Control characters,
// which no page shows, are left out.
func escape(b *strings.Builder, s string) {
	from := 0
	for i := range len(s) {
		var ref string
		switch c := s[i]; {
		case c == '&':
			ref = "&amp;"
		case c == '<':
			ref = "&lt;"
		case c == '>':
			ref = "&gt;"
		case c == '"':
			ref = "&#34;"
		case c == '\r':
			ref = "\n"
		case c >= ' ' && c != 0x7F || c == '\n' || c == '\t':
			continue
		}
		b.WriteString(s[from:i])
		b.WriteString(ref)
		from = i + 1
	}
	b.WriteString(s[from:])
}
