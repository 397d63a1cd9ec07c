// Package taxonomy tells which version of the taxonomy the series and pages
// read. While history is being tagged anew under a next version, items are
// tagged under both and readers stay with the active one; then the pointer
// flips.
//
// In: the tagger's word, in a bucket. Out: the active version, followed live.
// Written by the tagger, read by the detector, the console and commands.
package taxonomy

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Key of the pointer in the tagger's bucket.
const Key = "taxonomy"

// State is what the pointer says.
type State struct {
	// Active is the version that readers use; empty before the tagger's first
	// start.
	Active string `json:"active"`
	// Next is the version that history is being tagged under; empty: none.
	Next string `json:"next,omitempty"`
	// Done is how far the back-fill has come: the last day of entry that is
	// finished, as "2006-01-02"; Items how many items it has tagged.
	Done  string `json:"done,omitempty"`
	Items int    `json:"items,omitempty"`
}

// Active follows the pointer. Safe for concurrent use.
type Active struct {
	bucket *bus.Bucket
	mu     sync.RWMutex
	state  State
}

// Open reads the pointer's bucket; Run follows it.
func Open(ctx context.Context, b *bus.Bus) (*Active, error) {
	bucket, err := b.Bucket(ctx, bus.BucketTagger)
	if err != nil {
		return nil, err
	}
	a := &Active{bucket: bucket}
	if _, err := bucket.GetJSON(ctx, Key, &a.state); err != nil {
		return nil, err
	}
	return a, nil
}

// Run follows the pointer until ctx ends.
func (a *Active) Run(ctx context.Context) error {
	return a.bucket.Watch(ctx, Key, func(e bus.Entry) error {
		var s State
		if err := json.Unmarshal(e.Value, &s); err != nil {
			return fmt.Errorf("read the active taxonomy: %w", err)
		}
		a.mu.Lock()
		a.state = s
		a.mu.Unlock()
		return nil
	}, func() error { return nil })
}

// State of the pointer as last heard.
func (a *Active) State() State {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.state
}

// Version is the active version; empty before the tagger's first start.
func (a *Active) Version() string { return a.State().Active }
