package tidy

import "strings"

// usual maps a namespace, in lower case and without its final slash or hash,
// to the prefix by which the product knows it. RSS's own namespaces have none;
// Atom's has none in an Atom document. The list is that of feedparser's manual
// for what feeds use, and the later ones that carry text, dates or places.
func usual(namespace string) (string, bool) {
	ns := strings.TrimRight(strings.ToLower(strings.TrimSpace(namespace)), "/#")
	switch ns {
	case "", "http://purl.org/rss/1.0", "http://my.netscape.com/rdf/simple/0.9", "http://channel.netscape.com/rdf/simple/0.9",
		"http://purl.org/rss/1.0/modules/rss091", "http://blogs.law.harvard.edu/tech/rss", "http://cyber.law.harvard.edu/rss",
		"http://example.com/newformat", "http://example.com/necho", "http://purl.org/echo", "uri/of/echo/namespace",
		"http://purl.org/pie", "http://purl.org/net/rss1.1":
		return "", true
	case "http://www.w3.org/2005/atom", "https://www.w3.org/2005/atom", "http://purl.org/atom/ns", "http://purl.org/atom-blog/ns":
		return "atom", true
	case "http://purl.org/dc/elements/1.1", "http://purl.org/dc/elements/1.0", "http://purl.org/metadata/dublin_core":
		return "dc", true
	case "http://purl.org/dc/terms":
		return "dcterms", true
	case "http://purl.org/rss/1.0/modules/content":
		return "content", true
	case "http://purl.org/rss/1.0/modules/syndication":
		return "sy", true
	case "http://www.w3.org/1999/02/22-rdf-syntax-ns":
		return "rdf", true
	case "http://search.yahoo.com/mrss", "http://video.search.yahoo.com/mrss", "http://www.rssboard.org/media-rss":
		return "media", true
	case "http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/dtds/podcast-1.0.dtd":
		return "itunes", true
	case "http://www.georss.org/georss", "http://www.georss.org/georss/10":
		return "georss", true
	case "http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2":
		return "gml", true
	case "http://www.w3.org/2003/01/geo/wgs84_pos":
		return "geo", true
	case "http://postneo.com/icbm":
		return "icbm", true
	case "http://www.w3.org/1999/xhtml", "http://www.w3.org/tr/rec-html40":
		return "xhtml", true
	case "http://rssnamespace.org/feedburner/ext/1.0":
		return "feedburner", true
	case "http://purl.org/syndication/history/1.0":
		return "fh", true
	case "http://prismstandard.org/namespaces/1.2/basic", "http://prismstandard.org/namespaces/basic/2.0":
		return "prism", true
	case "http://www.w3.org/2005/11/its", "http://www.w3.org/xml/1998/namespace":
		return "xml", true
	}
	if strings.Contains(ns, "backend.userland.com/rss") {
		return "", true
	}
	return "", false
}

// binding is one namespace declaration in scope.
type binding struct {
	prefix string // as the document writes it; "" is the default
	usual  string // as the product knows it
}

// bind puts a start tag's declarations into scope.
func (r *reader) bind(attrs []attr) {
	for _, a := range attrs {
		prefix, ok := strings.CutPrefix(a.name, "xmlns:")
		if !ok {
			if a.name != "xmlns" {
				continue
			}
			prefix = ""
		}
		known, ok := usual(a.value)
		switch {
		case !ok:
			known = prefix
		case known == "atom" && r.doc.Format == Atom:
			known = ""
		}
		r.bindings = append(r.bindings, binding{prefix, known})
	}
}

// canonical gives a tag's name under its usual prefix. A prefix that nobody
// declared speaks for itself.
func (r *reader) canonical(name string) string {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	known := prefix
	for i := len(r.bindings) - 1; i >= 0; i-- {
		if r.bindings[i].prefix == prefix {
			known = r.bindings[i].usual
			break
		}
	}
	if known == prefix {
		return r.plain(name, found && prefix == "")
	}
	if known == "" {
		return r.plain(local, false)
	}
	return known + ":" + r.plain(local, false)
}

// plain makes a name one that XML allows, in the rare case that it is not.
func (r *reader) plain(name string, colonFirst bool) string {
	colons := 0
	good := !colonFirst && name != ""
	for i := range len(name) {
		c := name[i]
		if c == ':' {
			colons++
		}
		if c >= 0x80 || colons > 1 || i == 0 && (c == ':' || c == '-' || c == '.' || c >= '0' && c <= '9') {
			good = false
		}
	}
	if good && !strings.HasSuffix(name, ":") && !strings.HasPrefix(name, "xmlns") {
		return name
	}
	return "x-" + strings.Map(func(c rune) rune {
		if c >= 0x80 || c == ':' {
			return '_'
		}
		return c
	}, name)
}
