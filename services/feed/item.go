package feed

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Item is the entry as the domain keeps it, under the source and the feed it
// came by. Its id is made from the guid, or from the canonical link where there
// is none, or from title and date where there is neither; entries that share a
// guid within their document but link elsewhere are told apart. Revision is
// left for the caller, who knows what was seen before.
func (e Entry) Item(source kulkul.Source, f kulkul.Feed, collected time.Time) kulkul.Item {
	summary, text, cut := bodies(e.Summary, e.Text)
	published, day := e.Published, e.PublishedDay
	if !plausible(published) {
		published, day = time.Time{}, false
	}
	updated := e.Updated
	if !plausible(updated) {
		updated = time.Time{}
	}
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
		Published:    published,
		PublishedDay: day,
		Updated:      updated,
		Collected:    collected,
		Entered:      kulkul.DayOf(collected),
		Handling:     source.Handling,
		Truncated:    e.Truncated || cut,
	}
}

// maxSummary is how long a summary made from the text may be, in bytes: what a
// list of items or a mail can show.
const maxSummary = 2 << 10

// bodies settles what an item carries as summary and as text, each at most
// kulkul.MaxText long. One that is both is kept once: as the summary where it
// is short, or else as the text, with its beginning for a summary.
func bodies(summary, text string) (string, string, bool) {
	if text != "" && text != summary {
		summary, cutSummary := Cut(summary, kulkul.MaxText)
		text, cut := Cut(text, kulkul.MaxText)
		return summary, text, cut || cutSummary
	}
	if len(summary) <= maxSummary {
		return summary, "", false
	}
	text, cut := Cut(summary, kulkul.MaxText)
	short, _ := Cut(summary, maxSummary)
	if i := strings.LastIndexAny(short, " \n"); i > maxSummary*3/4 {
		short = strings.TrimRight(short[:i], " \n")
	}
	return short + "…", text, cut
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
