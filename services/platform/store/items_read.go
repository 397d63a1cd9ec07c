package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sqlItems reads documents; "{text}" is the column text, or an empty one, and
// "{keys}" a condition on key columns, which may be applied before versions are
// compared.
const sqlItems = `
SELECT id, document, {text} AS body
FROM items FINAL
PREWHERE {keys}
WHERE {where}`

// items reads the documents that the conditions select, in no particular order.
func (s *Store) items(ctx context.Context, name, keys string, w *where, withText bool) ([]kulkul.Tagged, error) {
	return query(ctx, s, name, itemsSQL(keys, w, withText), w.args, scanItem)
}

func itemsSQL(keys string, w *where, withText bool) string {
	column := "''"
	if withText {
		column = "text"
	}
	return w.sql(strings.NewReplacer("{text}", column, "{keys}", keys).Replace(sqlItems))
}

func scanItem(r driver.Rows, t *kulkul.Tagged) error {
	var id, text string
	var doc []byte
	if err := r.Scan(&id, &doc, &text); err != nil {
		return err
	}
	var d document
	if err := json.Unmarshal(doc, &d); err != nil {
		return fmt.Errorf("read document of item %s: %w", id, err)
	}
	t.Item, t.Story, t.Owner, t.Country, t.Track = d.Item, d.Story, d.Owner, d.Country, d.Track
	t.Item.Text = text
	return nil
}

// Items gives a page of items, newest first.
func (s *Store) Items(ctx context.Context, q ItemQuery) (ItemPage, error) {
	if err := q.validate(); err != nil {
		return ItemPage{}, err
	}
	n := q.limit()
	heads, more, err := s.places(ctx, q, n+1, false)
	if err != nil {
		return ItemPage{}, err
	}
	var page ItemPage
	switch {
	case len(heads) > n:
		heads = heads[:n]
		page.Next = heads[n-1].place().cursor()
	case more != nil:
		page.Next = more.cursor()
	}
	if len(heads) == 0 {
		return page, nil
	}
	// Under the view once more: a newer version may have come in between.
	if page.Items, err = s.itemsAt(ctx, q.View, heads, q.WithText); err != nil {
		return ItemPage{}, err
	}
	slices.SortFunc(page.Items, func(a, b kulkul.Tagged) int { return newer(placeOf(&a.Item), placeOf(&b.Item)) })
	return page, s.addTags(ctx, q.Taxonomy, page.Items)
}

// keySet is the keys of rows at places, for binding: their days of entry with
// their ids find each row at once.
func keySet(places []place) clickhouse.ArraySet {
	out := make(clickhouse.ArraySet, len(places))
	for i, p := range places {
		out[i] = clickhouse.GroupSet{Value: []any{bound(p.entered), p.id}}
	}
	return out
}

// inOrder sorts items as their ids are listed.
func inOrder(items []kulkul.Tagged, ids []string) {
	rank := make(map[string]int, len(ids))
	for i, id := range ids {
		rank[id] = i
	}
	slices.SortFunc(items, func(a, b kulkul.Tagged) int { return rank[a.Item.ID] - rank[b.Item.ID] })
}

// Item gives one item with text, tags and evidence under a taxonomy version;
// ErrNotFound where it is not there or the view may not see it.
func (s *Store) Item(ctx context.Context, v View, taxonomy, id string) (kulkul.Tagged, error) {
	var w where
	w.bind("id", id)
	v.conditions(&w)
	items, err := s.items(ctx, "item", "id = {id:String}", &w, true)
	if err != nil {
		return kulkul.Tagged{}, err
	}
	if len(items) == 0 {
		return kulkul.Tagged{}, fmt.Errorf("item %s: %w", id, ErrNotFound)
	}
	return items[0], s.addTags(ctx, taxonomy, items[:1])
}

// ItemsByID gives the items that exist and that the view may see, without
// text, in the order of ids.
func (s *Store) ItemsByID(ctx context.Context, v View, taxonomy string, ids []string) ([]kulkul.Tagged, error) {
	var out []kulkul.Tagged
	for some := range slices.Chunk(ids, maxPage) {
		var w where
		w.bind("ids", some)
		v.conditions(&w)
		items, err := s.items(ctx, "items_by_id", "id IN {ids:Array(String)}", &w, false)
		if err != nil {
			return nil, err
		}
		if err := s.addTags(ctx, taxonomy, items); err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	inOrder(out, ids)
	return out, nil
}

// Story gives the items of the resolved story that the story id belongs to, as
// far as they came in within storyReach days of the day given, oldest first,
// without text. Over all days only an index over every row could say.
func (s *Store) Story(ctx context.Context, v View, taxonomy, story string, around kulkul.Day) ([]kulkul.Tagged, error) {
	aliases, err := s.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	var w where
	w.and("story IN {stories:Array(String)}")
	w.bind("stories", members(aliases, story))
	w.bind("first", bound(around-storyReach))
	w.bind("last", bound(around+storyReach))
	v.conditions(&w)
	items, err := s.items(ctx, "story", withinDays, &w, false)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(a, b kulkul.Tagged) int { return newer(placeOf(&b.Item), placeOf(&a.Item)) })
	return items, s.addTags(ctx, taxonomy, items)
}

func placeOf(i *kulkul.Item) place { return place{i.Entered, at(i).UnixMilli(), i.ID} }
