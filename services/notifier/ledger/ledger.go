// Package ledger remembers what is owed to whom and what was sent: episode
// states, the content of notifications, deliveries.
//
// In: decided notifications, results of sending. Out: pending deliveries, and
// a message on the bus for every delivery that ended. A delivery is written
// before the mail goes out and confirmed after, so that a crash leaves nothing
// unsent. Called by the notifier, the bucket's only writer.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Entry is one delivery as the ledger keeps it.
type Entry struct {
	Delivery kulkul.Delivery `json:"delivery"`
	// Content is the key of what is told, shared by all recipients.
	Content string `json:"content"`
	Why     Why    `json:"why"`
	Recused bool   `json:"recused,omitempty"`
	// After are the deliveries (ids) of the same thread that were decided before
	// this one, where the reader was told of them.
	After []string `json:"after,omitempty"`
	// Order sorts the deliveries of one recipient: nanoseconds of the decision.
	Order int64     `json:"order"`
	Next  time.Time `json:"next,omitzero"` // not before this
	Done  bool      `json:"done,omitempty"`
	// Links are those that the mail carries, of every copy that went out.
	Links []link.Link `json:"links,omitempty"`
	// Holder is the notifier that has the delivery in hand.
	Holder string `json:"holder,omitempty"`

	// Secrets open the links of the copy in hand; they are kept nowhere.
	Secrets  map[link.Action]string `json:"-"`
	revision uint64
}

// Why says why somebody is told.
type Why struct {
	// Kind is subscription, escalation, author, stand-in (for an author), digest,
	// bulletin or correction.
	Kind string `json:"kind"`
	// Of is whose deputy the reader is, or for whom the reader stands in: a name.
	Of string `json:"of,omitempty"`
	// Subscriptions are the identities of those by which the mail came.
	Subscriptions []string     `json:"subscriptions,omitempty"`
	Level         kulkul.Level `json:"level,omitempty"` // lowest that they ask for
}

// Ledger is the bucket.
type Ledger struct {
	bucket *bus.Bucket
	box    *bus.Outbox
}

// Open the ledger's bucket.
func Open(ctx context.Context, b *bus.Bus) (*Ledger, error) {
	bucket, err := b.Bucket(ctx, bus.BucketLedger)
	if err != nil {
		return nil, err
	}
	return &Ledger{bucket, bus.NewOutbox(bucket)}, nil
}

func deliveryKey(id string) string { return "delivery." + id }

// State reads the state under a key and gives its revision; 0 where there is
// none, into then untouched.
func (l *Ledger) State(ctx context.Context, key string, into any) (uint64, error) {
	return l.bucket.GetJSON(ctx, key, into)
}

// SaveState writes a state if it is still at the revision given.
func (l *Ledger) SaveState(ctx context.Context, key string, state any, revision uint64) (uint64, error) {
	return l.bucket.UpdateJSON(ctx, key, state, revision)
}

// States hands every state whose key matches the filter to each.
func (l *Ledger) States(ctx context.Context, filter string, each func(key string, raw []byte) error) error {
	entries, err := l.bucket.Load(ctx, filter)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := each(e.Key, e.Value); err != nil {
			return err
		}
	}
	return nil
}

// Forget removes a state.
func (l *Ledger) Forget(ctx context.Context, key string) error { return l.bucket.Delete(ctx, key) }

// PutContent keeps what a notification tells, as decided first: a second
// decision of the same notification keeps the first's content.
func (l *Ledger) PutContent(ctx context.Context, key string, content any) error {
	_, err := l.bucket.UpdateJSON(ctx, key, content, 0)
	if errors.Is(err, bus.ErrConflict) {
		return nil
	}
	return err
}

// Content reads what a notification tells.
func (l *Ledger) Content(ctx context.Context, key string, into any) error {
	rev, err := l.bucket.GetJSON(ctx, key, into)
	if err == nil && rev == 0 {
		return fmt.Errorf("content %s: %w", key, bus.ErrNotFound)
	}
	return err
}

// Owe writes a delivery as pending. One that is there already is left as it
// is, and reported as not new.
func (l *Ledger) Owe(ctx context.Context, e Entry) (Entry, bool, error) {
	rev, err := l.box.Put(ctx, deliveryKey(e.Delivery.ID), e, 0)
	if errors.Is(err, bus.ErrConflict) {
		return e, false, nil
	}
	e.revision = rev
	return e, err == nil, err
}
