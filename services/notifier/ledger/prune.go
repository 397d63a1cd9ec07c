package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Prune forgets the deliveries that ended before the instant given, and what
// was told before it, unless a delivery that has not ended tells it. With them
// goes the note that an edition was replaced.
func (l *Ledger) Prune(ctx context.Context, before time.Time) error {
	needed := map[string]bool{}
	var old []string
	err := l.box.Load(ctx, "delivery.>", func(key string, state json.RawMessage, _ uint64) error {
		var e Entry
		if err := json.Unmarshal(state, &e); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		switch {
		case !e.Done:
			needed[e.Content] = true
		case e.Delivery.At.Before(before):
			old = append(old, key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, filter := range []string{"content.>", "replaced.>"} {
		err = l.States(ctx, filter, func(key string, raw []byte) error {
			var told struct {
				At time.Time `json:"at"`
			}
			if err := json.Unmarshal(raw, &told); err != nil {
				return fmt.Errorf("read %s: %w", key, err)
			}
			if told.At.Before(before) && !needed[key] {
				old = append(old, key)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, key := range old {
		if err := l.Forget(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
