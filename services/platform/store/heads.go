package store

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Head is the little of a tagged item that groups it with others.
type Head struct {
	ID      string
	Entered kulkul.Day
	At      time.Time // published, or collected where unknown
	Story   string    // as given at first sight
	Owner   string
	Country string
}

const sqlHeads = `
SELECT item, entered, at, story, owner, country
FROM item_tags FINAL
PREWHERE {where}`

// Heads gives the heads of the newest items that a question about tags selects,
// newest first: what Items would give, at a fraction of its cost.
func (s *Store) Heads(ctx context.Context, q ItemQuery) ([]Head, error) {
	if err := q.validate(); err != nil {
		return nil, err
	}
	places, _, err := s.places(ctx, q, q.limit())
	if err != nil || len(places) == 0 {
		return nil, err
	}
	var w where
	w.equal("taxonomy = {taxonomy:String}", "taxonomy", q.Taxonomy)
	w.and("(entered, item) IN {keys:Array(Tuple(Date32, String))}")
	w.bind("keys", keySet(places))
	heads, err := query(ctx, s, "heads", w.sql(sqlHeads), w.args, func(r driver.Rows, h *Head) error {
		var entered time.Time
		err := r.Scan(&h.ID, &entered, &h.At, &h.Story, &h.Owner, &h.Country)
		h.Entered = kulkul.DayOf(entered)
		return err
	})
	slices.SortFunc(heads, func(a, b Head) int { return newer(a.place(), b.place()) })
	return heads, err
}

func (h Head) place() place { return place{h.Entered, h.At.UnixMilli(), h.ID} }

// ItemsOf gives the items of heads, without text, in their order; those that
// the view may not see are left out.
func (s *Store) ItemsOf(ctx context.Context, v View, taxonomy string, heads []Head) ([]kulkul.Tagged, error) {
	ids, places := make([]string, len(heads)), make([]place, len(heads))
	for i, h := range heads {
		ids[i], places[i] = h.ID, h.place()
	}
	var out []kulkul.Tagged
	for some := range slices.Chunk(places, maxPage) {
		items, err := s.itemsAt(ctx, v, some, false)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	inOrder(out, ids)
	return out, s.addTags(ctx, taxonomy, out)
}

// itemsAt reads the documents at places, in no particular order.
func (s *Store) itemsAt(ctx context.Context, v View, places []place, withText bool) ([]kulkul.Tagged, error) {
	var w where
	w.bind("keys", keySet(places))
	v.conditions(&w)
	return s.items(ctx, "items", "(entered, id) IN {keys:Array(Tuple(Date32, String))}", &w, withText)
}
