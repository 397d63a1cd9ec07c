package store

import (
	"context"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteItems records items, their tags and the story joins that they made
// known. An item that was withdrawn takes its rows out of every answer.
func (w *Writer) WriteItems(ctx context.Context, items []kulkul.Tagged) error {
	for len(items) > 0 {
		n := portion(items)
		if err := w.writeItems(ctx, items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// writeItems writes one portion. The joins go first and the tags last: what
// counts, counts in the right story, and has its document.
func (w *Writer) writeItems(ctx context.Context, items []kulkul.Tagged) error {
	var aliases []kulkul.StoryAlias
	for i := range items {
		aliases = append(aliases, items[i].Aliases...)
	}
	if err := w.store.insert(ctx, "story_aliases", len(aliases), aliasColumns(aliases)); err != nil {
		return err
	}
	if err := w.store.insert(ctx, "items", len(items), itemColumns(items)); err != nil {
		return err
	}
	columns, err := tagColumns(items)
	if err != nil {
		return err
	}
	return w.store.insert(ctx, "item_tags", len(items), columns)
}

// A batch is held in memory twice, as columns and as a block.
const (
	portionRows  = 100_000
	portionBytes = 64 << 20 // of text
)

// portion is how many of the items make the next batch, at least one.
func portion(items []kulkul.Tagged) int {
	size := 0
	for i := range items {
		size += len(items[i].Item.Text) + len(items[i].Item.Summary)
		if i > 0 && (size > portionBytes || i == portionRows) {
			return i
		}
	}
	return len(items)
}

// at is the instant by which items are ordered: published, or collected where
// that is unknown.
func at(i *kulkul.Item) time.Time {
	if i.Published.IsZero() {
		return instant(i.Collected)
	}
	return instant(i.Published)
}

func itemColumns(items []kulkul.Tagged) []column {
	type row = *kulkul.Tagged
	search, stems := make([]string, len(items)), make([]string, len(items))
	for i := range items {
		item := &items[i].Item
		search[i], stems[i] = searchable(item.Title, item.Summary, item.Text)
	}
	return []column{
		col("entered", items, func(t row) time.Time { return date(t.Item.Entered) }),
		col("id", items, func(t row) string { return t.Item.ID }),
		col("version", items, func(t row) uint64 { return t.Item.Version().Number() }),
		col("withdrawn", items, func(t row) uint8 { return bit(t.Item.Withdrawn) }),
		col("revision", items, func(t row) uint64 { return t.Item.Revision }),
		col("amendment", items, func(t row) uint64 { return t.Item.Amendment }),
		col("at", items, func(t row) time.Time { return at(&t.Item) }),
		col("day", items, func(t row) time.Time { return date(t.Item.Day()) }),
		col("published", items, func(t row) time.Time { return instant(t.Item.Published) }),
		col("published_day", items, func(t row) bool { return t.Item.PublishedDay }),
		col("updated", items, func(t row) time.Time { return instant(t.Item.Updated) }),
		col("collected", items, func(t row) time.Time { return instant(t.Item.Collected) }),
		col("source", items, func(t row) string { return t.Item.Source }),
		col("feed", items, func(t row) string { return t.Item.Feed }),
		col("owner", items, func(t row) string { return t.Owner }),
		col("country", items, func(t row) string { return t.Country }),
		col("track", items, func(t row) string { return string(t.Track) }),
		col("language", items, func(t row) string { return t.Item.Language }),
		col("handling", items, func(t row) string { return string(t.Item.Handling) }),
		col("embargo", items, func(t row) time.Time { return instant(t.Item.Embargo) }),
		col("truncated", items, func(t row) bool { return t.Item.Truncated }),
		col("retrospective", items, func(t row) bool { return t.Item.Retrospective }),
		col("story", items, func(t row) string { return t.Story }),
		col("guid", items, func(t row) string { return t.Item.GUID }),
		col("link", items, func(t row) string { return t.Item.Link }),
		col("authors", items, func(t row) []string { return t.Item.Authors }),
		col("categories", items, func(t row) []string { return t.Item.Categories }),
		col("title", items, func(t row) string { return t.Item.Title }),
		col("summary", items, func(t row) string { return t.Item.Summary }),
		col("text", items, func(t row) string { return t.Item.Text }),
		{"search", search},
		{"stems", stems},
	}
}

// bit is b as ClickHouse's engines want it.
func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
