package engine

import "strings"

// identifiers gives every bare word and every quoted identifier of a SQL text,
// without its quotes, in order. It reads ClickHouse's lexical rules: comments
// (--, #!, # and /* */), 'strings' with backslash and doubled quotes,
// $tag$heredocs$tag$, and "…" and `…` as identifiers.
func identifiers(sql string) []string {
	var found []string
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case strings.HasPrefix(sql[i:], "--"), strings.HasPrefix(sql[i:], "# "), strings.HasPrefix(sql[i:], "#!"):
			i += until(sql[i:], "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i += blockComment(sql[i:])
		case c == '\'':
			_, n := quoted(sql[i:])
			i += n
		case c == '"' || c == '`':
			text, n := quoted(sql[i:])
			found = append(found, text)
			i += n
		case c == '$':
			i += heredoc(sql[i:])
		case isWord(c):
			n := 1
			for i+n < len(sql) && isWord(sql[i+n]) {
				n++
			}
			found = append(found, sql[i:i+n])
			i += n
		default:
			i++
		}
	}
	return found
}

// until gives the length of s up to and with end.
func until(s, end string) int {
	if at := strings.Index(s, end); at >= 0 {
		return at + len(end)
	}
	return len(s)
}

// blockComment gives the length of a comment, which may hold others.
func blockComment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// quoted reads a quoted piece and gives its text, escapes resolved as far as
// they can hide a plain name, and its length with both quotes.
func quoted(s string) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			if s[i] == 'x' && i+2 < len(s) {
				b.WriteByte(hex(s[i+1])<<4 | hex(s[i+2]))
				i += 2
				continue
			}
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

func hex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0
}

// heredoc gives the length of $tag$…$tag$, or 1 where none begins.
func heredoc(s string) int {
	end := 1
	for end < len(s) && isWord(s[end]) && s[end] != '$' {
		end++
	}
	if end >= len(s) || s[end] != '$' {
		return 1
	}
	tag := s[:end+1]
	at := strings.Index(s[len(tag):], tag)
	if at < 0 {
		return 1
	}
	return len(tag) + at + len(tag)
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
