package engine

import "strings"

// word is a keyword or a name in a statement.
type word struct {
	text   string // a name in backticks without them
	called bool   // "(" follows at once
}

// lex gives the words of a statement in the engine's canonical form, in which
// strings stand in '…' and odd names in `…`, both with backslash escapes, and
// in which there are no comments.
func lex(canonical string) []word {
	var words []word
	for i := 0; i < len(canonical); {
		switch c := canonical[i]; {
		case c == '\'':
			_, n := quoted(canonical[i:])
			i += n
		case c == '`':
			text, n := quoted(canonical[i:])
			i += n
			words = append(words, word{text, strings.HasPrefix(canonical[i:], "(")})
		case isWord(c):
			n := 1
			for i+n < len(canonical) && isWord(canonical[i+n]) {
				n++
			}
			text := canonical[i : i+n]
			i += n
			words = append(words, word{text, strings.HasPrefix(canonical[i:], "(")})
		default:
			i++
		}
	}
	return words
}

// quoted reads a quoted piece and gives its text and its length with both
// quotes.
func quoted(s string) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == s[0] && i+1 < len(s) && s[i+1] == s[0]:
			i++
			b.WriteByte(s[i])
		case s[i] == s[0]:
			return b.String(), i + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), len(s)
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
