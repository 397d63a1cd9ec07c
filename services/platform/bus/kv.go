package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
)

// Errors of a bucket.
var (
	// ErrNotFound is returned for a key that is not there.
	ErrNotFound = errors.New("key not found")
	// ErrConflict is returned when a key changed since it was read.
	ErrConflict = errors.New("key was changed meanwhile")
)

// Bucket is a key-value bucket of the topology. Keys are made of a–z, A–Z,
// 0–9, '-', '_', '/', '=' and '.'.
type Bucket struct {
	name string
	kv   jetstream.KeyValue
	bus  *Bus
}

// Entry is one key's value. Revision is the fence for Update; 0 means that the
// key does not exist.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64
	// Deleted marks the end of a key in Watch.
	Deleted bool
}

// Bucket opens a bucket of the topology.
func (b *Bus) Bucket(ctx context.Context, name string) (*Bucket, error) {
	kv, err := b.js.KeyValue(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", name, err)
	}
	return &Bucket{name: name, kv: kv, bus: b}, nil
}

// Get reads a key. ErrNotFound where it is not there.
func (k *Bucket) Get(ctx context.Context, key string) (Entry, error) {
	e, err := k.kv.Get(ctx, key)
	if err != nil {
		return Entry{}, k.failed("get", key, err)
	}
	return Entry{Key: key, Value: e.Value(), Revision: e.Revision()}, nil
}

// GetJSON reads a key into v and gives its revision; 0 and no error where the
// key is not there, v then untouched.
func (k *Bucket) GetJSON(ctx context.Context, key string, v any) (uint64, error) {
	e, err := k.Get(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(e.Value, v); err != nil {
		return 0, k.failed("decode", key, err)
	}
	return e.Revision, nil
}

// getMany is how many keys one request asks for; the server's limit is 1024.
const getMany = 512

// GetMany reads many keys in few requests. Keys that are not there are missing
// from the answer.
func (k *Bucket) GetMany(ctx context.Context, keys []string) (map[string]Entry, error) {
	out := make(map[string]Entry, len(keys))
	prefix := "$KV." + k.name + "."
	for start := 0; start < len(keys); start += getMany {
		part := keys[start:min(start+getMany, len(keys))]
		subjects := make([]string, len(part))
		for i, key := range part {
			subjects[i] = prefix + key
		}
		found, err := jetstreamext.GetLastMsgsFor(ctx, k.bus.js, "KV_"+k.name, subjects)
		if err != nil {
			return nil, k.failed("get many from", part[0], err)
		}
		for m, err := range found {
			if errors.Is(err, jetstreamext.ErrNoMessages) {
				break
			}
			if err != nil {
				return nil, k.failed("get many from", part[0], err)
			}
			if m.Header.Get(kvOperation) != "" {
				continue // deleted or purged
			}
			key := strings.TrimPrefix(m.Subject, prefix)
			out[key] = Entry{Key: key, Value: m.Data, Revision: m.Sequence}
		}
	}
	return out, nil
}

// kvOperation is the header that marks a deleted key (ADR-8 of the NATS
// architecture).
const kvOperation = "KV-Operation"

// Put writes a key whatever it held.
func (k *Bucket) Put(ctx context.Context, key string, value []byte) (uint64, error) {
	rev, err := k.kv.Put(ctx, key, value)
	return rev, k.failed("put", key, err)
}

// Update writes a key if it still is at the revision given, 0 meaning that it
// must not exist. ErrConflict where it has moved on.
func (k *Bucket) Update(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if revision == 0 {
		rev, err := k.kv.Create(ctx, key, value)
		return rev, k.failed("create", key, err)
	}
	rev, err := k.kv.Update(ctx, key, value, revision)
	return rev, k.failed("update", key, err)
}

// UpdateJSON is Update with v encoded.
func (k *Bucket) UpdateJSON(ctx context.Context, key string, v any, revision uint64) (uint64, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return 0, k.failed("encode", key, err)
	}
	return k.Update(ctx, key, raw, revision)
}

// UpdateMany compare-and-sets many keys, all in flight together, and gives the
// new revision and the error of each, nil where it was written. Revision 0 here
// means that the key was never written (a deleted key conflicts).
func (k *Bucket) UpdateMany(ctx context.Context, entries []Entry) ([]uint64, []error) {
	errs := make([]error, len(entries))
	revisions := make([]uint64, len(entries))
	futures := make([]jetstream.PubAckFuture, len(entries))
	for i, e := range entries {
		m := Message{Subject: "$KV." + k.name + "." + e.Key, Body: e.Value}.msg()
		m.Header = map[string][]string{jetstream.ExpectedLastSubjSeqHeader: {strconv.FormatUint(e.Revision, 10)}}
		futures[i], errs[i] = k.bus.js.PublishMsgAsync(m)
	}
	for i, f := range futures {
		if f == nil {
			errs[i] = k.failed("update", entries[i].Key, errs[i])
			continue
		}
		select {
		case ack := <-f.Ok():
			revisions[i] = ack.Sequence
		case err := <-f.Err():
			errs[i] = k.failed("update", entries[i].Key, err)
		case <-ctx.Done():
			errs[i] = k.failed("update", entries[i].Key, ctx.Err())
		}
	}
	return revisions, errs
}

// Delete ends a key.
func (k *Bucket) Delete(ctx context.Context, key string) error {
	return k.failed("delete", key, k.kv.Delete(ctx, key))
}

// Keys lists the keys that match a filter such as "alert.>"; ">" is all.
func (k *Bucket) Keys(ctx context.Context, filter string) ([]string, error) {
	lister, err := k.kv.ListKeysFiltered(ctx, filter)
	if err != nil {
		return nil, k.failed("list", filter, err)
	}
	var keys []string
	for key := range lister.Keys() {
		keys = append(keys, key)
	}
	return keys, nil
}

// Watch hands every current entry that matches the filter to each, then calls
// current once, then goes on with every change until ctx ends (nil) or each
// returns an error.
func (k *Bucket) Watch(ctx context.Context, filter string, each func(Entry) error, current func() error) error {
	w, err := k.kv.Watch(ctx, filter)
	if err != nil {
		return k.failed("watch", filter, err)
	}
	defer func() { _ = w.Stop() }() // fails only on a closed connection
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-w.Updates():
			if !open {
				return ctx.Err()
			}
			if e == nil {
				err = current()
			} else {
				err = each(Entry{Key: e.Key(), Value: e.Value(), Revision: e.Revision(),
					Deleted: e.Operation() != jetstream.KeyValuePut})
			}
			if err != nil {
				return err
			}
		}
	}
}

// Load reads every current entry that matches the filter.
func (k *Bucket) Load(ctx context.Context, filter string) ([]Entry, error) {
	var out []Entry
	err := k.Watch(ctx, filter, func(e Entry) error {
		if !e.Deleted {
			out = append(out, e)
		}
		return nil
	}, func() error { return errLoaded })
	if !errors.Is(err, errLoaded) {
		return nil, k.failed("load", filter, errors.Join(err, ctx.Err()))
	}
	return out, nil
}

var errLoaded = errors.New("all current entries were read")

// failed names the key and what was asked of it; nil stays nil.
func (k *Bucket) failed(action, key string, err error) error {
	var api *jetstream.APIError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrKeyNotFound):
		err = ErrNotFound
	case errors.Is(err, jetstream.ErrKeyExists):
		err = ErrConflict
	case errors.As(err, &api) && api.ErrorCode == codeWrongSequence:
		err = ErrConflict
	}
	return fmt.Errorf("%s %s/%s: %w", action, k.name, key, err)
}
