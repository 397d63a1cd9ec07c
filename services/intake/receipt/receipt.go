// Package receipt keeps what became of each push, and makes repeats of one
// request answer alike.
//
// In: receipts to keep, idempotency keys of requests, nonces of signatures.
// Out: the receipt by its id; whether a request is new, in progress or done.
// Called by the intake's handlers. All rests in the receipts bucket, which
// forgets after 30 days.
package receipt

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Book holds the receipts. Safe for concurrent use.
type Book struct{ bucket *bus.Bucket }

// Open opens the book.
func Open(ctx context.Context, b *bus.Bus) (*Book, error) {
	bucket, err := b.Bucket(ctx, bus.BucketReceipts)
	if err != nil {
		return nil, err
	}
	return &Book{bucket}, nil
}

// NewID makes the id of a receipt: 32 hexadecimal digits at random.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return hex.EncodeToString(b[:])
}

// Keys in the bucket: one letter for the kind, then an id or a hash.
func receiptKey(id string) string         { return "r." + id }
func requestKey(key, token string) string { return "i." + kulkul.Hash(key, token) }
func nonceKey(key, nonce string) string   { return "n." + kulkul.Hash(key, nonce) }

// ErrUnknown is returned for a receipt that is not there (any more).
var ErrUnknown = errors.New("no such receipt")

// Save keeps a receipt.
func (b *Book) Save(ctx context.Context, r kulkul.Receipt) error {
	raw, err := encode(r)
	if err != nil {
		return fmt.Errorf("save receipt: %w", err)
	}
	_, err = b.bucket.Put(ctx, receiptKey(r.ID), raw)
	return err
}

// Find gives a receipt by its id.
func (b *Book) Find(ctx context.Context, id string) (kulkul.Receipt, error) {
	var r kulkul.Receipt
	if !kulkul.ValidID(id) {
		return r, ErrUnknown
	}
	revision, err := b.bucket.GetJSON(ctx, receiptKey(id), &r)
	if err == nil && revision == 0 {
		err = ErrUnknown
	}
	return r, err
}

// maxReceipt is the longest receipt that is kept, in bytes: below the bus's
// limit of 1 MiB.
const maxReceipt = 900 << 10

// encode writes a receipt, with fewer details where there are too many.
func encode(r kulkul.Receipt) ([]byte, error) {
	items := r.Items
	for _, most := range []int{10, 3, 1, 0} {
		r.Items = make([]kulkul.ReceiptItem, len(items))
		for i, it := range items {
			it.Problems = it.Problems[:min(len(it.Problems), most)]
			if most == 0 {
				it.GUID = ""
			}
			r.Items[i] = it
		}
		raw, err := json.Marshal(r)
		if err != nil || len(raw) <= maxReceipt || most == 0 {
			return raw, err
		}
	}
	return nil, nil // the loop ends with most == 0
}

// Nonce remembers a signature's nonce and reports false where it was used
// before with the key.
func (b *Book) Nonce(ctx context.Context, key, nonce string) (bool, error) {
	_, err := b.bucket.Update(ctx, nonceKey(key, nonce), []byte("{}"), 0)
	if errors.Is(err, bus.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// abandoned is how long a request may be in progress before another takes it
// over: its process is gone.
const abandoned = time.Minute

// Request is what is remembered under an idempotency key.
type Request struct {
	Hash   string    `json:"hash"` // of the request
	At     time.Time `json:"at"`
	Done   bool      `json:"done"`
	Status int       `json:"status,omitempty"` // HTTP status of the answer
	// Receipt is the id of the answer's receipt.
	Receipt string `json:"receipt,omitempty"`

	key      string
	revision uint64
}

// Errors of Begin.
var (
	// ErrReused is returned where the idempotency key came with an other request.
	ErrReused = errors.New("idempotency key was used for another request")
	// ErrInProgress is returned while the same request is being worked on.
	ErrInProgress = errors.New("the same request is in progress")
)

// Begin notes that a request with an idempotency key is worked on. A request
// that comes back Done was answered before.
func (b *Book) Begin(ctx context.Context, key, token, hash string, now time.Time) (Request, error) {
	q := Request{Hash: hash, At: now.UTC(), key: requestKey(key, token)}
	var old Request
	revision, err := b.bucket.GetJSON(ctx, q.key, &old)
	if err != nil {
		return q, err
	}
	switch {
	case revision == 0:
	case old.Hash != hash:
		return q, ErrReused
	case old.Done:
		return old, nil
	case now.Sub(old.At) < abandoned:
		return q, ErrInProgress
	}
	q.revision, err = b.bucket.UpdateJSON(ctx, q.key, q, revision)
	if errors.Is(err, bus.ErrConflict) {
		return q, ErrInProgress
	}
	return q, err
}

// Finish notes the answer, for repeats.
func (b *Book) Finish(ctx context.Context, q Request, status int, receipt string) error {
	q.Done, q.Status, q.Receipt = true, status, receipt
	_, err := b.bucket.UpdateJSON(ctx, q.key, q, q.revision)
	return err
}

// Forget lets the request be made anew after it failed.
func (b *Book) Forget(ctx context.Context, q Request) error { return b.bucket.Delete(ctx, q.key) }
