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
// same time. Each time one of the writers has got its change in, in two writes,
// so that it is only spent where several dozen contend for one item.
const attempts = 64

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

// change is an item to be published and the record that says so.
type change struct {
	at      int // of the item
	message bus.Message
	record  Record
	entry   bus.Entry // key and fence
}

// try settles what it can and gives the indexes of those that another writer
// changed meanwhile.
func (r *Reviser) try(ctx context.Context, items []kulkul.Item, open []int, out []Outcome, trace string) ([]int, error) {
	changes, err := r.changes(ctx, items, open, out, trace)
	if err != nil {
		return nil, err
	}
	changes, again, err := r.write(ctx, changes, true)
	if err != nil || len(changes) == 0 {
		return again, err
	}
	messages := make([]bus.Message, len(changes))
	for i, c := range changes {
		messages[i] = c.message
	}
	if err := r.bus.Publish(ctx, messages...); err != nil {
		return nil, err
	}
	// Who is faster now has put a later content on top of what was published, or
	// closed the same: nothing is left to do either way.
	_, _, err = r.write(ctx, changes, false)
	return again, err
}

// changes decides about the items and gives those that are to be published.
func (r *Reviser) changes(ctx context.Context, items []kulkul.Item, open []int, out []Outcome, trace string) ([]change, error) {
	ids := make([]string, len(open))
	for i, at := range open {
		ids[i] = items[at].ID
	}
	known, err := r.bucket.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	var list []change
	for _, at := range open {
		id := items[at].ID
		var rec Record
		if known[id].Revision > 0 {
			if err := json.Unmarshal(known[id].Value, &rec); err != nil {
				return nil, fmt.Errorf("read revision of %s: %w", id, err)
			}
		}
		out[at], rec = decide(items[at], rec)
		if out[at].Fate != New && out[at].Fate != Revised {
			continue
		}
		c := change{at: at, record: rec, entry: bus.Entry{Key: id, Revision: known[id].Revision}}
		if c.message, err = message(out[at].Item, trace); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// write writes the records, open or closed, and gives the changes that hold,
// with their new fences, and the indexes of the items of those that another
// writer was faster with. What is open already is not opened again.
func (r *Reviser) write(ctx context.Context, changes []change, open bool) (held []change, again []int, err error) {
	var todo []change
	var entries []bus.Entry
	for _, c := range changes {
		if open && c.record.Open {
			held = append(held, c)
			continue
		}
		c.record.Open = open
		if c.entry.Value, err = json.Marshal(c.record); err != nil {
			return nil, nil, fmt.Errorf("write revision of %s: %w", c.entry.Key, err)
		}
		todo, entries = append(todo, c), append(entries, c.entry)
	}
	revisions, errs := r.bucket.UpdateMany(ctx, entries)
	for i, err := range errs {
		switch c := todo[i]; {
		case errors.Is(err, bus.ErrConflict):
			again = append(again, c.at)
		case err != nil:
			return nil, nil, err
		default:
			c.entry.Revision = revisions[i]
			held = append(held, c)
		}
	}
	return held, again, nil
}

// decide compares an item with the record of its id, a zero one where there is
// none, and gives its fate and the record that is to be; Open of it says whether
// the bucket holds that one already.
func decide(it kulkul.Item, rec Record) (Outcome, Record) {
	o := Outcome{Item: it}
	hash := it.Content()
	switch {
	case rec.Withdrawn:
		o.Fate, o.Item.Revision = Withdrawn, rec.Revision
	case rec.Hash == hash && !rec.Open:
		o.Fate, o.Item.Revision = Unchanged, rec.Revision
	case rec.Hash == hash:
		o.Item.Revision = rec.Revision
	default:
		o.Item.Revision = rec.Revision + 1
	}
	switch {
	case rec.Revision > 0:
		o.Item.Entered = rec.Entered
	case it.Retrospective:
		o.Item.Entered = it.Day()
	default:
		o.Item.Entered = kulkul.DayOf(it.Collected)
	}
	if o.Fate != "" {
		return o, rec
	}
	o.Fate = New
	if o.Item.Revision > 1 {
		o.Fate = Revised
	}
	next := recordOf(o.Item, hash)
	next.Open = rec.Open && rec.Hash == hash
	return o, next
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
