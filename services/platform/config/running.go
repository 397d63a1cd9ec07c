package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Version is one saved state of the running configuration.
type Version struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Why    string    `json:"why"`
	// Files maps each path to the SHA-256 of its content.
	Files map[string]string `json:"files"`
}

// Running is the configuration in force, followed live. Safe for concurrent use.
type Running struct {
	bucket *bus.Bucket
	now    func() time.Time

	mu      sync.RWMutex
	current *Snapshot
	waiters map[chan struct{}]struct{}
	err     error
	done    chan struct{}
}

const keyHead = "head"

func keyVersion(n int) string   { return "version." + strconv.Itoa(n) }
func keyBlob(sum string) string { return "blob." + sum }
func checksum(b []byte) string  { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

// Start opens the running configuration, seeding it from the files given where
// the bucket is still empty, and follows it until ctx ends. A seed with faults
// is an error; so is a bucket this binary cannot read.
func Start(ctx context.Context, b *bus.Bus, seed fs.FS) (*Running, error) {
	bucket, err := b.Bucket(ctx, bus.BucketConfig)
	if err != nil {
		return nil, err
	}
	r := &Running{bucket: bucket, now: time.Now, waiters: map[chan struct{}]struct{}{}, done: make(chan struct{})}
	if err := r.seed(ctx, seed); err != nil {
		return nil, err
	}
	var head int
	if _, err := bucket.GetJSON(ctx, keyHead, &head); err != nil {
		return nil, err
	}
	if err := r.adopt(ctx, head); err != nil {
		return nil, err
	}
	go r.follow(ctx)
	return r, nil
}

func (r *Running) seed(ctx context.Context, seed fs.FS) error {
	if _, err := r.bucket.Get(ctx, keyHead); !errors.Is(err, bus.ErrNotFound) {
		return err
	}
	files, err := ReadFiles(seed)
	if err != nil {
		return err
	}
	_, err = r.Save(ctx, files, 0, "kulkul", "first start: from the files")
	if errors.Is(err, bus.ErrConflict) {
		return nil // another process seeded it
	}
	return err
}

// follow adopts every new version until ctx ends.
func (r *Running) follow(ctx context.Context) {
	defer close(r.done)
	err := r.bucket.Watch(ctx, keyHead, func(e bus.Entry) error {
		n, err := strconv.Atoi(string(e.Value))
		if err != nil || n == r.Current().Version {
			return err
		}
		// A version that this binary cannot read leaves the last good one in
		// force; Err tells of it.
		if err = r.adopt(ctx, n); err != nil {
			r.fail(err)
		}
		return nil
	}, func() error { return nil })
	if err != nil && ctx.Err() == nil {
		r.fail(err)
	}
}

// fail keeps what Err tells, until a version is put in force.
func (r *Running) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// Wait returns when the configuration is no longer followed: after ctx of
// Start has ended.
func (r *Running) Wait() { <-r.done }

// Err is what stands between the newest saved version and the one in force;
// nil where they are the same.
func (r *Running) Err() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.err
}

// Current is the version in force.
func (r *Running) Current() *Snapshot {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.current
}

// Subscribe gives a token whenever Current has changed, until ctx ends. Tokens
// that nobody takes coalesce.
func (r *Running) Subscribe(ctx context.Context) <-chan struct{} {
	ch := make(chan struct{}, 1)
	r.mu.Lock()
	r.waiters[ch] = struct{}{}
	r.mu.Unlock()
	context.AfterFunc(ctx, func() {
		r.mu.Lock()
		delete(r.waiters, ch)
		r.mu.Unlock()
	})
	return ch
}

// adopt reads a version and puts it in force.
func (r *Running) adopt(ctx context.Context, n int) error {
	s, err := r.Load(ctx, n)
	if err != nil {
		return err
	}
	r.enforce(s)
	return nil
}

// enforce puts a version in force, unless a newer one is.
func (r *Running) enforce(s *Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current != nil && r.current.Version >= s.Version {
		return
	}
	r.current, r.err = s, nil
	for ch := range r.waiters {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Load reads a saved version.
func (r *Running) Load(ctx context.Context, n int) (*Snapshot, error) {
	var v Version
	rev, err := r.bucket.GetJSON(ctx, keyVersion(n), &v)
	if err != nil {
		return nil, err
	}
	if rev == 0 {
		return nil, fmt.Errorf("configuration version %d: %w", n, bus.ErrNotFound)
	}
	files := make(map[string][]byte, len(v.Files))
	for path, sum := range v.Files {
		e, err := r.bucket.Get(ctx, keyBlob(sum))
		if err != nil {
			return nil, fmt.Errorf("configuration version %d: %s: %w", n, path, err)
		}
		files[path] = e.Value
	}
	s, err := NewSnapshot(n, files)
	if err != nil {
		return nil, fmt.Errorf("configuration version %d: %w", n, err)
	}
	return s, nil
}

// Save writes a new version on top of base, the version its author saw (0 for
// the first), and puts it in force: here before it returns, elsewhere soon. Files
// with faults are refused with Problems; a base that is no longer the newest with
// bus.ErrConflict.
func (r *Running) Save(ctx context.Context, files map[string][]byte, base int, by, why string) (Version, error) {
	v := Version{Number: base + 1, At: r.now().UTC(), By: by, Why: why, Files: map[string]string{}}
	snapshot, err := NewSnapshot(v.Number, files)
	if err != nil {
		return v, err
	}
	var head int
	rev, err := r.bucket.GetJSON(ctx, keyHead, &head)
	if err != nil {
		return v, err
	}
	if head != base {
		return v, fmt.Errorf("save configuration on version %d, newest is %d: %w", base, head, bus.ErrConflict)
	}
	for path, data := range files {
		sum := checksum(data)
		v.Files[path] = sum
		if _, err := r.bucket.Update(ctx, keyBlob(sum), data, 0); err != nil && !errors.Is(err, bus.ErrConflict) {
			return v, err
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return v, fmt.Errorf("encode configuration version: %w", err)
	}
	// A version written by a process that died before it moved the head is
	// overwritten: nobody has seen it.
	if _, err := r.bucket.Put(ctx, keyVersion(v.Number), raw); err != nil {
		return v, err
	}
	if _, err = r.bucket.UpdateJSON(ctx, keyHead, v.Number, rev); err == nil {
		r.enforce(snapshot)
	}
	return v, err
}

// History lists the saved versions, newest first.
func (r *Running) History(ctx context.Context) ([]Version, error) {
	var head int
	if _, err := r.bucket.GetJSON(ctx, keyHead, &head); err != nil {
		return nil, err
	}
	var out []Version
	for n := head; n > 0; n-- {
		var v Version
		if _, err := r.bucket.GetJSON(ctx, keyVersion(n), &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
