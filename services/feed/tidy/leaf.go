package tidy

import (
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed/date"
)

// shape is how an element's content is read.
type shape uint8

const (
	shapeNone    shape = iota // not a leaf: its children are walked
	shapePlain                // text: a name, a language, a number
	shapeDate                 // a date
	shapeAddress              // an address, resolved against the base
	shapeText                 // a text construct, plain unless it says or looks otherwise
	shapeHTML                 // a text construct, HTML unless it says otherwise
)

// shapeOf knows the leaves of the formats and of their common extensions.
func shapeOf(name string) shape {
	switch strings.TrimPrefix(name, "atom:") {
	case "title", "subtitle", "tagline", "rights", "copyright", "info", "abstract", "summary", "content",
		"dc:title", "dc:rights", "media:title", "itunes:summary", "itunes:subtitle", "itunes:title":
		return shapeText
	case "description", "content:encoded", "encoded", "fullitem", "body", "xhtml:body", "xhtml:div",
		"dc:description", "media:description", "dcterms:abstract", "media:text":
		return shapeHTML
	case "link", "guid", "id", "comments", "docs", "icon", "logo", "url", "uri", "homepage":
		return shapeAddress
	case "pubdate", "published", "issued", "updated", "modified", "created", "lastbuilddate", "dc:date",
		"dcterms:issued", "dcterms:created", "dcterms:modified", "dcterms:date", "prism:publicationdate":
		return shapeDate
	case "language", "dc:language", "ttl", "sy:updateperiod", "sy:updatefrequency", "sy:updatebase",
		"managingeditor", "webmaster", "dc:creator", "dc:author", "itunes:author", "dc:subject",
		"georss:point", "georss:featurename", "geo:lat", "geo:long":
		return shapePlain
	}
	return shapeNone
}

// leaf reads an element that holds text and no structure, up to its end tag,
// and writes it. It reports false, and does nothing, for other elements.
func (r *reader) leaf(t token, f frame) bool {
	s := shapeOf(f.name)
	if s == shapeNone {
		return false
	}
	v := value{shape: s, rss: r.doc.Format != Atom}
	v.declare(t.attrs)
	attrs := append([]attr(nil), t.attrs...)
	keep := t.empty || r.capture(&v, t.name)
	// Half an address, a date or a title is none; half an article is some.
	keep = keep || (s == shapeText || s == shapeHTML) && f.name != "title"
	if keep && !r.taken(f.name) {
		r.writeLeaf(f.name, attrs, &v)
	}
	r.bindings, r.base, r.lang = r.bindings[:f.bindings], f.base, f.lang
	return true
}

// taken reports whether the feed itself already has this element. Only its
// first counts: in broken documents an entry's own fields can follow.
func (r *reader) taken(name string) bool {
	if r.at >= 0 || len(r.stack) > 0 && r.stack[len(r.stack)-1].written {
		return false
	}
	switch name {
	case "title", "description", "subtitle", "tagline", "language":
	case "link":
		if r.doc.Format == Atom {
			return false
		}
	default:
		return false
	}
	was := r.head[name]
	r.head[name] = true
	return was
}

func (r *reader) writeLeaf(name string, attrs []attr, v *value) {
	switch v.shape {
	case shapeText, shapeHTML:
		text := v.html()
		if r.base != nil && r.base != r.opts.Base && text != "" {
			text = `<base href="` + escapeAttribute(r.base.String()) + `">` + text
		}
		attrs = append(onlyAttr(attrs, "src"), attr{"type", "html"})
		r.writeStart(name, attrs, false)
		r.out.WriteString("<![CDATA[")
		if ticket := r.doc.ticket(text); ticket != text {
			r.out.WriteString(ticket)
		} else {
			r.writeCharacters(text)
		}
		r.out.WriteString("]]>")
		r.writeEnd(name)
	case shapeAddress:
		r.writeAddress(name, attrs, strings.TrimSpace(v.text.String()))
	case shapeDate:
		if name == "created" { // Atom 0.3's, which has no place in Atom 1.0
			name = "dcterms:created"
		}
		r.writeElement(name, nil, internet(v.text.String()))
	default:
		r.writeElement(name, nil, unmix(strings.TrimSpace(v.text.String())))
	}
}

// internet writes a date with its time as RFC 3339, so that the parser behind
// need not try its hundred layouts. What is no such date stays as it is.
func internet(s string) string {
	if t, day, ok := date.Parse(s); ok && !day {
		return t.Format(time.RFC3339)
	}
	return strings.TrimSpace(s)
}

// writeAddress writes a link or an identity. What RSS documents write as
// <link rel="self" href="…"/> goes out under Atom's prefix, since RSS's own
// link is the page.
func (r *reader) writeAddress(name string, attrs []attr, text string) {
	if name != "id" && name != "guid" { // an identity is what it is, wherever the document lies
		text = absolute(r.base, text)
	}
	href := attribute(attrs, "href")
	switch {
	case name == "link" && r.doc.Format != Atom && href != "" && !pageLink(attrs):
		name = "atom:link"
	case name == "link" && r.doc.Format == Atom && href == "" && text != "":
		attrs = append(attrs, attr{"href", text})
	case name == "id" && r.at >= 0 && r.at == len(r.stack)-1:
		r.doc.Marks[len(r.doc.Marks)-1].ID = text
	}
	r.writeElement(name, attrs, text)
}

// pageLink reports whether a link with attributes leads to the page.
func pageLink(attrs []attr) bool {
	rel := strings.ToLower(strings.TrimSpace(attribute(attrs, "rel")))
	kind := strings.ToLower(strings.TrimSpace(attribute(attrs, "type")))
	return (rel == "" || rel == "alternate") && (kind == "" || strings.Contains(kind, "html"))
}

func onlyAttr(attrs []attr, name string) []attr {
	if v := attribute(attrs, name); v != "" {
		return []attr{{name, v}}
	}
	return nil
}

// capture reads up to the end tag named raw. Where that is missing it stops at
// whatever cannot stand inside: the end of something around, or the start of
// what must be a sibling. It reports false where the document ends first.
func (r *reader) capture(v *value, raw string) bool {
	depth := 0 // of inline elements with the same name
	for {
		t := r.lex.next()
		switch t.kind {
		case tokenEOF:
			r.fault(t.pos, Truncated, "the document ends inside <"+raw+">")
			return false
		case tokenText:
			v.add(decode(t.text, r.lex.entities))
		case tokenCDATA:
			v.add(t.text)
		case tokenStart:
			if r.sibling(v, t) {
				r.fault(t.pos, Malformed, "<"+raw+"> is not closed")
				r.lex.pos = t.pos
				return true
			}
			if t.name == raw && !t.empty {
				depth++
			}
			v.open(t, r.local(t.name))
		case tokenEnd:
			if t.name == raw && depth == 0 {
				return true
			}
			if r.encloses(t.name) {
				r.fault(t.pos, Malformed, "<"+raw+"> is not closed")
				r.lex.pos = t.pos
				return true
			}
			if t.name == raw {
				depth--
			}
			v.end(r.local(t.name))
		}
	}
}

// sibling reports whether a start tag inside a leaf shows that the leaf was
// never closed.
func (r *reader) sibling(v *value, t token) bool {
	name := r.canonical(t.name)
	switch {
	case v.shape == shapePlain || v.shape == shapeDate || v.shape == shapeAddress:
		return shapeOf(name) != shapeNone || container(name) || entryName(name)
	case v.xml():
		return false
	case container(name) || entryName(name):
		return true
	}
	s := shapeOf(name)
	return v.inline == 0 && (s == shapePlain || s == shapeDate || s == shapeAddress || name == "content:encoded")
}

// encloses reports whether an end tag closes an entry or a container that is
// open around a leaf.
func (r *reader) encloses(raw string) bool {
	for _, f := range r.stack {
		if f.raw == raw {
			return container(f.name) || entryName(f.name)
		}
	}
	return false
}

// local is a tag's name inside HTML: without the prefix under which XHTML came.
func (r *reader) local(raw string) string {
	name := r.canonical(raw)
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}
