package feed

import (
	"strings"
	"unicode/utf8"

	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Item is the entry as the domain keeps it, under the source and the feed it
// came by. Its id is made from the guid, or from the canonical link where there
// is none, or from title and date where there is neither; entries that share a
// guid within their document but link elsewhere are told apart. Revision is
// left for the caller, who knows what was seen before.
func (e Entry) Item(source kulkul.Source, f kulkul.Feed, collected time.Time) kulkul.Item {
	text, cut := Cut(e.Text, kulkul.MaxText)
	summary, cutSummary := Cut(e.Summary, kulkul.MaxText)
	collected = collected.UTC()
	return kulkul.Item{
		ID:           kulkul.ItemID(source.ID, e.identity()),
		Source:       source.ID,
		Feed:         f.ID,
		GUID:         e.GUID,
		Link:         Canonical(e.Link),
		Title:        e.Title,
		Summary:      summary,
		Text:         text,
		Language:     firstOf(f.Language, e.Language, source.Language),
		Authors:      e.Authors,
		Categories:   e.Categories,
		Published:    e.Published,
		PublishedDay: e.PublishedDay,
		Updated:      e.Updated,
		Collected:    collected,
		Entered:      kulkul.DayOf(collected),
		Handling:     source.Handling,
		Truncated:    e.Truncated || cut || cutSummary,
	}
}

// Normalise gives the document's entries as the domain keeps them, in document
// order. Of entries with one identity (a feed that lists a thing twice) the
// latest updated, or else the first, is kept: two contents under one id would
// look like an edit at every poll.
func (d Document) Normalise(source kulkul.Source, f kulkul.Feed, collected time.Time) []kulkul.Item {
	items := make([]kulkul.Item, 0, len(d.Items))
	at := make(map[string]int, len(d.Items))
	for _, e := range d.Items {
		it := e.Item(source, f, collected)
		i, seen := at[it.ID]
		switch {
		case !seen:
			at[it.ID] = len(items)
			items = append(items, it)
		case it.Updated.After(items[i].Updated):
			items[i] = it
		}
	}
	return items
}

// identity is the entry's key, computed for an entry that no Parse has seen.
func (e Entry) identity() string {
	if e.key != "" {
		return e.key
	}
	if e.GUID != "" {
		return e.GUID
	}
	if link := Canonical(e.Link); link != "" {
		return link
	}
	return kulkul.Hash("entry", e.Title, e.Published.UTC().Format(time.RFC3339))
}

// identify settles the key of every entry and notes guids that are missing or
// stand for several links.
func (d *Document) identify() {
	links := make(map[string]string, len(d.Items)) // guid → the first link under it
	shared := make(map[string]bool)
	for _, e := range d.Items {
		if e.GUID == "" {
			continue
		}
		link := Canonical(e.Link)
		if first, ok := links[e.GUID]; ok && first != link {
			shared[e.GUID] = true
		} else if !ok {
			links[e.GUID] = link
		}
	}
	for i := range d.Items {
		e := &d.Items[i]
		e.key = e.identity()
		if shared[e.GUID] && e.GUID != "" {
			e.key = e.GUID + " " + Canonical(e.Link)
			d.problem(i, "id", CodeGUID, "the guid is shared by entries with different links")
		}
	}
}

// Cut shortens s to at most limit bytes without splitting a character, and
// reports whether it had to.
func Cut(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return strings.TrimRight(s[:limit], " \t\r\n"), true
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
