// Package amend remembers what people decided about items: corrected tags,
// withdrawals, releases.
//
// In: reviews with their place in the REVIEWS stream. Out: the amendment in
// force for an item, which every later revision of it carries. Called by the
// tagger, the bucket's only writer.
package amend

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Amendment is the last decision about an item.
type Amendment struct {
	// Sequence is the review's place in the REVIEWS stream: the item's
	// amendment number.
	Sequence uint64 `json:"sequence"`
	// Revision is the latest revision known when it was made.
	Revision uint64 `json:"revision"`
	// Corrected says that Areas and Flashpoints replace what the rules say.
	Corrected   bool     `json:"corrected,omitempty"`
	Areas       []string `json:"areas,omitempty"`
	Flashpoints []string `json:"flashpoints,omitempty"`
	// Withdrawn takes the item out. Own marks a publisher's own withdrawal,
	// which a newer revision of the item undoes; an analyst's stays.
	Withdrawn bool   `json:"withdrawn,omitempty"`
	Own       bool   `json:"own,omitempty"`
	By        string `json:"by"`
}

// Book holds all amendments.
type Book struct {
	bucket *bus.Bucket
	items  map[string]Amendment
}

const prefix = "amend."

// Open reads all amendments.
func Open(ctx context.Context, b *bus.Bus) (*Book, error) {
	bucket, err := b.Bucket(ctx, bus.BucketTagger)
	if err != nil {
		return nil, err
	}
	entries, err := bucket.Load(ctx, prefix+">")
	if err != nil {
		return nil, err
	}
	book := &Book{bucket: bucket, items: make(map[string]Amendment, len(entries))}
	for _, e := range entries {
		var a Amendment
		if err := json.Unmarshal(e.Value, &a); err != nil {
			return nil, fmt.Errorf("read amendment %s: %w", e.Key, err)
		}
		book.items[strings.TrimPrefix(e.Key, prefix)] = a
	}
	return book, nil
}

// Of an item; the zero Amendment where there is none.
func (b *Book) Of(item string) Amendment { return b.items[item] }

// Decide works out what a review makes of the amendment before it. A review
// that is not newer changes nothing, so that a review delivered twice counts
// once.
func Decide(before Amendment, r kulkul.Review, sequence, revision uint64) Amendment {
	if sequence <= before.Sequence {
		return before
	}
	after := before
	after.Sequence, after.Revision, after.By = sequence, max(revision, before.Revision), r.By
	switch r.Verdict {
	case kulkul.Correct:
		after.Corrected, after.Areas, after.Flashpoints = true, r.Areas, r.Flashpoints
	case kulkul.Withdraw:
		after.Withdrawn, after.Own = true, r.Item != nil && r.By == r.Item.Source
	case kulkul.Release:
		after.Withdrawn, after.Own = false, false
	}
	return after
}

// Put records the amendment of an item.
func (b *Book) Put(ctx context.Context, item string, a Amendment) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode amendment of %s: %w", item, err)
	}
	if _, err := b.bucket.Put(ctx, prefix+item, raw); err != nil {
		return err
	}
	b.items[item] = a
	return nil
}

// Apply marks the item as the amendment says.
func (a Amendment) Apply(i *kulkul.Item) {
	if a.Sequence == 0 {
		return
	}
	i.Amendment = a.Sequence
	i.Withdrawn = i.Withdrawn || (a.Withdrawn && (!a.Own || i.Revision <= a.Revision))
}

// Tags replaces the tags with the person's, where there are such.
func (a Amendment) Tags(t *kulkul.Tagged) {
	if !a.Corrected {
		return
	}
	t.Corrected = true
	t.Areas, t.Flashpoints = corrected(a.Areas, a.By), corrected(a.Flashpoints, a.By)
}

func corrected(ids []string, by string) []kulkul.Tag {
	tags := make([]kulkul.Tag, len(ids))
	for i, id := range ids {
		tags[i] = kulkul.Tag{ID: id, Score: 1, Evidence: []kulkul.Evidence{{Field: "review", Text: by, Rule: "correction"}}}
	}
	return tags
}
