package store

import (
	"context"
	"slices"
	"time"

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

// Heads gives the heads of the newest items that a question about tags selects,
// newest first: what Items would give, at a fraction of its cost.
func (s *Store) Heads(ctx context.Context, q ItemQuery) ([]Head, error) {
	if err := q.validate(); err != nil {
		return nil, err
	}
	heads, _, err := s.places(ctx, q, q.limit(), true)
	return heads, err
}

func (h Head) place() place { return place{h.Entered, h.At.UnixMilli(), h.ID} }

// ItemsOf gives the items of heads, without text, in their order; those that
// the view may not see are left out.
func (s *Store) ItemsOf(ctx context.Context, v View, taxonomy string, heads []Head) ([]kulkul.Tagged, error) {
	ids := make([]string, len(heads))
	for i, h := range heads {
		ids[i] = h.ID
	}
	var out []kulkul.Tagged
	for some := range slices.Chunk(heads, maxPage) {
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
func (s *Store) itemsAt(ctx context.Context, v View, heads []Head, withText bool) ([]kulkul.Tagged, error) {
	var w where
	keys := make([]place, len(heads))
	for i, h := range heads {
		keys[i] = h.place()
	}
	w.bind("keys", keySet(keys))
	v.conditions(&w)
	return s.items(ctx, "items", "(entered, id) IN {keys:Array(Tuple(Date32, String))}", &w, withText)
}
