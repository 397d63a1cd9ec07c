package receipt

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

var now = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) *Book {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	book, err := Open(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestBookKeepsReceipts(t *testing.T) {
	b := open(t)
	r := kulkul.Receipt{ID: NewID(), Source: "tank", Key: "k", At: now, Counts: map[kulkul.Fate]int{kulkul.Accepted: 1},
		Items: []kulkul.ReceiptItem{{ID: "x", Fate: kulkul.Accepted, Revision: 1}}}
	if err := b.Save(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	got, err := b.Find(t.Context(), r.ID)
	if err != nil || got.Source != "tank" || len(got.Items) != 1 || got.Items[0].ID != "x" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, id := range []string{"", NewID(), "*", ">", "a.b", strings.Repeat("a", 100)} {
		if _, err := b.Find(t.Context(), id); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// A receipt that would not fit loses details, never items or fates.
func TestLongReceiptsFit(t *testing.T) {
	r := kulkul.Receipt{ID: NewID()}
	for i := range 2000 {
		it := kulkul.ReceiptItem{Index: i, GUID: strings.Repeat("é", 100), Fate: kulkul.Refused}
		for range 50 {
			it.Problems = append(it.Problems, kulkul.ReceiptProblem{Pointer: "/0/" + strings.Repeat("p", 100), Code: "unknown", Detail: strings.Repeat("d", 100)})
		}
		r.Items = append(r.Items, it)
	}
	raw, err := encode(r)
	if err != nil || len(raw) > maxReceipt || strings.Count(string(raw), `"rejected"`) != 2000 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	if len(r.Items[0].Problems) != 50 {
		t.Error("the caller's receipt was shortened")
	}
}

func TestNoncesAreTakenOnce(t *testing.T) {
	b := open(t)
	for i, c := range []struct {
		key, nonce string
		fresh      bool
	}{{"k", "n", true}, {"k", "n", false}, {"l", "n", true}, {"k", "m", true}, {"kn", "", true}, {"k", "n", false}} {
		if fresh, err := b.Nonce(t.Context(), c.key, c.nonce); err != nil || fresh != c.fresh {
			t.Errorf("step %d: %v, %v", i, fresh, err)
		}
	}
	// Of many at once one is the first.
	var wg sync.WaitGroup
	var lock sync.Mutex
	first := 0
	for range 20 {
		wg.Go(func() {
			fresh, err := b.Nonce(t.Context(), "k", "race")
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				t.Error(err)
			}
			if fresh {
				first++
			}
		})
	}
	wg.Wait()
	if first != 1 {
		t.Errorf("%d were first", first)
	}
}

func TestRequestsUnderOneToken(t *testing.T) {
	b, ctx := open(t), t.Context()
	q, err := b.Begin(ctx, "k", "tok", "hash", now)
	if err != nil || q.Done {
		t.Fatalf("%+v, %v", q, err)
	}
	if _, err := b.Begin(ctx, "k", "tok", "hash", now.Add(time.Second)); !errors.Is(err, ErrInProgress) {
		t.Errorf("in progress: %v", err)
	}
	if _, err := b.Begin(ctx, "k", "tok", "other", now); !errors.Is(err, ErrReused) {
		t.Errorf("reused: %v", err)
	}
	// The process that began it is gone: another takes over, and the first can't
	// finish any more.
	over, err := b.Begin(ctx, "k", "tok", "hash", now.Add(2*abandoned))
	if err != nil || over.Done {
		t.Fatalf("%+v, %v", over, err)
	}
	if err := b.Finish(ctx, q, 202, "late"); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("the first finishes: %v", err)
	}
	if err := b.Finish(ctx, over, 202, "r1"); err != nil {
		t.Fatal(err)
	}
	done, err := b.Begin(ctx, "k", "tok", "hash", now.Add(3*abandoned))
	if err != nil || !done.Done || done.Status != 202 || done.Receipt != "r1" {
		t.Errorf("%+v, %v", done, err)
	}
	failed, err := b.Begin(ctx, "k", "fails", "hash", now)
	if err == nil {
		err = b.Forget(ctx, failed)
	}
	if err == nil {
		_, err = b.Begin(ctx, "k", "fails", "hash2", now)
	}
	if err != nil {
		t.Errorf("after it was forgotten: %v", err)
	}
	// Of many at once one begins.
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.Begin(ctx, "k", "race", "hash", now) })
	}
	wg.Wait()
	began := 0
	for i, err := range errs {
		if err == nil {
			began++
		} else if !errors.Is(err, ErrInProgress) {
			t.Error(fmt.Errorf("%d: %w", i, err))
		}
	}
	if began != 1 {
		t.Errorf("%d began", began)
	}
}
