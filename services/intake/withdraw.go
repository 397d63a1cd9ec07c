package intake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// deleteItem takes an item back: out of pages and out of the series.
func (s *Service) deleteItem(ctx context.Context, w http.ResponseWriter, c call) error {
	id := c.r.PathValue("id")
	it, err := s.lookup(ctx, c, id)
	if err != nil {
		return err
	}
	now := s.deps.Now().UTC()
	it.Withdrawn = true
	review := kulkul.Review{ID: kulkul.Hash("withdraw", id, strconv.FormatUint(it.Revision, 10)), Verdict: kulkul.Withdraw,
		At: now, By: it.Source, Role: "partner", Via: "api", Item: &it, Text: "withdrawn by its publisher under key " + c.key.ID}
	m, err := bus.NewMessage(bus.ReviewSubject(kulkul.Withdraw), "review:"+review.ID, review)
	if err == nil {
		err = s.deps.Bus.Publish(ctx, m)
	}
	if err == nil {
		err = s.withdrawn(ctx, review) // at once, for what is pushed next
	}
	if err != nil {
		return err
	}
	s.metrics.items.WithLabelValues(string(kulkul.TakenBack)).Inc()
	s.log.Info("item withdrawn by its publisher", "item", id, "source", it.Source, "key", c.key.ID)
	writeJSON(w, http.StatusAccepted, kulkul.ReceiptItem{ID: id, GUID: it.GUID, Fate: kulkul.TakenBack, Revision: it.Revision})
	return nil
}

// lookup gives the item of an id that the key may speak for: held, or published.
func (s *Service) lookup(ctx context.Context, c call, id string) (kulkul.Item, error) {
	unknown := fail(http.StatusNotFound, codeNotFound, "no item of that id, or not under this key")
	if !kulkul.ValidID(id) {
		return kulkul.Item{}, unknown
	}
	h, held, err := s.ward.Get(ctx, id)
	if err != nil {
		return kulkul.Item{}, err
	}
	records, err := s.reviser.Lookup(ctx, id)
	if err != nil {
		return kulkul.Item{}, err
	}
	rec, published := records[id]
	it := rec.Item(id)
	if !published {
		it = h.Item
	}
	if !held && !published || !slices.Contains(c.key.Sources, it.Source) {
		return it, unknown
	}
	if published && s.deps.Store != nil && s.deps.Active != nil {
		t, err := s.deps.Store.Item(ctx, store.All(), s.deps.Active.Version(), id)
		switch {
		case err == nil && t.Item.Revision == rec.Revision:
			it = t.Item
		case err != nil && !errors.Is(err, store.ErrNotFound):
			// The record knows all that a withdrawal needs.
			s.log.Warn("withdrawal without the item's words", "item", id, "error", fmt.Errorf("read item: %w", err))
		}
	}
	return it, nil
}
