package markup

import "html"

// Looks reports whether a text that is nominally plain is HTML after all: it
// has a tag or a character reference, all its tags are elements of HTML and all
// its references characters. It errs towards plain, since reading plain text as
// HTML loses words.
func Looks(s string) bool {
	found := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '<':
			name, ok := tagName(s[i+1:])
			if !ok {
				continue
			}
			if !inText(name) {
				return false
			}
			found = true
		case '&':
			n := referenceLength(s[i:])
			if n == 0 {
				continue
			}
			if html.UnescapeString(s[i:i+n]) == s[i:i+n] {
				return false
			}
			found = true
		}
	}
	return found
}

// tagName takes the name behind '<' or '</', in lower case.
func tagName(s string) ([]byte, bool) {
	if len(s) > 0 && s[0] == '/' {
		s = s[1:]
	}
	name := make([]byte, 0, 16)
	for i := 0; i < len(s) && i < 16; i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			break
		}
		name = append(name, c)
	}
	return name, len(name) > 0 && name[0] > '9'
}

// referenceLength is the length of the &name; or &#1; at the start of s, 0
// where there is none.
func referenceLength(s string) int {
	for i := 1; i < len(s) && i < 34; i++ {
		c := s[i] | 0x20
		switch {
		case s[i] == ';' && i > 1:
			return i + 1
		case c >= 'a' && c <= 'z', s[i] >= '0' && s[i] <= '9', s[i] == '#' && i == 1:
		default:
			return 0
		}
	}
	return 0
}
