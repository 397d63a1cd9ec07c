package tidy

import (
	"strings"
	"unicode/utf8"
)

// writeStart writes a start tag. Declarations and xml attributes have done
// their work and are left out; addresses are made absolute.
func (r *reader) writeStart(name string, attrs []attr, empty bool) {
	r.out.WriteByte('<')
	r.out.WriteString(name)
	for _, a := range attrs {
		if strings.HasPrefix(a.name, "xml") || !plainName(a.name) {
			continue
		}
		value := a.value
		switch a.name {
		case "href", "src", "url", "uri":
			value = absolute(r.base, value)
		case "rel", "type":
			value = strings.ToLower(strings.TrimSpace(value))
		case "ispermalink":
			a.name = "isPermaLink" // as RSS spells it; the parser behind cares
			value = strings.ToLower(strings.TrimSpace(value))
		}
		r.out.WriteByte(' ')
		r.out.WriteString(a.name)
		r.out.WriteString(`="`)
		r.writeEscaped(value)
		r.out.WriteByte('"')
	}
	if empty {
		r.out.WriteByte('/')
	}
	r.out.WriteByte('>')
}

func (r *reader) writeEnd(name string) {
	r.out.WriteString("</")
	r.out.WriteString(name)
	r.out.WriteByte('>')
}

// writeElement writes an element whose content is text.
func (r *reader) writeElement(name string, attrs []attr, text string) {
	r.writeStart(name, attrs, false)
	r.writeText(text)
	r.writeEnd(name)
}

// writeText writes text as CDATA, without the characters XML forbids.
func (r *reader) writeText(s string) {
	r.out.WriteString("<![CDATA[")
	r.writeCharacters(s)
	r.out.WriteString("]]>")
}

// writeCharacters writes the inside of a CDATA section.
func (r *reader) writeCharacters(s string) {
	s = allowed(s)
	for {
		i := strings.Index(s, "]]>")
		if i < 0 {
			break
		}
		r.out.WriteString(s[:i+2])
		r.out.WriteString("]]><![CDATA[")
		s = s[i+2:]
	}
	r.out.WriteString(s)
}

// allowed gives s less the characters that XML 1.0 forbids and the one that
// marks tickets, line ends as XML has them.
func allowed(s string) string {
	i := 0
	for i < len(s) && (s[i] >= ' ' && s[i] < utf8.RuneSelf || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	if i == len(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\r':
			return '\n'
		case c < ' ' && c != '\n' && c != '\t', c == 0xFFFE, c == 0xFFFF, c == 0xFDD0:
			return -1
		}
		return c
	}, s)
}

// writeEscaped writes an attribute's value.
func (r *reader) writeEscaped(s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '&':
			r.out.WriteString("&amp;")
		case '<':
			r.out.WriteString("&lt;")
		case '>':
			r.out.WriteString("&gt;")
		case '"':
			r.out.WriteString("&#34;")
		case '\n', '\t', '\r':
			r.out.WriteByte(' ')
		default:
			if c >= utf8.RuneSelf {
				_, size := utf8.DecodeRuneInString(s[i:])
				r.out.WriteString(allowed(s[i : i+size]))
				i += size - 1
			} else if c >= ' ' {
				r.out.WriteByte(c)
			}
		}
	}
}

// plainName reports whether an attribute's name may be written as it is.
func plainName(name string) bool {
	colons := 0
	for i := range len(name) {
		c := name[i]
		if c == ':' {
			colons++
		}
		letter := c >= 'a' && c <= 'z' || c == '_'
		if !letter && (i == 0 || c != '-' && c != '.' && c != ':' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && colons <= 1 && !strings.HasSuffix(name, ":")
}
