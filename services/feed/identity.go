package feed

import (
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// maxShared bounds Document.Shared.
const maxShared = 200

// shortHash is a key's short hash.
func shortHash(key string) string { return kulkul.Hash("shared", key)[:12] }

// identity is the entry's key: its guid, or its canonical link with the
// fragment, which is all that tells the entries of a one-page site apart, or a
// hash of title and time.
func (e Entry) identity() string {
	if e.key != "" {
		return e.key
	}
	if e.GUID != "" {
		return e.GUID
	}
	if link := Canonical(e.Link); link != "" {
		if _, fragment, ok := strings.Cut(e.Link, "#"); ok && fragment != "" && !strings.Contains(fragment, "=") {
			link += "#" + fragment
		}
		return link
	}
	return kulkul.Hash("entry", e.Title, e.Published.UTC().Format(time.RFC3339))
}

// identify settles the key of every entry. One guid over several links, or one
// link over several titles, names several things: the link, or the title, then
// joins the key. known are those that did so in documents before, so that an
// entry keeps its identity when the others have left the feed.
func (d *Document) identify(known []string) {
	first := make(map[string]distinction, len(d.Items))
	several := make(map[string]bool)
	d.Shared = known
	for _, e := range d.Items {
		key, w := e.identity(), e.distinction()
		if seen, ok := first[key]; !ok {
			first[key] = w
			several[key] = len(known) > 0 && slices.Contains(known, shortHash(key))
		} else if seen != w && !several[key] {
			several[key] = true
			if len(d.Shared) < maxShared {
				d.Shared = append(slices.Clip(d.Shared), shortHash(key))
			}
		}
	}
	for i := range d.Items {
		e := &d.Items[i]
		key := e.identity()
		if several[key] {
			w := e.distinction()
			if w.link+w.title == "" {
				e.key = key // nothing to tell it apart by
				continue
			}
			d.problem(i, "id", CodeGUID, "entries that differ share what identifies them")
			e.key = key + " " + w.link + w.title
			continue
		}
		e.key = key
	}
}

// distinction is what tells entries of one key apart.
type distinction struct{ link, title string }

func (e Entry) distinction() distinction {
	if e.GUID != "" {
		return distinction{link: Canonical(e.Link)}
	}
	return distinction{title: e.Title}
}
