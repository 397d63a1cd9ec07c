package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A delivery names its holder, and each notifier keeps one record that says
// until when it lives: renewing it renews the leases of all that it holds. The
// fence is the delivery's revision; the lease only keeps two from sending at
// once.

const instances = "instance."

// Renew says that a notifier lives until the instant given.
func (l *Ledger) Renew(ctx context.Context, holder string, until time.Time) error {
	raw, err := json.Marshal(until.UTC())
	if err != nil {
		return fmt.Errorf("encode lease: %w", err)
	}
	_, err = l.bucket.Put(ctx, instances+holder, raw)
	return err
}

// Leave lets go of all that a notifier holds: its lease ends now, and another
// takes over at its next look.
func (l *Ledger) Leave(ctx context.Context, holder string) error {
	return l.Renew(ctx, holder, time.Time{})
}

// instances are the notifiers whose lease has not ended, and those whose lease
// has: they died.
func (l *Ledger) instances(ctx context.Context, now time.Time) (living map[string]bool, dead []string, err error) {
	living = map[string]bool{}
	err = l.States(ctx, instances+">", func(key string, raw []byte) error {
		var until time.Time
		if err := json.Unmarshal(raw, &until); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		holder := strings.TrimPrefix(key, instances)
		if until.After(now) {
			living[holder] = true
		} else {
			dead = append(dead, holder)
		}
		return nil
	})
	return living, dead, err
}
