package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
)

// importBatch is how many items are published together.
const importBatch = 500

// importer publishes history and waits until it is stored.
type importer struct {
	process   *assemble.Process
	reviser   *revise.Reviser
	historian *historian
	rejects   rejects

	batch   []kulkul.Item
	batched map[string]bool
	stored  backlog
	fates   map[revise.Fate]int
	live    int // known from a feed or a push: left alone
	items   int
}

func newImporter(p *assemble.Process, r *revise.Reviser, rejected string) *importer {
	return &importer{process: p, reviser: r, historian: newHistorian(p.Settings.Current(), p.Now().UTC()),
		rejects: rejects{path: rejected}, batched: map[string]bool{}, fates: map[revise.Fate]int{},
		stored: backlog{bus: p.Bus, store: p.Store}}
}

// run imports a file and prints what became of it. A file that breaks off is
// imported as far as it goes.
func (i *importer) run(ctx context.Context, w world, path string) error {
	broken, err := i.read(ctx, w, path)
	if err = errors.Join(err, i.rejects.close()); err != nil {
		return err
	}
	if err := i.stored.wait(ctx); err != nil {
		return err
	}
	i.summary(w)
	if broken != nil {
		return fmt.Errorf("%s: %w", path, broken)
	}
	if i.rejects.count > 0 {
		return errFailed
	}
	return nil
}

// read publishes what the file holds. broken is what is wrong with the file as
// a whole, err what ends the import.
func (i *importer) read(ctx context.Context, w world, path string) (broken, err error) {
	r, err := open(w, path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	plain, err := unzipped(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	broken = eachRawLine(plain, func(n int, line []byte, fault error) error {
		err = i.line(ctx, w, n, line, fault)
		return err
	})
	if err != nil {
		return nil, err
	}
	return broken, i.flush(ctx)
}

// line takes in one line, or sets it aside.
func (i *importer) line(ctx context.Context, w world, n int, line []byte, fault error) error {
	var l textLine
	var it kulkul.Item
	if fault == nil {
		if fault = json.Unmarshal(line, &l); fault == nil {
			it, fault = i.historian.item(l)
		}
	}
	if fault != nil {
		fmt.Fprintf(w.err, "line %d: %v\n", n, fault)
		return i.rejects.add(n, line, fault)
	}
	if i.batched[it.ID] || len(i.batch) == importBatch {
		if err := i.flush(ctx); err != nil {
			return err
		}
	}
	i.items++
	i.batch, i.batched[it.ID] = append(i.batch, it), true
	return nil
}

// flush publishes the batch; while COLLECTED is full it waits.
func (i *importer) flush(ctx context.Context) error {
	batch, err := i.unknown(ctx, i.batch)
	if err != nil {
		return err
	}
	i.batch = i.batch[:0]
	clear(i.batched)
	for {
		outcomes, err := i.reviser.Publish(ctx, batch, "")
		if errors.Is(err, bus.ErrFull) {
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
			continue
		}
		for _, o := range outcomes {
			i.fates[o.Fate]++
			if o.Fate == revise.New || o.Fate == revise.Revised {
				i.stored.add(o.Item)
			}
		}
		return err
	}
}

// unknown leaves out the items that came in live: what the publisher says now
// goes before what an archive says it said, and what was counted as news must
// not become baseline.
func (i *importer) unknown(ctx context.Context, items []kulkul.Item) ([]kulkul.Item, error) {
	ids := make([]string, len(items))
	for n, it := range items {
		ids[n] = it.ID
	}
	known, err := i.reviser.Lookup(ctx, ids...)
	if err != nil {
		return nil, err
	}
	kept := items[:0]
	for _, it := range items {
		if rec, ok := known[it.ID]; ok && rec.Feed != importFeed {
			i.live++
			continue
		}
		kept = append(kept, it)
	}
	return kept, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
