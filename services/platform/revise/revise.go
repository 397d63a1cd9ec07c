package revise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// stage names COLLECTED in message ids.
const stage = "collected"

// Reviser decides revisions. Safe for concurrent use, by several processes too.
type Reviser struct {
	bus    *bus.Bus
	bucket *bus.Bucket
}

// Open makes a Reviser on the revisions bucket.
func Open(ctx context.Context, b *bus.Bus) (*Reviser, error) {
	bucket, err := b.Bucket(ctx, bus.BucketRevisions)
	if err != nil {
		return nil, err
	}
	return &Reviser{b, bucket}, nil
}

// batch is how many items are in flight together.
const batch = 500

// attempts is how often items are tried anew that another writer changed at the
// same time.
const attempts = 5

// Publish hands on what is new or changed among the items and gives the outcome
// of each, in their order; no two of them may share an id. When it returns
// without an error, every one is durable. bus.ErrFull, wrapped, says that the
// stream takes no more for now; after any error the caller repeats all, which
// does no harm. trace is a W3C traceparent for the messages, or "".
func (r *Reviser) Publish(ctx context.Context, items []kulkul.Item, trace string) ([]Outcome, error) {
	out := make([]Outcome, len(items))
	for start := 0; start < len(items); start += batch {
		end := min(start+batch, len(items))
		if err := r.publish(ctx, items[start:end], out[start:end], trace); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *Reviser) publish(ctx context.Context, items []kulkul.Item, out []Outcome, trace string) error {
	open := make([]int, len(items)) // indexes still to be settled
	for i := range items {
		open[i] = i
	}
	for range attempts {
		var err error
		if open, err = r.try(ctx, items, open, out, trace); err != nil {
			return err
		}
		if len(open) == 0 {
			return nil
		}
	}
	return fmt.Errorf("revise %s: %w", items[open[0]].ID, bus.ErrConflict)
}

// try settles what it can and gives the indexes of those that another writer
// changed meanwhile.
func (r *Reviser) try(ctx context.Context, items []kulkul.Item, open []int, out []Outcome, trace string) ([]int, error) {
	ids := make([]string, len(open))
	for i, at := range open {
		ids[i] = items[at].ID
	}
	known, err := r.bucket.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	var (
		changed  []int
		messages []bus.Message
		entries  []bus.Entry
	)
	for _, at := range open {
		o, entry, err := decide(items[at], known[items[at].ID])
		if err != nil {
			return nil, err
		}
		out[at] = o
		if o.Fate != New && o.Fate != Revised {
			continue
		}
		m, err := message(o.Item, trace)
		if err != nil {
			return nil, err
		}
		changed, messages, entries = append(changed, at), append(messages, m), append(entries, entry)
	}
	if len(changed) == 0 {
		return nil, nil
	}
	if err := r.bus.Publish(ctx, messages...); err != nil {
		return nil, err
	}
	return r.record(ctx, entries, changed)
}

// record writes the records of what was published and gives the indexes of
// those that conflict.
func (r *Reviser) record(ctx context.Context, entries []bus.Entry, changed []int) ([]int, error) {
	var again []int
	for i, err := range r.bucket.UpdateMany(ctx, entries) {
		switch {
		case errors.Is(err, bus.ErrConflict):
			again = append(again, changed[i])
		case err != nil:
			return nil, err
		}
	}
	return again, nil
}

// decide compares an item with the record of its id.
func decide(it kulkul.Item, known bus.Entry) (Outcome, bus.Entry, error) {
	o := Outcome{Item: it, Fate: New}
	hash := it.Content()
	var rec Record
	if known.Revision > 0 {
		if err := json.Unmarshal(known.Value, &rec); err != nil {
			return o, known, fmt.Errorf("read revision of %s: %w", it.ID, err)
		}
		o.Fate, o.Item.Entered = Revised, rec.Entered
	}
	switch {
	case rec.Withdrawn:
		o.Fate, o.Item.Revision = Withdrawn, rec.Revision
		return o, known, nil
	case rec.Hash == hash:
		o.Fate, o.Item.Revision = Unchanged, rec.Revision
		return o, known, nil
	case o.Fate == New && it.Retrospective:
		o.Item.Entered = it.Day()
	case o.Fate == New:
		o.Item.Entered = kulkul.DayOf(it.Collected)
	}
	o.Item.Revision = rec.Revision + 1
	value, err := json.Marshal(recordOf(o.Item, hash))
	if err != nil {
		return o, known, fmt.Errorf("write revision of %s: %w", it.ID, err)
	}
	return o, bus.Entry{Key: it.ID, Value: value, Revision: known.Revision}, nil
}

// maxBody is the longest payload that is published, in bytes: the bus's limit
// of 1 MiB less room for headers.
const maxBody = 1<<20 - 8<<10

// message encodes an item for COLLECTED. JSON may write a byte as six; an item
// that does not fit is cut and marked.
func message(it kulkul.Item, trace string) (bus.Message, error) {
	id := bus.MessageID(stage, it.ID, it.Version(), "")
	for {
		m, err := bus.NewMessage(bus.CollectedSubject(it.Source), id, it)
		if err != nil {
			return m, err
		}
		m.Trace = trace
		if len(m.Body) <= maxBody {
			return m, nil
		}
		if it = shorten(it); len(it.Title) == 0 {
			return m, fmt.Errorf("publish %s: %d bytes without its text", it.ID, len(m.Body))
		}
	}
}
