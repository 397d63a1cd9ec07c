package view

import (
	"context"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// replies is how many mails that came back are shown at once; those before them
// come up as these are settled.
const replies = 500

// Replies reads the mails that came back and that nobody has settled, newest
// first.
func (r *Reader) Replies(ctx context.Context) ([]kulkul.Review, error) {
	held, err := r.Store.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Held}, Limit: replies * 10})
	if err != nil {
		return nil, fmt.Errorf("read mails that wait: %w", err)
	}
	if len(held) == 0 {
		return nil, nil
	}
	words, err := r.Store.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Settle}, Limit: replies * 10})
	if err != nil {
		return nil, fmt.Errorf("read which mails are settled: %w", err)
	}
	settled := make(map[string]bool, len(words))
	for _, w := range words {
		settled[w.Settles] = true
	}
	var out []kulkul.Review
	for _, h := range held {
		if h.Reply != nil && !settled[h.ID] && len(out) < replies {
			out = append(out, h)
		}
	}
	return out, nil
}

// Reply reads one that waits; store.ErrNotFound where there is none, or it was
// settled.
func (r *Reader) Reply(ctx context.Context, id string) (kulkul.Review, error) {
	waiting, err := r.Replies(ctx)
	if err != nil {
		return kulkul.Review{}, err
	}
	for _, w := range waiting {
		if w.ID == id {
			return w, nil
		}
	}
	return kulkul.Review{}, fmt.Errorf("reply %s: %w", id, store.ErrNotFound)
}
