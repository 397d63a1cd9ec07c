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
	for {
		i := strings.Index(s, "]]>")
		if i < 0 {
			break
		}
		r.writeAllowed(s[:i+2])
		r.out.WriteString("]]><![CDATA[")
		s = s[i+2:]
	}
	r.writeAllowed(s)
}

// writeAllowed writes s less the characters that XML 1.0 forbids, and the one
// that marks tickets.
func (r *reader) writeAllowed(s string) {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf || c == '\n' || c == '\t' {
			i++
			continue
		}
		size, bad := 1, true
		if c >= utf8.RuneSelf {
			var ch rune
			ch, size = utf8.DecodeRuneInString(s[i:])
			bad = ch == utf8.RuneError && size == 1 || ch == 0xFFFE || ch == 0xFFFF || ch == 0xFDD0
		}
		if bad {
			r.out.WriteString(s[from:i])
			if c == '\r' && (i+1 == len(s) || s[i+1] != '\n') {
				r.out.WriteByte('\n')
			}
			from = i + size
		}
		i += size
	}
	r.out.WriteString(s[from:])
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
				r.writeAllowed(s[i : i+size])
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
