package push

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"

	"github.com/kulkul-ews/kulkul/services/feed"
)

// Item is the pushed item as the domain keeps it under the partner's source and
// the push channel it came by. The id is made from the partner's own id, or
// from the canonical link where it sent none. Revision is left for the caller.
func (i Item) Item(source kulkul.Source, f kulkul.Feed, collected time.Time) kulkul.Item {
	e := feed.Entry{
		GUID: i.ID, Link: i.Link, Title: i.Title, Summary: i.Summary, Text: i.Text, Language: i.Language,
		Authors: i.Authors, Categories: i.Categories,
		Published: i.Published, PublishedDay: i.Day, Updated: i.Updated,
	}
	it := e.Item(source, f, collected)
	if i.Handling.Rank() > it.Handling.Rank() {
		it.Handling = i.Handling // a partner may close its items, never open them
	}
	it.Embargo = i.Embargo
	return it
}
