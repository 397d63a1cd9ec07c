package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Outbox keeps states in a bucket, each written together with the events that
// tell of it: one compare-and-set writes both, then the events are published,
// then cleared. A crash or a broken connection in between leaves them in the
// bucket; Get and Recover publish them again under the same ids, so that no
// writer who read a state can overwrite what it still has to tell.
type Outbox struct{ bucket *Bucket }

// NewOutbox keeps states in the bucket given.
func NewOutbox(b *Bucket) *Outbox { return &Outbox{b} }

// kept is what rests under a key.
type kept struct {
	State  json.RawMessage `json:"state"`
	Events []Message       `json:"events,omitempty"`
}

// Get reads the state under a key into v and gives its revision; 0 and no
// error where there is none. Events that its writer left unpublished are
// published first; an error may come from that.
func (o *Outbox) Get(ctx context.Context, key string, v any) (uint64, error) {
	var k kept
	rev, err := o.bucket.GetJSON(ctx, key, &k)
	if err != nil || rev == 0 {
		return rev, err
	}
	if len(k.Events) > 0 {
		if rev, err = o.flush(ctx, key, k, rev); err != nil {
			return 0, err
		}
	}
	if err := json.Unmarshal(k.State, v); err != nil {
		return 0, o.bucket.failed("decode", key, err)
	}
	return rev, nil
}

// Put writes the state with its events if the key still is at the revision
// given (0: it must not exist), publishes the events and clears them; it gives
// the key's new revision. ErrConflict means that nothing was written. Any other
// error may come after the write: the caller reads the key again, which
// publishes what was written, or leaves it to Recover at the next start.
func (o *Outbox) Put(ctx context.Context, key string, state any, revision uint64, events ...Message) (uint64, error) {
	raw, err := json.Marshal(state)
	if err != nil {
		return 0, o.bucket.failed("encode", key, err)
	}
	rev, err := o.bucket.UpdateJSON(ctx, key, kept{raw, events}, revision)
	if err != nil || len(events) == 0 {
		return rev, err
	}
	return o.flush(ctx, key, kept{raw, events}, rev)
}

// flush publishes a key's events and clears them. Where another has cleared
// them meanwhile the revision given back is behind the key's, and the next write
// over it is refused.
func (o *Outbox) flush(ctx context.Context, key string, k kept, revision uint64) (uint64, error) {
	if err := o.bucket.bus.Publish(ctx, k.Events...); err != nil {
		return revision, err
	}
	cleared, err := o.bucket.UpdateJSON(ctx, key, kept{State: k.State}, revision)
	if errors.Is(err, ErrConflict) {
		return revision, nil
	}
	return cleared, err
}

// Recover publishes what was written and not cleared, for all keys that match
// the filter, and calls each, which may be nil, with every state. It is run at
// start, before anything else writes.
func (o *Outbox) Recover(ctx context.Context, filter string, each func(key string, state json.RawMessage, revision uint64) error) error {
	entries, err := o.bucket.Load(ctx, filter)
	if err != nil {
		return err
	}
	for _, e := range entries {
		var k kept
		if err := json.Unmarshal(e.Value, &k); err != nil {
			return o.bucket.failed("decode", e.Key, err)
		}
		rev := e.Revision
		if len(k.Events) > 0 {
			if rev, err = o.flush(ctx, e.Key, k, e.Revision); err != nil {
				return fmt.Errorf("recover %s: %w", e.Key, err)
			}
		}
		if each != nil {
			if err := each(e.Key, k.State, rev); err != nil {
				return err
			}
		}
	}
	return nil
}

// Load hands every state whose key matches the filter to each, for readers that
// do not write the bucket; it publishes nothing.
func (o *Outbox) Load(ctx context.Context, filter string, each func(key string, state json.RawMessage, revision uint64) error) error {
	entries, err := o.bucket.Load(ctx, filter)
	if err != nil {
		return err
	}
	for _, e := range entries {
		var k kept
		if err := json.Unmarshal(e.Value, &k); err != nil {
			return o.bucket.failed("decode", e.Key, err)
		}
		if err := each(e.Key, k.State, e.Revision); err != nil {
			return err
		}
	}
	return nil
}
