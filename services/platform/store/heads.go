package store

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Head is the little of an item that groups it with others.
type Head struct {
	ID      string
	Entered kulkul.Day
	At      time.Time // published, or collected where unknown
	Story   string    // as given at first sight
	Owner   string
	Country string

	// version is that of the row the head was read from, one of item_tags where
	// tagged; the row may have been replaced.
	version uint64
	tagged  bool
}

// Heads gives the heads of the newest items that a question about tags selects,
// newest first: what Items would give, at a fraction of its cost. Among them may
// be some that an item had before it changed; ItemsOf leaves those out.
func (s *Store) Heads(ctx context.Context, q ItemQuery) ([]Head, error) {
	if err := q.validate(); err != nil {
		return nil, err
	}
	heads, _, err := s.places(ctx, q, q.limit(), true)
	return heads, err
}

func (h Head) place() place { return place{h.Entered, h.At.UnixMilli(), h.ID} }

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
// their order: documents and tags at once, each by the keys of their rows.
func (s *Store) itemsAt(ctx context.Context, v View, taxonomy string, heads []Head, withText bool) ([]kulkul.Tagged, error) {
	if len(heads) == 0 {
		return nil, nil
	}
	keys := make([]place, len(heads))
	for i, h := range heads {
		keys[i] = h.place()
	}
	var documents map[string]stored
	var taggings map[string]said
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		documents, err = s.documentsAt(ctx, v, keys, withText)
		return err
	})
	both.Go(func() (err error) {
		taggings, err = s.taggingsAt(ctx, taxonomy, keys)
		return err
	})
	if err := both.Wait(); err != nil {
		return nil, err
	}
	out := make([]kulkul.Tagged, 0, len(heads))
	for _, h := range heads {
		d, found := documents[h.ID]
		t, tagged := taggings[h.ID]
		current := d.version
		if h.tagged {
			current = t.version
		}
		switch {
		case !found || current != h.version:
			continue
		case tagged:
			d.Tagged = t.of(taxonomy, d.Item)
		}
		out = append(out, d.Tagged)
		delete(documents, h.ID) // a row that was written twice is one item
	}
	return out, nil
}

// documentsAt reads documents by their keys.
func (s *Store) documentsAt(ctx context.Context, v View, keys []place, withText bool) (map[string]stored, error) {
	var w where
	w.bind("keys", keySet(keys))
	v.conditions(&w)
	list, err := s.documents(ctx, "items", "(entered, id) IN {keys:Array(Tuple(Date32, String))}", &w, withText)
	if err != nil {
		return nil, err
	}
	out := make(map[string]stored, len(list))
	for _, d := range list {
		out[d.Item.ID] = d
	}
	return out, nil
}
