package markup

import (
	"errors"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Cleaned is HTML that has been through the allow-list, and its text.
type Cleaned struct {
	HTML string
	Text string
	Cut  bool // either was cut to the limit
}

// maxOpen bounds how deep the cleaned HTML nests; tags beyond are dropped and
// their content kept.
const maxOpen = 64

// Clean sanitises HTML and takes its text. Addresses are resolved against base
// (nil where unknown), or against a <base> at the very start; those that stay
// relative, or lead anywhere but to http, https and mailto, are dropped. HTML
// and Text are at most limit bytes each.
func Clean(src string, base *url.URL, limit int) Cleaned {
	c := &cleaner{base: base, limit: limit}
	c.html.Grow(min(len(src), limit) + 64)
	c.plain.Grow(min(len(src)/2, limit))
	if !strings.ContainsAny(src, "<&") {
		c.text(src)
	} else {
		c.run(src)
	}
	for len(c.open) > 0 {
		c.close()
	}
	return Cleaned{HTML: strings.TrimSpace(c.html.String()), Text: strings.TrimSpace(c.plain.String()), Cut: c.cut}
}

// Line gives the text of HTML on one line, at most limit bytes long.
func Line(src string, limit int) string {
	if !strings.ContainsAny(src, "<&") {
		return OneLine(src, limit)
	}
	return OneLine(Clean(src, nil, 4*limit).Text, limit)
}

// OneLine joins the words of a plain text with single spaces, cut to at most
// limit bytes.
func OneLine(s string, limit int) string {
	var w textWriter
	w.limit = limit
	w.write(s)
	return strings.ReplaceAll(w.String(), "\n", " ")
}

// cleaner copies what is allowed.
type cleaner struct {
	base  *url.URL
	limit int
	html  strings.Builder
	plain textWriter
	open  []atom.Atom
	raw   bool // the next text is the inside of a dropped element
	cut   bool
}

func (c *cleaner) run(src string) {
	z := html.NewTokenizer(strings.NewReader(src))
	first := true
	for !c.cut {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				c.cut = true
			}
			return
		case html.TextToken:
			if !c.raw {
				c.text(string(z.Text()))
			}
			c.raw = false
		case html.StartTagToken, html.SelfClosingTagToken:
			c.start(z, first)
		case html.EndTagToken:
			c.raw = false
			name, _ := z.TagName()
			c.end(atom.Lookup(name))
		}
		first = false
	}
}

// text writes character data to both outputs.
func (c *cleaner) text(s string) {
	if c.html.Len()+len(s) > c.limit {
		room := max(0, c.limit-c.html.Len())
		s = s[:boundary(s, room)]
		c.cut = true
	}
	escape(&c.html, s)
	c.plain.limit = c.limit
	c.plain.write(s)
}

func (c *cleaner) start(z *html.Tokenizer, first bool) {
	name, more := z.TagName()
	a := atom.Lookup(name)
	c.raw = false
	switch k := classOf(a); {
	case a == atom.Base && first:
		c.rebase(z, more)
	case k == classDrop:
		c.raw = true
	case opaque(a):
		z.NextIsNotRawText()
		c.lay(classBlock)
	case k == classUnknown:
	default:
		c.element(z, a, k, more)
	}
}

// element writes an allowed start tag.
func (c *cleaner) element(z *html.Tokenizer, a atom.Atom, k class, more bool) {
	c.implied(a, k)
	c.lay(k)
	if a == atom.Pre {
		c.plain.pre++
	}
	if len(c.open) >= maxOpen {
		return
	}
	if c.html.Len() > c.limit {
		c.cut = true
		return
	}
	c.html.WriteByte('<')
	c.html.WriteString(a.String())
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		c.attribute(a, string(key), value)
	}
	if a == atom.A {
		c.html.WriteString(` rel="nofollow noopener noreferrer"`)
	}
	c.html.WriteByte('>')
	if !Void(a.String()) {
		c.open = append(c.open, a)
	}
}

func (c *cleaner) attribute(a atom.Atom, key string, value []byte) {
	if !kept(a, key) || len(value) > 4<<10 {
		return
	}
	v := string(value)
	if key == "href" || key == "src" || key == "cite" {
		v = c.address(v, key == "href")
		if v == "" {
			return
		}
	}
	c.html.WriteByte(' ')
	c.html.WriteString(key)
	c.html.WriteString(`="`)
	escape(&c.html, v)
	c.html.WriteByte('"')
}

func (c *cleaner) end(a atom.Atom) {
	k := classOf(a)
	if k == classUnknown || k == classDrop {
		return
	}
	for i := len(c.open) - 1; i >= 0; i-- {
		if c.open[i] == a {
			for len(c.open) > i {
				c.close()
			}
			return
		}
	}
	c.lay(k) // closes nothing here, but may have ended a line
}

// close writes the end tag of the innermost open element.
func (c *cleaner) close() {
	a := c.open[len(c.open)-1]
	c.open = c.open[:len(c.open)-1]
	if a == atom.Pre {
		c.plain.pre--
	}
	c.lay(classOf(a))
	c.html.WriteString("</")
	c.html.WriteString(a.String())
	c.html.WriteByte('>')
}

// lay notes the break that an element's start or end makes in the text.
func (c *cleaner) lay(k class) {
	switch k {
	case classPara:
		c.plain.gap = max(c.plain.gap, gapPara)
	case classBlock:
		c.plain.gap = max(c.plain.gap, gapLine)
	case classCell:
		c.plain.gap = max(c.plain.gap, gapSpace)
	}
}

// implied closes what HTML lets authors leave open: a paragraph before a
// block, an item before the next, a cell or a row before another.
func (c *cleaner) implied(a atom.Atom, k class) {
	for i := len(c.open) - 1; i >= 0; i-- {
		o := c.open[i]
		over := false
		switch a {
		case atom.Li:
			over = o == atom.Li
		case atom.Dt, atom.Dd:
			over = o == atom.Dt || o == atom.Dd
		case atom.Td, atom.Th:
			over = o == atom.Td || o == atom.Th
		case atom.Tr:
			over = o == atom.Tr
		default:
			over = o == atom.P && a != atom.Br && (k == classBlock || k == classPara)
		}
		if over {
			for len(c.open) > i {
				c.close()
			}
			return
		}
		switch o {
		case atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote, atom.Div:
			return
		}
	}
}
