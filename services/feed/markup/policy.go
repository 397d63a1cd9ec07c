package markup

import "golang.org/x/net/html/atom"

// class is what becomes of an element.
type class uint8

const (
	classUnknown class = iota // tags dropped, content kept
	classInline               // kept
	classBlock                // kept, a line of its own in the text
	classPara                 // kept, a paragraph of its own in the text
	classCell                 // kept, apart from the next cell by a tab
	classDrop                 // dropped with its content
)

// classOf is the allow-list: what is not inline, block, paragraph or cell loses
// its tags.
func classOf(a atom.Atom) class {
	switch a {
	case atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Del, atom.Dfn,
		atom.Em, atom.I, atom.Ins, atom.Kbd, atom.Mark, atom.Q, atom.Rp, atom.Rt, atom.Ruby, atom.S, atom.Samp,
		atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var,
		atom.Img, atom.Wbr:
		return classInline
	case atom.Br, atom.Li, atom.Tr, atom.Dt, atom.Dd, atom.Caption, atom.Div, atom.Thead, atom.Tbody, atom.Tfoot,
		atom.Figcaption, atom.Summary, atom.Center:
		return classBlock
	case atom.P, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Dl,
		atom.Pre, atom.Table, atom.Hr, atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Figure,
		atom.Details, atom.Address, atom.Main, atom.Nav:
		return classPara
	case atom.Td, atom.Th:
		return classCell
	case atom.Script, atom.Style:
		return classDrop
	}
	return classUnknown
}

// opaque reports whether browsers read what follows an element's start tag as
// text up to its end tag. Feeds write <iframe …/> and go on: read like that,
// the rest of the article would be gone.
func opaque(a atom.Atom) bool {
	switch a {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Title, atom.Textarea, atom.Xmp:
		return true
	}
	return false
}

// kept reports whether an attribute of an element stays. Its value is checked
// apart where it is an address.
func kept(element atom.Atom, name string) bool {
	switch name {
	case "title", "lang", "dir":
		return true
	case "href":
		return element == atom.A
	case "src", "alt", "width", "height":
		return element == atom.Img
	case "cite":
		return element == atom.Blockquote || element == atom.Q || element == atom.Del || element == atom.Ins
	case "datetime":
		return element == atom.Time || element == atom.Del || element == atom.Ins
	case "colspan", "rowspan":
		return element == atom.Td || element == atom.Th
	case "start":
		return element == atom.Ol
	case "value":
		return element == atom.Li
	}
	return false
}

// Void reports whether an element of HTML has no content and no end tag.
func Void(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// inText reports whether a name is one of the elements that people put into
// what ought to be plain text, so that a text full of them must be HTML.
func inText(name []byte) bool {
	a := atom.Lookup(name)
	switch a {
	case atom.Font, atom.Script, atom.Style, atom.Link, atom.Meta, atom.Object, atom.Embed, atom.Iframe, atom.Nobr,
		atom.Label, atom.Form, atom.Input, atom.Button, atom.Audio, atom.Video, atom.Source, atom.Svg, atom.Math,
		atom.Html, atom.Head, atom.Body, atom.Title, atom.Map, atom.Area, atom.Col, atom.Colgroup, atom.Menu:
		return true
	}
	return classOf(a) != classUnknown
}
