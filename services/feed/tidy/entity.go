package tidy

import (
	"html"
	"strings"
)

// Bounds on the entities a document declares for itself. They stand for text,
// none is expanded inside another, and all expansions together have a budget,
// so no bomb can grow.
const (
	maxDoctype       = 64 << 10
	maxEntities      = 256
	maxEntityName    = 64
	maxEntityLength  = 1 << 10
	maxEntityExpands = 1 << 20 // bytes a document's own entities may add in all
)

// entities are the ones a document declares for itself. The nil value has none.
type entities struct {
	text  map[string]string
	spent int
}

// expand gives the text of an entity while the budget lasts, then nothing.
func (e *entities) expand(name string) (string, bool) {
	if e == nil {
		return "", false
	}
	s, ok := e.text[name]
	if e.spent+len(s) > maxEntityExpands {
		e.spent = maxEntityExpands + 1
		return "", ok
	}
	e.spent += len(s)
	return s, ok
}

// exhausted reports whether the budget ran out.
func (e *entities) exhausted() bool { return e != nil && e.spent > maxEntityExpands }

// declared reads the internal entities of a DOCTYPE: <!ENTITY name "text">.
// Parameter entities and external ones are left out. References inside a text
// are decoded once, against HTML's names alone.
func declared(doctype string) *entities {
	var e *entities
	doctype = doctype[:min(len(doctype), maxDoctype)]
	for e == nil || len(e.text) < maxEntities {
		i := strings.Index(doctype, "<!ENTITY")
		if i < 0 {
			break
		}
		doctype = doctype[i+len("<!ENTITY"):]
		name, rest, _ := strings.Cut(strings.TrimLeft(doctype, " \t\r\n"), " ")
		rest = strings.TrimLeft(rest, " \t\r\n")
		if name == "" || name == "%" || len(name) > maxEntityName || rest == "" || rest[0] != '"' && rest[0] != '\'' {
			continue
		}
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 || end > maxEntityLength {
			continue
		}
		if e == nil {
			e = &entities{text: make(map[string]string)}
		}
		if _, ok := e.text[name]; !ok { // the first declaration binds (XML 1.0, 4.2)
			e.text[name] = decode(rest[1:1+end], nil)
		}
		doctype = rest[1+end:]
	}
	return e
}

// decode replaces the character and entity references in a text: XML's, HTML's
// and the document's own. What is no reference stays as it is, so that a bare
// ampersand means itself.
func decode(s string, own *entities) string {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for amp >= 0 {
		b.WriteString(s[:amp])
		s = s[amp:]
		text, n := reference(s, own)
		b.WriteString(text)
		s = s[n:]
		amp = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// reference decodes the reference at the start of s and says how long it was;
// an ampersand that starts none stands for itself.
func reference(s string, own *entities) (string, int) {
	end := 1
	for end < len(s) && end <= maxEntityName && referenceByte(s[end]) {
		end++
	}
	if end >= len(s) || s[end] != ';' || end == 1 {
		if n := numeric(s); n > 0 { // &#8217 without its semicolon
			return html.UnescapeString(s[:n] + ";"), n
		}
		return "&", 1
	}
	name := s[1:end]
	switch name {
	case "lt":
		return "<", end + 1
	case "gt":
		return ">", end + 1
	case "amp":
		return "&", end + 1
	case "quot":
		return `"`, end + 1
	case "apos":
		return "'", end + 1
	}
	if text, ok := own.expand(name); ok {
		return text, end + 1
	}
	if name[0] == '#' {
		return character(s[:end+1]), end + 1
	}
	text := html.UnescapeString(s[:end+1])
	if strings.HasSuffix(text, ";") && text == html.UnescapeString(s[:end])+";" {
		return "&", 1 // HTML would take a prefix of it (&copy=2;); a feed means the text
	}
	return text, end + 1
}

// character decodes &#…;, with Windows-1252 for the control range as HTML
// does, and drops what XML cannot carry.
func character(ref string) string {
	if last := ref[len(ref)-2] | 0x20; last == '#' || last == 'x' { // no digits
		return ref
	}
	s := html.UnescapeString(ref)
	if len(s) == 1 && s[0] < ' ' && s[0] != '\n' && s[0] != '\t' && s[0] != '\r' {
		return ""
	}
	return s
}

// numeric is the length of "&#123" or "&#x1f" at the start of s, 0 where there
// is none of at least two digits.
func numeric(s string) int {
	if len(s) < 4 || s[1] != '#' {
		return 0
	}
	i, hex := 2, false
	if s[i] == 'x' || s[i] == 'X' {
		i, hex = i+1, true
	}
	from := i
	for i < len(s) && i < from+7 && (s[i] >= '0' && s[i] <= '9' || hex && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'f')) {
		i++
	}
	if i-from < 2 {
		return 0
	}
	return i
}

func referenceByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '#' || c == '_' || c == '-' || c == '.'
}
