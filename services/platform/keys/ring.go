package keys

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Ring knows all keys and follows every change. Safe for concurrent use.
type Ring struct {
	bucket *bus.Bucket
	mu     sync.RWMutex
	keys   map[string]Key
}

// OpenRing makes a ring; Run fills it.
func OpenRing(ctx context.Context, b *bus.Bus) (*Ring, error) {
	bucket, err := b.Bucket(ctx, bus.BucketKeys)
	if err != nil {
		return nil, err
	}
	return &Ring{bucket: bucket, keys: map[string]Key{}}, nil
}

// Run follows the keys until ctx ends; loaded is called once all are known. A
// record that cannot be read takes its key out and is reported.
func (r *Ring) Run(ctx context.Context, loaded func(), report func(error)) error {
	return r.bucket.Watch(ctx, ">", func(e bus.Entry) error {
		var k Key
		err := error(nil)
		if !e.Deleted {
			if err = json.Unmarshal(e.Value, &k); err == nil && k.ID != e.Key {
				err = fmt.Errorf("it says it is %q", k.ID)
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if e.Deleted || err != nil {
			delete(r.keys, e.Key)
		} else {
			r.keys[e.Key] = k
		}
		if err != nil {
			report(fmt.Errorf("read key %s: %w", e.Key, err))
		}
		return nil
	}, func() error { loaded(); return nil })
}

// Find gives a key's record.
func (r *Ring) Find(id string) (Key, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k, ok := r.keys[id]
	return k, ok
}
