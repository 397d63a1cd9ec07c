package store

import (
	"context"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Heads gives the heads of the newest items that a question about tags selects,
// newest first: what Items would give, at a fraction of its cost. Among them may
// be some that an item had before it changed; ItemsOf leaves those out.
func (s *Store) Heads(ctx context.Context, q ItemQuery) ([]Head, error) {
	if err := q.validate(); err != nil {
		return nil, err
	}
	heads, _, err := s.places(ctx, q, q.limit())
	return heads, err
}

// ItemsOf gives the items of heads, without text, in their order; those that
// the view may not see, and heads that are no longer true, are left out.
func (s *Store) ItemsOf(ctx context.Context, v View, taxonomy string, heads []Head) ([]kulkul.Tagged, error) {
	var out []kulkul.Tagged
	for some := range slices.Chunk(heads, maxPage) {
		items, err := s.itemsAt(ctx, v, taxonomy, some, false)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

// itemsAt reads the items of heads, with what the taxonomy says of them, in
// their order, each by the key of its row.
func (s *Store) itemsAt(ctx context.Context, v View, taxonomy string, heads []Head, withText bool) ([]kulkul.Tagged, error) {
	if len(heads) == 0 {
		return nil, nil
	}
	keys := make([]place, len(heads))
	for i, h := range heads {
		keys[i] = h.place()
	}
	documents, err := s.documentsAt(ctx, keys, withText)
	if err != nil {
		return nil, err
	}
	items, err := s.tagged(ctx, v, taxonomy, documents)
	if err != nil {
		return nil, err
	}
	out := make([]kulkul.Tagged, 0, len(heads))
	for _, h := range heads {
		d, found := items[h.ID]
		current := d.version
		if h.tagged {
			current = d.tagged
		}
		if !found || current != h.version {
			continue
		}
		out = append(out, d.item)
		delete(items, h.ID) // a row that was written twice is one item
	}
	return out, nil
}

// documentsAt reads documents by their keys. The ids decide; the keys are a hint
// that finds their granules, for which no index but the table's order is needed.
func (s *Store) documentsAt(ctx context.Context, keys []place, withText bool) ([]stored, error) {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.id
	}
	var w where
	w.and("id IN {ids:Array(String)}")
	w.bind("ids", ids)
	w.and("indexHint((entered, id) IN {keys:Array(Tuple(Date32, String))})")
	w.bind("keys", keySet(keys))
	return s.documents(withoutIndexes(ctx), "items", &w, withText)
}
