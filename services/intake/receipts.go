package intake

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/kulkul-ews/kulkul/services/intake/receipt"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// getReceipt tells what became of a push until now.
func (s *Service) getReceipt(ctx context.Context, w http.ResponseWriter, c call) error {
	r, err := s.book.Find(ctx, c.r.PathValue("id"))
	if errors.Is(err, receipt.ErrUnknown) || err == nil && !slices.Contains(c.key.Sources, r.Source) {
		return fail(http.StatusNotFound, codeNotFound, "no receipt of that id, or not under this key")
	}
	if err != nil {
		return err
	}
	if err := s.refresh(ctx, &r); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, r)
	return nil
}

// refresh adds what happened since: released, withdrawn, tagged.
func (s *Service) refresh(ctx context.Context, r *kulkul.Receipt) error {
	ids := make([]string, 0, len(r.Items))
	for _, it := range r.Items {
		if it.ID != "" {
			ids = append(ids, it.ID)
		}
	}
	records, err := s.reviser.Lookup(ctx, ids...)
	if err != nil {
		return err
	}
	held, err := s.ward.Many(ctx, ids)
	if err != nil {
		return err
	}
	r.Counts = map[kulkul.Fate]int{}
	for i := range r.Items {
		it := &r.Items[i]
		rec, known := records[it.ID]
		switch {
		case known && rec.Withdrawn, it.Fate == kulkul.Quarantined && !held[it.ID] && !known:
			it.Fate = kulkul.TakenBack
		case it.Fate == kulkul.Quarantined && !held[it.ID]:
			it.Fate, it.Revision = kulkul.Released, rec.Revision
		}
		r.Counts[it.Fate]++
	}
	return s.tags(ctx, r, ids)
}

// tags adds what the items were tagged as, where this process reads the store.
func (s *Service) tags(ctx context.Context, r *kulkul.Receipt, ids []string) error {
	if s.deps.Store == nil || s.deps.Active == nil || s.deps.Active.Version() == "" || len(ids) == 0 {
		return nil
	}
	tagged, err := s.deps.Store.ItemsByID(ctx, store.All(), s.deps.Active.Version(), ids)
	if err != nil {
		return err
	}
	byID := make(map[string]kulkul.Tagged, len(tagged))
	for _, t := range tagged {
		byID[t.Item.ID] = t
	}
	for i := range r.Items {
		it := &r.Items[i]
		t, ok := byID[it.ID]
		if !ok || t.Item.Withdrawn {
			continue
		}
		it.Story, it.Areas, it.Flashpoints = t.Story, names(t.Areas), names(t.Flashpoints)
	}
	return nil
}

func names(tags []kulkul.Tag) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.ID
	}
	return out
}
