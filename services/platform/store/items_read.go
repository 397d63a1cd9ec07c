package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sqlItems reads documents; "{text}" is the column text, or an empty one, and
// "{keys}" a condition on key columns, which may be applied before versions are
// compared.
const sqlItems = `
SELECT id, version, document, {text} AS body
FROM items FINAL
PREWHERE {keys}
WHERE {where}`

// sqlMembers gives the keys of a story's items; versions are compared as in
// sqlPlaces.
const sqlMembers = `
SELECT entered, id, version
FROM items
WHERE NOT withdrawn AND {where}`

// stored is a document with its row's version, without what a taxonomy says.
type stored struct {
	kulkul.Tagged
	version uint64
}

// documents reads the documents that the conditions select, in no particular order.
func (s *Store) documents(ctx context.Context, name, keys string, w *where, withText bool) ([]stored, error) {
	return query(ctx, s, name, itemsSQL(keys, w, withText), w.args, scanDocument)
}

// items is documents without their versions.
func (s *Store) items(ctx context.Context, name, keys string, w *where, withText bool) ([]kulkul.Tagged, error) {
	list, err := s.documents(ctx, name, keys, w, withText)
	out := make([]kulkul.Tagged, len(list))
	for i, d := range list {
		out[i] = d.Tagged
	}
	return out, err
}

func itemsSQL(keys string, w *where, withText bool) string {
	column := "''"
	if withText {
		column = "text"
	}
	return w.sql(strings.NewReplacer("{text}", column, "{keys}", keys).Replace(sqlItems))
}

func scanDocument(r driver.Rows, t *stored) error {
	var id, text string
	var doc []byte
	if err := r.Scan(&id, &t.version, &doc, &text); err != nil {
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
	var page ItemPage
	for len(page.Items) < n {
		heads, more, err := s.places(ctx, q, n-len(page.Items)+1, false)
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
	w.and(withinDays)
	w.bind("first", bound(around-storyReach))
	w.bind("last", bound(around+storyReach))
	heads, err := query(ctx, s, "story", w.sql(sqlMembers), w.args, func(r driver.Rows, h *Head) error {
		var entered time.Time
		err := r.Scan(&entered, &h.ID, &h.version)
		h.Entered = kulkul.DayOf(entered)
		return err
	})
	if err != nil {
		return nil, err
	}
	items, err := s.ItemsOf(ctx, v, taxonomy, heads)
	slices.SortFunc(items, func(a, b kulkul.Tagged) int { return newer(placeOf(&b.Item), placeOf(&a.Item)) })
	return items, err
}

func placeOf(i *kulkul.Item) place { return place{i.Entered, at(i).UnixMilli(), i.ID} }
