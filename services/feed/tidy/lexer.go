package tidy

import "strings"

// kind is the kind of a token.
type kind uint8

const (
	tokenEOF   kind = iota
	tokenText       // character data, references not yet decoded
	tokenCDATA      // the inside of a CDATA section
	tokenStart
	tokenEnd
	tokenDecl // the inside of <!DOCTYPE …>
)

// attr is one attribute, name in lower case, value decoded.
type attr struct{ name, value string }

// token is one piece of a document.
type token struct {
	kind  kind
	name  string // start and end tags: in lower case, prefix included
	text  string // text, CDATA, declarations
	attrs []attr // start tags; valid until the next token
	empty bool   // start tags: <name/>
	cut   bool   // the document ends inside the token
	pos   int    // byte offset at which it starts
}

// lexer cuts a document into tokens. It never fails: what is no mark-up is text.
type lexer struct {
	src      string
	pos      int
	attrs    []attr
	entities *entities
	names    map[string]string // lower-case forms seen, to allocate each once
}

func (l *lexer) next() token {
	for l.pos < len(l.src) {
		start := l.pos
		if l.src[start] != '<' {
			return l.text(start)
		}
		rest := l.src[start:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			l.skip(start+4, "-->")
		case strings.HasPrefix(rest, "<![CDATA["):
			return l.cdata(start)
		case strings.HasPrefix(rest, "<?"):
			l.skip(start+2, ">")
		case strings.HasPrefix(rest, "<!"):
			return l.declaration(start)
		case len(rest) > 2 && rest[1] == '/' && nameStart(rest[2]):
			return l.endTag(start)
		case len(rest) > 1 && nameStart(rest[1]):
			return l.startTag(start)
		default:
			return l.text(start)
		}
	}
	return token{kind: tokenEOF, pos: l.pos}
}

// text takes everything up to the next '<', the one at start included where it
// opens no tag.
func (l *lexer) text(start int) token {
	end := strings.IndexByte(l.src[start+1:], '<')
	if end < 0 {
		l.pos = len(l.src)
	} else {
		l.pos = start + 1 + end
	}
	return token{kind: tokenText, text: l.src[start:l.pos], pos: start, cut: end < 0}
}

// skip moves behind the next mark, or to the end.
func (l *lexer) skip(from int, mark string) {
	if i := strings.Index(l.src[from:], mark); i >= 0 {
		l.pos = from + i + len(mark)
	} else {
		l.pos = len(l.src)
	}
}

func (l *lexer) cdata(start int) token {
	from := start + len("<![CDATA[")
	end := strings.Index(l.src[from:], "]]>")
	if end < 0 {
		l.pos = len(l.src)
		return token{kind: tokenCDATA, text: l.src[from:], pos: start, cut: true}
	}
	l.pos = from + end + 3
	return token{kind: tokenCDATA, text: l.src[from : from+end], pos: start}
}

// declaration takes <!…>, with an internal subset in brackets where it has one.
func (l *lexer) declaration(start int) token {
	from := start + 2
	end := strings.IndexAny(l.src[from:], "[>")
	if end >= 0 && l.src[from+end] == '[' {
		if i := strings.IndexByte(l.src[from+end:], ']'); i >= 0 {
			end += i
		}
		if i := strings.IndexByte(l.src[from+end:], '>'); i >= 0 {
			end += i
		} else {
			end = -1
		}
	}
	if end < 0 {
		l.pos = len(l.src)
		return token{kind: tokenDecl, text: l.src[from:], pos: start, cut: true}
	}
	l.pos = from + end + 1
	return token{kind: tokenDecl, text: l.src[from : from+end], pos: start}
}

func (l *lexer) endTag(start int) token {
	from := start + 2
	end := from
	for end < len(l.src) && nameByte(l.src[end]) {
		end++
	}
	t := token{kind: tokenEnd, name: l.lower(l.src[from:end]), pos: start}
	for end < len(l.src) && l.src[end] != '>' && l.src[end] != '<' {
		end++
	}
	if end < len(l.src) && l.src[end] == '>' {
		end++
	} else {
		t.cut = end == len(l.src)
	}
	l.pos = end
	return t
}

func (l *lexer) startTag(start int) token {
	end := start + 1
	for end < len(l.src) && nameByte(l.src[end]) {
		end++
	}
	t := token{kind: tokenStart, name: l.lower(l.src[start+1 : end]), pos: start}
	l.pos = end
	l.attrs = l.attrs[:0]
	for {
		l.space()
		if l.pos >= len(l.src) {
			t.cut = true
			break
		}
		switch c := l.src[l.pos]; {
		case c == '>':
			l.pos++
			t.attrs = l.attrs
			return t
		case c == '/':
			l.pos++
			if l.pos < len(l.src) && l.src[l.pos] == '>' {
				t.empty = true
			}
		case c == '<': // the closing '>' is missing
			t.attrs = l.attrs
			return t
		default:
			l.attribute()
		}
	}
	t.attrs = l.attrs
	return t
}

// maxAttrs bounds how many attributes of one tag are kept.
const maxAttrs = 64

// attribute takes one name, or name and value, and moves at least one byte.
func (l *lexer) attribute() {
	from := l.pos
	for l.pos < len(l.src) && l.src[l.pos] != '=' && l.src[l.pos] != '/' && !delimiter(l.src[l.pos]) {
		l.pos++
	}
	name := l.lower(l.src[from:l.pos])
	l.space()
	if l.pos >= len(l.src) || l.src[l.pos] != '=' {
		return // a name alone says nothing to a feed
	}
	l.pos++
	l.space()
	value := l.value()
	if name == "" || len(l.attrs) >= maxAttrs {
		return
	}
	for _, a := range l.attrs {
		if a.name == name {
			return
		}
	}
	l.attrs = append(l.attrs, attr{name, decode(value, l.entities)})
}

func (l *lexer) value() string {
	if l.pos >= len(l.src) {
		return ""
	}
	from := l.pos
	if q := l.src[from]; q == '"' || q == '\'' {
		if i := strings.IndexByte(l.src[from+1:], q); i >= 0 {
			l.pos = from + 1 + i + 1
			return l.src[from+1 : from+1+i]
		}
		from++ // never closed: read it as if it were not quoted
		l.pos = from
	}
	for l.pos < len(l.src) && !delimiter(l.src[l.pos]) {
		l.pos++
	}
	return l.src[from:l.pos]
}

func (l *lexer) space() {
	for l.pos < len(l.src) && blank(l.src[l.pos]) {
		l.pos++
	}
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// delimiter reports whether c ends an attribute's name or bare value.
func delimiter(c byte) bool { return blank(c) || c == '<' || c == '>' }

// lower gives a name in lower case, allocating each different one once.
func (l *lexer) lower(name string) string {
	upper := false
	for i := range len(name) {
		if c := name[i]; c >= 'A' && c <= 'Z' || c >= 0x80 {
			upper = true
			break
		}
	}
	if !upper {
		return name
	}
	if s, ok := l.names[name]; ok {
		return s
	}
	s := strings.ToLower(name)
	if len(l.names) < 1000 {
		l.names[name] = s
	}
	return s
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}

func nameByte(c byte) bool {
	return nameStart(c) || c >= '0' && c <= '9' || c == '-' || c == '.'
}
