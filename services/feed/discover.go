package feed

import (
	"bytes"
	"mime"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Link is a feed that a page points to.
type Link struct {
	URL   string // absolute where base is
	Title string // as the page gives it
	Type  string // media type, "" where only guessed from the address
	// Declared marks a link the page declares as its feed; others are anchors
	// that look like one.
	Declared bool
}

// maxDiscovered bounds how many links Discover returns.
const maxDiscovered = 50

// Discover lists the feeds an HTML page (UTF-8, or close to it) points to:
// first those it declares in <link rel="alternate">, in the page's order, then
// anchors whose address looks like a feed's. base is the page's address; a
// <base href> in the page overrides it.
func Discover(page []byte, base string) []Link {
	z := html.NewTokenizer(bytes.NewReader(page))
	z.SetMaxBuf(1 << 20)
	root, _ := url.Parse(base)
	var declared, guessed []Link
	for {
		switch z.Next() {
		case html.ErrorToken:
			return unique(append(declared, guessed...))
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.DataAtom {
			case atom.Base:
				root = resolve(root, attribute(t, "href"))
			case atom.Link:
				if l, ok := declaredFeed(t, root); ok {
					declared = append(declared, l)
				}
			case atom.A:
				if l, ok := guessedFeed(t, root); ok && len(guessed) < maxDiscovered {
					guessed = append(guessed, l)
				}
			}
		}
	}
}

func declaredFeed(t html.Token, base *url.URL) (Link, bool) {
	if !hasWord(attribute(t, "rel"), "alternate") && !hasWord(attribute(t, "rel"), "feed") {
		return Link{}, false
	}
	kind, _, err := mime.ParseMediaType(attribute(t, "type"))
	if err != nil || !feedType(kind) {
		return Link{}, false
	}
	u := resolve(base, attribute(t, "href"))
	if u == nil || attribute(t, "href") == "" {
		return Link{}, false
	}
	return Link{URL: u.String(), Title: strings.TrimSpace(attribute(t, "title")), Type: kind, Declared: true}, true
}

func guessedFeed(t html.Token, base *url.URL) (Link, bool) {
	href := strings.TrimSpace(attribute(t, "href"))
	href, _ = strings.CutPrefix(href, "feed:")
	u := resolve(base, href)
	if u == nil || href == "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return Link{}, false
	}
	path := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case last == "feed" || last == "rss" || last == "atom" || last == "feeds":
	case strings.HasSuffix(last, ".rss") || strings.HasSuffix(last, ".atom") || strings.HasSuffix(last, ".rdf"):
	case last == "feed.json" || last == "rss.xml" || last == "atom.xml" || last == "feed.xml" || last == "index.xml":
	case u.Query().Get("feed") != "" || u.Query().Get("format") == "feed":
	default:
		return Link{}, false
	}
	return Link{URL: u.String(), Title: strings.TrimSpace(attribute(t, "title"))}, true
}

// feedType reports whether a media type names a feed.
func feedType(kind string) bool {
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
		"application/x.atom+xml", "application/x-atom+xml", "text/rss+xml", "text/atom+xml", "application/rss":
		return true
	}
	return false
}

func unique(links []Link) []Link {
	seen := make(map[string]bool, len(links))
	out := make([]Link, 0, len(links))
	for _, l := range links {
		if !seen[l.URL] && len(out) < maxDiscovered {
			seen[l.URL] = true
			out = append(out, l)
		}
	}
	return out
}

// resolve gives ref against base; nil where ref is no address.
func resolve(base *url.URL, ref string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		return nil
	}
	if base == nil {
		return u
	}
	return base.ResolveReference(u)
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasWord(list, word string) bool {
	for _, w := range strings.Fields(list) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
