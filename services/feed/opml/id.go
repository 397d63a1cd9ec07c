package opml

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// attributes gives an outline's attributes by name in lower case; the product's
// own, whatever their prefix, start with "kulkul:".
func attributes(list []xml.Attr) map[string]string {
	m := make(map[string]string, len(list))
	for _, a := range list {
		name := strings.ToLower(a.Name.Local)
		if a.Name.Space == Namespace || a.Name.Space == "kulkul" {
			name = "kulkul:" + name
		}
		m[name] = strings.TrimSpace(a.Value)
	}
	return m
}

// title is what an outline is called.
func title(a map[string]string) string {
	if a["text"] != "" {
		return a["text"]
	}
	return a["title"]
}

// id makes an id of a letter's kind that is still free from a title, or from a
// host where the title has no Latin letters.
func (r *reader) id(kind, title, host string) string {
	base := slug(title)
	if base == "" {
		base = slug(strings.TrimPrefix(host, "www."))
	}
	if base == "" {
		base = "source"
	}
	id := free(r.ids, kind, base)
	r.ids[kind+id], r.list.made[kind+id] = true, true
	return id
}

// free gives the id, or the first of id-2, id-3, … that is not taken.
func free(taken map[string]bool, kind, base string) string {
	id := base
	for n := 2; taken[kind+id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// slug writes a name with a–z, 0–9 and single hyphens, at most 48 long.
func slug(s string) string {
	var b strings.Builder
	hyphen := false
	for _, c := range strings.ToLower(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			hyphen = b.Len() > 0
			continue
		}
		if b.Len() >= 46 {
			break
		}
		if hyphen {
			b.WriteByte('-')
			hyphen = false
		}
		b.WriteRune(c)
	}
	return b.String()
}
