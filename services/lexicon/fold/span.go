package fold

import (
	"strings"
	"unicode/utf8"
)

// Span is the bytes of the original string that the symbols first to last
// (inclusive) stand for, without white space at the ends.
func (x *Text) Span(first, last int) (start, end int) {
	start, end = int(x.Offs[first]), int(x.Offs[last+1])
	if x.origin != nil {
		start, end = x.origin.span(start, end)
	}
	end = max(start, end)
	trimmed := strings.TrimRight(x.source[start:end], " \t\r\n\u00a0\u200b\u3000")
	return start, start + len(trimmed)
}

// Offset is the byte of the original string at which symbol k begins.
func (x *Text) Offset(k int) int {
	at := int(x.Offs[k])
	if x.origin != nil {
		at, _ = x.origin.span(at, at+1)
	}
	return at
}

// Ending is how many bytes after byte end of s go on with the word, or the
// figure, of a spaced script that stands before it.
func (t *Table) Ending(s string, end int) int {
	before, _ := utf8.DecodeLastRuneInString(s[:end])
	if before >= utf8.RuneSelf && t.lookup(before).class != Spaced {
		return 0
	}
	for i, r := range s[end:] {
		switch {
		case r >= utf8.RuneSelf:
			if c := t.lookup(r).class; c != Spaced && c != Skip {
				return i
			}
		case (r == '.' || r == ',') && end+i > 0 && end+i+1 < len(s) && isDigit(s[end+i-1]) && isDigit(s[end+i+1]):
		default:
			if _, ok := t.Letter(byte(r)); !ok {
				return i
			}
		}
	}
	return len(s) - end
}

// Separates reports whether s begins with a character that stands between words.
func (t *Table) Separates(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	if r < utf8.RuneSelf {
		return t.ascii[r].class == Strong || t.ascii[r].class == Weak
	}
	if r == utf8.RuneError && n == 1 {
		return true
	}
	c := t.lookup(r).class
	return c == Strong || c == Weak
}

// Marks is a number for the marks that Latin letters carry in s, 0 where none
// does. Equal letters with equal numbers carry the same marks, save that tone
// marks may sit on a neighbouring vowel (hoà, hòa).
func (t *Table) Marks(s string) uint32 {
	var sum uint32
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		sum += t.lookup(r).marks
		i += n
	}
	return sum
}

// SameCase reports whether two spellings of one term have the same letters in
// the same case, whatever stands between the letters.
func SameCase(a, b string) bool {
	for {
		var ra, rb rune
		ra, a = nextLetter(a)
		rb, b = nextLetter(b)
		if ra != rb {
			return false
		}
		if ra == 0 {
			return true
		}
	}
}

// nextLetter is the first letter or digit of s and what follows it; 0 if none.
func nextLetter(s string) (rune, string) {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		if r >= 0xFF01 && r <= 0xFF5E { // full width
			r -= 0xFEE0
		}
		if r < utf8.RuneSelf {
			if isDigit(byte(r)) || isLetter(byte(r)) {
				return r, s
			}
			continue
		}
		if classOf(r) >= Spaced {
			return r, s
		}
	}
	return 0, ""
}
