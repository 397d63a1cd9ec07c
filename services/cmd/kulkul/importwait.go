package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// backlog is what was published and has not been seen in the store.
type backlog struct {
	bus   *bus.Bus
	store *store.Store

	ids      []string
	versions map[string]kulkul.Version
	tagged   int // of those stored
}

func (b *backlog) add(i kulkul.Item) {
	if b.versions == nil {
		b.versions = map[string]kulkul.Version{}
	}
	if _, twice := b.versions[i.ID]; !twice {
		b.ids = append(b.ids, i.ID)
	}
	b.versions[i.ID] = i.Version()
}

const (
	// importPoll is how often the streams are looked at.
	importPoll = 100 * time.Millisecond
	// importPatience is how long an item may be missing from the store while
	// nothing waits on the bus.
	importPatience = 20 * time.Second
)

// wait returns when everything is stored. It fails where the bus has nothing
// left and items are still missing.
func (b *backlog) wait(ctx context.Context) error {
	for chunk := range slices.Chunk(b.ids, 1000) {
		missing, quiet := chunk, time.Time{}
		for {
			empty, err := b.drained(ctx)
			if err != nil {
				return err
			}
			if empty {
				if missing, err = b.look(ctx, missing); err != nil {
					return err
				}
				if quiet.IsZero() {
					quiet = time.Now()
				}
			} else {
				quiet = time.Time{}
			}
			if len(missing) == 0 {
				break
			}
			if !quiet.IsZero() && time.Since(quiet) > importPatience {
				return fmt.Errorf("nothing waits on the bus and %d items are not stored; REJECTED and the log of the tagger tell why", len(missing))
			}
			if err := pause(ctx, importPoll); err != nil {
				return err
			}
		}
	}
	return nil
}

// drained reports whether tagger and archiver have taken all there is. The
// states are read in the order of the flow, so that an item on its way is seen
// in one of them.
func (b *backlog) drained(ctx context.Context) (bool, error) {
	states, err := b.bus.Streams(ctx)
	if err != nil {
		return false, err
	}
	for _, s := range states {
		if s.Name != bus.Collected && s.Name != bus.TaggedItem {
			continue
		}
		for _, d := range s.Durables {
			if d.Waiting > 0 || d.Out > 0 {
				return false, nil
			}
		}
	}
	return true, nil
}

// look gives the ids that the store does not have yet.
func (b *backlog) look(ctx context.Context, ids []string) ([]string, error) {
	active, err := taxonomy.Open(ctx, b.bus)
	if err != nil {
		return nil, err
	}
	items, err := b.store.ItemsByID(ctx, store.All(), active.Version(), ids)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, t := range items {
		if t.Item.Version().Compare(b.versions[t.Item.ID]) < 0 {
			continue
		}
		found[t.Item.ID] = true
		if len(t.Areas)+len(t.Flashpoints) > 0 {
			b.tagged++
		}
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] }), nil
}

// summary says what became of the file.
func (i *importer) summary(w world) {
	fmt.Fprintf(w.out, "%d items: %d new, %d revised, %d unchanged, %d withdrawn before, %d left as they came in live\n", i.items,
		i.fates[revise.New], i.fates[revise.Revised], i.fates[revise.Unchanged], i.fates[revise.Withdrawn], i.live)
	fmt.Fprintf(w.out, "%d stored, %d of them relevant\n", len(i.stored.ids), i.stored.tagged)
	strangers := i.historian.strangers
	for _, id := range slices.Sorted(maps.Keys(strangers)) {
		fmt.Fprintf(w.out, "source %s is not in sources.yaml: %q, %d items\n", id, strangers[id].name, strangers[id].items)
	}
	if i.rejects.count > 0 {
		fmt.Fprintf(w.out, "%d lines set aside in %s\n", i.rejects.count, i.rejects.path)
	}
}
