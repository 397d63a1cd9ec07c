package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
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
	words := searchOf(items)
	columns, err := itemColumns(items, words)
	if err != nil {
		return err
	}
	if err := w.store.insert(ctx, "items", len(items), columns); err != nil {
		return err
	}
	if columns, err = tagColumns(items, words); err != nil {
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

// document is the column of that name: the item without its text, and what was
// said of it under the taxonomy version that it was written with, so that a page
// asks item_tags under another version only.
type document struct {
	Item     kulkul.Item  `json:"item"`
	Story    string       `json:"story"`
	Owner    string       `json:"owner,omitempty"`
	Country  string       `json:"country,omitempty"`
	Track    kulkul.Track `json:"track,omitempty"`
	Taxonomy string       `json:"taxonomy,omitempty"`
	// Weight is a number's text, as it need not be one that JSON knows.
	Weight      string       `json:"weight,omitempty"`
	Areas       []kulkul.Tag `json:"areas,omitempty"`
	Flashpoints []kulkul.Tag `json:"flashpoints,omitempty"`
	Corrected   bool         `json:"corrected,omitempty"`
	TaggedAt    time.Time    `json:"tagged_at,omitzero"`
}

// documentOf writes an item's document. Its instants are those of the columns,
// so that a row says one thing.
func documentOf(t *kulkul.Tagged) document {
	d := document{
		Item: t.Item, Story: t.Story, Owner: t.Owner, Country: t.Country, Track: t.Track,
		Taxonomy: t.Taxonomy, Weight: strconv.FormatFloat(t.Weight, 'g', -1, 64),
		Areas: t.Areas, Flashpoints: t.Flashpoints, Corrected: t.Corrected, TaggedAt: t.TaggedAt,
	}
	d.Item.Text = ""
	for _, at := range []*time.Time{&d.Item.Published, &d.Item.Updated, &d.Item.Collected, &d.Item.Embargo, &d.TaggedAt} {
		*at = moment(instant(*at))
	}
	return d
}

// tagged is the document as an item with its tags.
func (d document) tagged() (t kulkul.Tagged, err error) {
	t = d.untagged()
	t.Taxonomy, t.Areas, t.Flashpoints, t.Corrected, t.TaggedAt = d.Taxonomy, d.Areas, d.Flashpoints, d.Corrected, d.TaggedAt
	t.Weight, err = strconv.ParseFloat(d.Weight, 64)
	return t, err
}

// untagged is the document without what a taxonomy says of its item.
func (d document) untagged() kulkul.Tagged {
	return kulkul.Tagged{Item: d.Item, Story: d.Story, Owner: d.Owner, Country: d.Country, Track: d.Track}
}

func documents(items []kulkul.Tagged) (column, error) {
	values := make([]string, len(items))
	for i := range items {
		b, err := json.Marshal(documentOf(&items[i]))
		if err != nil {
			return column{}, fmt.Errorf("write document of item %s: %w", items[i].Item.ID, err)
		}
		values[i] = string(b)
	}
	return column{"document", values}, nil
}

// wording is what the columns "search" and "stems" hold, row by row.
type wording struct{ search, stems []string }

func searchOf(items []kulkul.Tagged) wording {
	w := wording{make([]string, len(items)), make([]string, len(items))}
	for i := range items {
		item := &items[i].Item
		w.search[i], w.stems[i] = searchable(item.Title, item.Summary, item.Text)
	}
	return w
}

func itemColumns(items []kulkul.Tagged, words wording) ([]column, error) {
	type row = *kulkul.Tagged
	docs, err := documents(items)
	if err != nil {
		return nil, err
	}
	return []column{
		col("entered", items, func(t row) time.Time { return date(t.Item.Entered) }),
		col("id", items, func(t row) string { return t.Item.ID }),
		col("version", items, func(t row) uint64 { return t.Item.Version().Number() }),
		col("withdrawn", items, func(t row) uint8 { return bit(t.Item.Withdrawn) }),
		col("at", items, func(t row) time.Time { return at(&t.Item) }),
		col("day", items, func(t row) time.Time { return date(t.Item.Day()) }),
		col("published", items, func(t row) time.Time { return instant(t.Item.Published) }),
		col("published_day", items, func(t row) bool { return t.Item.PublishedDay }),
		col("collected", items, func(t row) time.Time { return instant(t.Item.Collected) }),
		col("source", items, func(t row) string { return t.Item.Source }),
		col("feed", items, func(t row) string { return t.Item.Feed }),
		col("owner", items, func(t row) string { return t.Owner }),
		col("country", items, func(t row) string { return t.Country }),
		col("track", items, func(t row) string { return string(t.Track) }),
		col("language", items, func(t row) string { return t.Item.Language }),
		col("handling", items, func(t row) string { return string(t.Item.Handling) }),
		col("embargo", items, func(t row) time.Time { return instant(t.Item.Embargo) }),
		col("retrospective", items, func(t row) bool { return t.Item.Retrospective }),
		col("story", items, func(t row) string { return t.Story }),
		col("text", items, func(t row) string { return t.Item.Text }),
		col("head", items, headOf),
		docs,
		{"search", words.search},
		{"stems", words.stems},
	}, nil
}

// bit is b as ClickHouse's engines want it.
func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
