package revise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Lookup gives the records of the ids that are known.
func (r *Reviser) Lookup(ctx context.Context, ids ...string) (map[string]Record, error) {
	found, err := r.bucket.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Record, len(found))
	for id, e := range found {
		var rec Record
		if err := json.Unmarshal(e.Value, &rec); err != nil {
			return nil, fmt.Errorf("read revision of %s: %w", id, err)
		}
		out[id] = rec
	}
	return out, nil
}

// Withdraw marks an item so that nothing more is published under its id. It
// reports false for an item that was never published.
func (r *Reviser) Withdraw(ctx context.Context, id string) (bool, error) {
	for range attempts {
		var rec Record
		rev, err := r.bucket.GetJSON(ctx, id, &rec)
		if err != nil || rev == 0 || rec.Withdrawn {
			return rev > 0, err
		}
		rec.Withdrawn = true
		if _, err = r.bucket.UpdateJSON(ctx, id, rec, rev); !errors.Is(err, bus.ErrConflict) {
			return true, err
		}
	}
	return true, fmt.Errorf("withdraw %s: %w", id, bus.ErrConflict)
}
