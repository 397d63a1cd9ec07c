package hold

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

func connect(t *testing.T) *bus.Bus {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func open(t *testing.T, b *bus.Bus) *Ward {
	t.Helper()
	w, err := Open(t.Context(), b, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told takes the items that were told of as held.
func told(t *testing.T, b *bus.Bus, n int) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	got, total := map[string]int{}, 0
	err := b.Consume(ctx, bus.Rejected, bus.Archiver, bus.Batch{Size: 50, Linger: 100 * time.Millisecond},
		func(_ context.Context, batch []bus.Delivered) error {
			for _, d := range batch {
				var r kulkul.Rejection
				if err := d.Decode(&r); err != nil {
					return err
				}
				if !r.Quarantined || r.Item == nil {
					t.Errorf("rejection %+v", r)
				}
				got[r.Item.ID]++
				total++
				if err := d.Ack(); err != nil {
					return err
				}
			}
			if total >= n {
				cancel()
			}
			return nil
		}, func(err error) { t.Error(err) })
	if err != nil || total != n {
		t.Fatalf("%d told, want %d (%v)", total, n, err)
	}
	return got
}

func TestManyItemsAreHeld(t *testing.T) {
	b := connect(t)
	w := open(t, b)
	var items []kulkul.Item
	var ids []string
	for i := range 100 {
		it := kulkul.Item{ID: kulkul.ItemID("novice", fmt.Sprint(i)), Source: "novice", Title: fmt.Sprint("Item ", i)}
		items, ids = append(items, it), append(ids, it.ID)
	}
	for round, want := range []kulkul.Fate{kulkul.Quarantined, kulkul.Duplicate} {
		fates, err := w.Put(t.Context(), "key", items)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range fates {
			if f != want {
				t.Errorf("round %d, item %d: %s", round, i, f)
			}
		}
	}
	if got := told(t, b, 100); len(got) != 100 {
		t.Errorf("%d items told", len(got))
	}
	held, err := w.Many(t.Context(), append(ids, "missing"))
	if err != nil || len(held) != 100 {
		t.Errorf("%d held, %v", len(held), err)
	}
	h, ok, err := w.Get(t.Context(), ids[7])
	if err != nil || !ok || h.Item.Title != "Item 7" || h.Key != "key" || h.At.IsZero() {
		t.Errorf("%+v, %v, %v", h, ok, err)
	}
	if err := w.Drop(t.Context(), ids[7]); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := w.Get(t.Context(), ids[7]); ok || err != nil {
		t.Errorf("after it was dropped: %v, %v", ok, err)
	}
	// What was let go may come again.
	if fates, err := w.Put(t.Context(), "key", items[7:8]); err != nil || fates[0] != kulkul.Quarantined {
		t.Errorf("again: %v, %v", fates, err)
	}
}

// What was kept and not told of, because the process died, is told of at the
// next start.
func TestCrashBetweenKeepingAndTelling(t *testing.T) {
	b := connect(t)
	w := open(t, b)
	it := kulkul.Item{ID: kulkul.ItemID("novice", "1"), Source: "novice", Title: "T"}
	m, err := bus.NewMessage(bus.QuarantinedSubject("novice"), "quarantined:1", kulkul.Rejection{ID: "r", Quarantined: true, Item: &it})
	if err != nil {
		t.Fatal(err)
	}
	// The state as the first half of Put leaves it.
	state := map[string]any{"state": Held{Item: it, Key: "k"}, "events": []bus.Message{m}}
	if _, err := w.bucket.UpdateJSON(t.Context(), it.ID, state, 0); err != nil {
		t.Fatal(err)
	}
	open(t, b)
	open(t, b) // and once only
	if got := told(t, b, 1); got[it.ID] != 1 {
		t.Errorf("told %v", got)
	}
}
