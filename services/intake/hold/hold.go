// Package hold keeps the items that wait for a person's release.
//
// In: items pushed under quarantine; a release or a withdrawal. Out: the item,
// told of on items.quarantined in the same step as it is kept; the item again
// when it is let go. Called by the intake, which alone writes the held bucket.
package hold

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Ward holds items. Safe for concurrent use.
type Ward struct {
	bucket *bus.Bucket
	outbox *bus.Outbox
	now    func() time.Time
}

// Held is an item that waits, as the bucket keeps it under the item's id.
type Held struct {
	Item kulkul.Item `json:"item"`
	Key  string      `json:"key"` // push key it came under
	At   time.Time   `json:"at"`
}

// Open opens the ward and tells what a crash left untold.
func Open(ctx context.Context, b *bus.Bus, now func() time.Time) (*Ward, error) {
	bucket, err := b.Bucket(ctx, bus.BucketHeld)
	if err != nil {
		return nil, err
	}
	w := &Ward{bucket: bucket, outbox: bus.NewOutbox(bucket), now: now}
	return w, w.outbox.Recover(ctx, ">", nil)
}

// together is how many items are put away at once.
const together = 8

// Put holds items and gives the fate of each: quarantined, or duplicate where
// the same content waits already. When it returns without an error all are
// durable and told of.
func (w *Ward) Put(ctx context.Context, key string, items []kulkul.Item) ([]kulkul.Fate, error) {
	fates, errs := make([]kulkul.Fate, len(items)), make([]error, len(items))
	places := make(chan struct{}, together)
	var wg sync.WaitGroup
	for i, it := range items {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			fates[i], errs[i] = w.put(ctx, key, it)
		})
	}
	wg.Wait()
	return fates, errors.Join(errs...)
}

func (w *Ward) put(ctx context.Context, key string, it kulkul.Item) (kulkul.Fate, error) {
	var old Held
	revision, err := w.outbox.Get(ctx, it.ID, &old)
	if err != nil {
		return "", err
	}
	if revision > 0 && old.Item.Content() == it.Content() {
		return kulkul.Duplicate, nil
	}
	now := w.now().UTC()
	m, err := bus.NewMessage(bus.QuarantinedSubject(it.Source), "quarantined:"+it.ID+":"+it.Content(), kulkul.Rejection{
		ID: kulkul.Hash("quarantined", it.ID), Stage: "intake", Source: it.Source, Feed: it.Feed, At: now, Where: "item",
		Reason: "held for release", Code: "quarantine", Quarantined: true, Item: &it})
	if err != nil {
		return "", err
	}
	if _, err = w.outbox.Put(ctx, it.ID, Held{Item: it, Key: key, At: now}, revision, m); err != nil {
		return "", fmt.Errorf("hold %s: %w", it.ID, err)
	}
	return kulkul.Quarantined, nil
}

// Get gives a held item; false where it isn't held.
func (w *Ward) Get(ctx context.Context, id string) (Held, bool, error) {
	var h Held
	revision, err := w.outbox.Get(ctx, id, &h)
	return h, revision > 0 && err == nil, err
}

// Many gives those of the items that are held.
func (w *Ward) Many(ctx context.Context, ids []string) (map[string]bool, error) {
	found, err := w.bucket.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(found))
	for id, e := range found {
		out[id] = json.Valid(e.Value)
	}
	return out, nil
}

// Drop forgets a held item: it was released, or withdrawn.
func (w *Ward) Drop(ctx context.Context, id string) error { return w.bucket.Delete(ctx, id) }
