package markup

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// address gives a link's address in absolute form, or "" where it may not
// stay.
func (c *cleaner) address(ref string, link bool) string {
	ref = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1 // browsers drop these before they look at the scheme
		}
		return r
	}, ref))
	u, err := url.Parse(ref)
	if err != nil || ref == "" {
		return ""
	}
	switch scheme := strings.ToLower(u.Scheme); scheme {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
		return ref
	case "mailto":
		if link {
			return ref
		}
		return ""
	case "":
		if c.base == nil || c.base.Host == "" || c.base.Scheme != "http" && c.base.Scheme != "https" {
			return ""
		}
		return c.base.ResolveReference(u).String()
	}
	return ""
}

// rebase takes the address of a leading <base>.
func (c *cleaner) rebase(z *html.Tokenizer, more bool) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if string(key) != "href" {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(string(value)))
		if err != nil {
			return
		}
		if c.base != nil {
			u = c.base.ResolveReference(u)
		}
		c.base = u
	}
}
