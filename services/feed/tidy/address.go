package tidy

import (
	"net/url"
	"path"
	"strings"
)

// absolute resolves a reference against base (RFC 3986, 5.2) and leaves its
// spelling alone: addresses are identities, and readers compare them letter by
// letter. One that is absolute already, or none at all, comes back as it is.
func absolute(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if base == nil || base.Host == "" || ref == "" || hasScheme(ref) {
		return ref
	}
	origin := base.Scheme + "://" + base.Host
	switch ref[0] {
	case '#':
		return withoutFragment(base) + ref
	case '?':
		return origin + rooted(base.EscapedPath()) + ref
	case '/':
		if strings.HasPrefix(ref, "//") {
			return base.Scheme + ":" + ref
		}
		return origin + withoutDots(ref)
	}
	folder := rooted(base.EscapedPath())
	return origin + withoutDots(folder[:strings.LastIndexByte(folder, '/')+1]+ref)
}

func withoutFragment(u *url.URL) string {
	s, _, _ := strings.Cut(u.String(), "#")
	return s
}

func rooted(p string) string {
	if p == "" {
		return "/"
	}
	return p
}

// withoutDots takes "." and ".." out of the path of a reference.
func withoutDots(ref string) string {
	end := strings.IndexAny(ref, "?#")
	if end < 0 {
		end = len(ref)
	}
	p, rest := ref[:end], ref[end:]
	if !strings.Contains(p, "/.") {
		return ref
	}
	clean := path.Clean(p)
	if clean != "/" && (strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..")) {
		clean += "/"
	}
	return clean + rest
}

// hasScheme reports whether ref starts with a scheme and a colon.
func hasScheme(ref string) bool {
	for i := range len(ref) {
		switch c := ref[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return c == ':' && i > 0
		}
	}
	return false
}
