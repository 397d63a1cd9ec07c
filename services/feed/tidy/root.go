package tidy

import "strings"

// detect decides whether a start tag is a feed's root, and which. What comes
// before (a page around it, a script's warnings) is passed over.
func (r *reader) detect(t token) bool {
	_, local, found := strings.Cut(t.name, ":")
	if !found {
		local = t.name
	}
	switch local {
	case "rss":
		r.doc.Format = RSS
	case "rdf":
		r.doc.Format = RDF
	case "feed":
		r.doc.Format = Atom
	case "channel":
		r.doc.Format = CDF
		if attribute(t.attrs, "href") == "" && attribute(t.attrs, "base") == "" {
			r.doc.Format = RSS // an RSS document that lost its root
		}
	default:
		return false
	}
	r.doc.Version = version(r.doc.Format, t.attrs)
	r.doc.Language = attribute(t.attrs, "xml:lang")
	if r.doc.Language == "" {
		r.doc.Language = attribute(t.attrs, "lang")
	}
	r.root(true)
	return true
}

// version is what the root says of the format's version.
func version(f Format, attrs []attr) string {
	if v := strings.TrimSpace(attribute(attrs, "version")); v != "" {
		return v
	}
	for _, a := range attrs {
		ns := strings.ToLower(a.value)
		switch {
		case !strings.HasPrefix(a.name, "xmlns"):
		case f == RDF && strings.Contains(ns, "purl.org/rss/1.0"):
			return "1.0"
		case f == RDF && strings.Contains(ns, "netscape.com/rdf/simple/0.9"):
			return "0.90"
		case f == Atom && strings.Contains(ns, "w3.org/2005/atom"):
			return "1.0"
		case f == Atom && strings.Contains(ns, "purl.org/atom/ns"):
			return "0.3"
		}
	}
	return ""
}

// root writes the start or the end of the tidy document.
func (r *reader) root(start bool) {
	switch {
	case r.doc.Format == Atom && start:
		r.out.WriteString("<feed>")
	case r.doc.Format == Atom:
		r.out.WriteString("</feed>")
	case start:
		r.out.WriteString("<rss version=\"2.0\"><channel>")
	default:
		r.out.WriteString("</channel></rss>")
	}
}

// container reports whether an element only holds the feed together: it is
// left out, since the tidy document has its own.
func container(name string) bool {
	switch name {
	case "rss", "rdf:rdf", "rdf", "feed", "atom:feed", "channel":
		return true
	}
	return false
}

// channel writes what a container's own attributes say of the feed (CDF).
func (r *reader) channel(t token, name string) {
	if name != "channel" || r.doc.Format == Atom {
		return
	}
	if href := attribute(t.attrs, "href"); href != "" && !r.head["link"] {
		r.head["link"] = true
		r.writeElement("link", nil, absolute(r.base, href))
	}
	if mod := attribute(t.attrs, "lastmod"); mod != "" {
		r.writeElement("dc:date", nil, mod)
	}
}

func attribute(attrs []attr, name string) string {
	for _, a := range attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}
