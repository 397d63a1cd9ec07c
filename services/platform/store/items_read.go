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

// sqlItems reads rows of all versions; "{text}" is the column text, or an empty
// one. Which version is the last one is told by the documents: having the engine
// compare them reads two columns more.
const sqlItems = `
SELECT id, document, {text} AS body
FROM items
WHERE {where}`

// sqlMembers gives the heads of a story's items; versions are compared as in
// sqlPlaces.
const sqlMembers = `
SELECT head
FROM items
WHERE head != '' AND {where}`

// documents reads the last versions of the documents that the conditions select,
// in no particular order; those withdrawn among them.
func (s *Store) documents(ctx context.Context, name string, w *where, withText bool) ([]stored, error) {
	column := "''"
	if withText {
		column = "text"
	}
	rows, err := query(ctx, s, name, w.sql(strings.Replace(sqlItems, "{text}", column, 1)), w.args, scanDocument)
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(rows))
	var last []stored
	for _, d := range rows {
		i, known := index[d.doc.Item.ID]
		switch {
		case !known:
			index[d.doc.Item.ID] = len(last)
			last = append(last, d)
		case d.version > last[i].version:
			last[i] = d
		}
	}
	return last, nil
}

func scanDocument(r driver.Rows, d *stored) error {
	var id, text string
	var doc []byte
	if err := r.Scan(&id, &doc, &text); err != nil {
		return err
	}
	if err := json.Unmarshal(doc, &d.doc); err != nil {
		return fmt.Errorf("read document of item %s: %w", id, err)
	}
	d.doc.Item.Text, d.version = text, d.doc.Item.Version().Number()
	return nil
}

// Items gives a page of items, newest first.
func (s *Store) Items(ctx context.Context, q ItemQuery) (ItemPage, error) {
	if err := q.validate(); err != nil {
		return ItemPage{}, err
	}
	n := q.limit()
	var page ItemPage
	for len(page.Items) < n {
		heads, more, err := s.places(ctx, q, n-len(page.Items)+1)
		if err != nil {
			return ItemPage{}, err
		}
		page.Next = ""
		if full := len(heads) > n-len(page.Items); full {
			heads = heads[:len(heads)-1]
			page.Next = heads[len(heads)-1].place().cursor()
		} else if more != nil {
			page.Next = more.cursor()
		}
		items, err := s.itemsAt(ctx, q.View, q.Taxonomy, heads, q.WithText)
		if err != nil {
			return ItemPage{}, err
		}
		page.Items = append(page.Items, items...)
		if page.Next == "" || more != nil {
			break
		}
		q.Cursor = page.Next // some were replaced; what they leave is filled up
	}
	return page, nil
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
	items, err := s.itemsOfIDs(ctx, "item", v, taxonomy, []string{id}, true)
	if err != nil {
		return kulkul.Tagged{}, err
	}
	if len(items) == 0 {
		return kulkul.Tagged{}, fmt.Errorf("item %s: %w", id, ErrNotFound)
	}
	return items[0], nil
}

// ItemsByID gives the items that exist and that the view may see, without
// text, in the order of ids.
func (s *Store) ItemsByID(ctx context.Context, v View, taxonomy string, ids []string) ([]kulkul.Tagged, error) {
	var out []kulkul.Tagged
	for some := range slices.Chunk(ids, maxTokens) {
		items, err := s.itemsOfIDs(ctx, "items_by_id", v, taxonomy, some, false)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	inOrder(out, ids)
	return out, nil
}

// maxTokens is how many ids one question of the index may name.
const maxTokens = 60

// itemsOfIDs reads items whose days of entry are not known, in no particular
// order. The index over ids is asked by name: for "id IN" the engine first looks
// in every day's rows where the id might stand.
func (s *Store) itemsOfIDs(ctx context.Context, name string, v View, taxonomy string, ids []string, withText bool) ([]kulkul.Tagged, error) {
	var w where
	w.and("hasAnyTokens(id, {ids:Array(String)})")
	w.bind("ids", ids)
	documents, err := s.documents(ctx, name, &w, withText)
	if err != nil {
		return nil, err
	}
	items, err := s.tagged(ctx, v, taxonomy, documents)
	var out []kulkul.Tagged
	for _, d := range items {
		out = append(out, d.item)
	}
	return out, err
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
	w.and("entered BETWEEN toDate32({first:String}) AND toDate32({last:String})")
	w.bind("first", bound(around-storyReach))
	w.bind("last", bound(around+storyReach))
	heads, err := query(ctx, s, "story", w.sql(sqlMembers), w.args, scanHead(""))
	if err != nil {
		return nil, err
	}
	items, err := s.ItemsOf(ctx, v, taxonomy, heads)
	slices.SortFunc(items, func(a, b kulkul.Tagged) int { return newer(placeOf(&b.Item), placeOf(&a.Item)) })
	return items, err
}

func placeOf(i *kulkul.Item) place { return place{i.Entered, at(i).UnixMilli(), i.ID} }
