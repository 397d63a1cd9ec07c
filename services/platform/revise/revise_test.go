package revise

import (
	"context"
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

var collected = time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)

func connect(t *testing.T) (*bus.Bus, context.Context) {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b, t.Context()
}

func open(t *testing.T, b *bus.Bus) *Reviser {
	t.Helper()
	r, err := Open(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func item(n int, title string) kulkul.Item {
	return kulkul.Item{ID: kulkul.ItemID("wire", fmt.Sprint(n)), Source: "wire", Feed: "wire-main",
		GUID: fmt.Sprint(n), Title: title, Collected: collected, Entered: kulkul.DayOf(collected)}
}

// drain takes what COLLECTED holds, as the tagger would.
func drain(t *testing.T, b *bus.Bus, n int) []kulkul.Item {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	var got []kulkul.Item
	err := b.Consume(ctx, bus.Collected, bus.Tagger, bus.Batch{Size: 100, Linger: 100 * time.Millisecond},
		func(_ context.Context, batch []bus.Delivered) error {
			for _, d := range batch {
				var it kulkul.Item
				if err := d.Decode(&it); err != nil {
					return err
				}
				got = append(got, it)
				if err := d.Ack(); err != nil {
					return err
				}
			}
			if len(got) >= n {
				cancel()
			}
			return nil
		}, func(err error) { t.Error(err) })
	if err != nil || len(got) != n {
		t.Fatalf("COLLECTED gave %d items, want %d (%v)", len(got), n, err)
	}
	return got
}

func publish(t *testing.T, r *Reviser, items ...kulkul.Item) []Outcome {
	t.Helper()
	out, err := r.Publish(t.Context(), items, "")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRevisionsGrowWithContentOnly(t *testing.T) {
	b, _ := connect(t)
	r := open(t, b)
	steps := []struct {
		title    string
		later    time.Duration
		fate     Fate
		revision uint64
	}{
		{"First", 0, New, 1},
		{"First", time.Hour, Unchanged, 1},
		{"Second", 48 * time.Hour, Revised, 2},
		{"Second", 49 * time.Hour, Unchanged, 2},
		{"First", 72 * time.Hour, Revised, 3}, // back to an older content is a change
	}
	for i, s := range steps {
		it := item(1, s.title)
		it.Collected = collected.Add(s.later)
		it.Entered = kulkul.DayOf(it.Collected)
		o := publish(t, r, it)[0]
		if o.Fate != s.fate || o.Item.Revision != s.revision {
			t.Errorf("step %d: %s revision %d, want %s %d", i, o.Fate, o.Item.Revision, s.fate, s.revision)
		}
		if o.Item.Entered != kulkul.DayOf(collected) {
			t.Errorf("step %d: entered %s, want the first day", i, o.Item.Entered)
		}
	}
	var got []string
	for _, it := range drain(t, b, 3) {
		got = append(got, fmt.Sprintf("%s/%d/%s", it.Title, it.Revision, it.Entered))
	}
	want := "First/1/2026-01-10 Second/2/2026-01-10 First/3/2026-01-10"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("published %s, want %s", s, want)
	}
}

func TestManyItemsKeepTheirOrder(t *testing.T) {
	b, _ := connect(t)
	r := open(t, b)
	const n = 2*batch + 37
	items := make([]kulkul.Item, n)
	for i := range items {
		items[i] = item(i, "Title")
	}
	if got := Count(publish(t, r, items...), New); got != n {
		t.Fatalf("%d new, want %d", got, n)
	}
	items[3].Title, items[n-1].Title = "Changed", "Changed"
	out := publish(t, r, items...)
	if Count(out, Revised) != 2 || Count(out, Unchanged) != n-2 || out[3].Fate != Revised || out[n-1].Fate != Revised {
		t.Errorf("%d revised, %d unchanged", Count(out, Revised), Count(out, Unchanged))
	}
	drain(t, b, n+2)
}

// Two writers that bring the same contents at the same time publish each once;
// writers that bring different contents end at one last revision.
func TestConcurrentWriters(t *testing.T) {
	b, ctx := connect(t)
	const writers, n = 4, 50
	run := func(title func(writer int) string) {
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				items := make([]kulkul.Item, n)
				for i := range items {
					items[i] = item(i, title(w))
				}
				r, err := Open(ctx, b)
				if err == nil {
					_, err = r.Publish(ctx, items, "")
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	run(func(int) string { return "same" })
	for _, it := range drain(t, b, n) {
		if it.Revision != 1 {
			t.Errorf("%s has revision %d", it.GUID, it.Revision)
		}
	}
	run(func(w int) string { return fmt.Sprint("writer ", w) })
	r := open(t, b)
	for i := range n {
		id := item(i, "").ID
		known, err := r.Lookup(ctx, id)
		if err != nil || known[id].Revision < 2 || known[id].Revision > 1+writers {
			t.Errorf("item %d: revision %d, %v", i, known[id].Revision, err)
		}
	}
}

// begin does what Publish does up to the crash: the record is open, and the item
// published or not.
func begin(t *testing.T, b *bus.Bus, r *Reviser, it kulkul.Item, published bool) {
	t.Helper()
	out := make([]Outcome, 1)
	changes, err := r.changes(t.Context(), []kulkul.Item{it}, []int{0}, out, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, again, err := r.write(t.Context(), changes, true); err != nil || len(again) > 0 {
		t.Fatal(again, err)
	}
	if published {
		if err := b.Publish(t.Context(), changes[0].message); err != nil {
			t.Fatal(err)
		}
	}
}

// A crash between publish and record repeats the same message where the content
// is the same; what has changed meanwhile is the next revision. Whether the
// crash came before or after the publish, nothing is lost.
func TestRepeatAfterCrash(t *testing.T) {
	for _, published := range []bool{true, false} {
		for _, c := range []struct {
			title string
			fate  Fate
			want  string // what COLLECTED holds, and what it holds where the first was not published
			lost  string
		}{
			{"Title", New, "Title/1", "Title/1"},
			{"Changed meanwhile", Revised, "Title/1 Changed meanwhile/2", "Changed meanwhile/2"},
		} {
			b, _ := connect(t)
			r := open(t, b)
			begin(t, b, r, item(1, "Title"), published)
			o := publish(t, r, item(1, c.title))[0]
			if o.Fate != c.fate || o.Item.Entered != kulkul.DayOf(collected) {
				t.Errorf("%s after a crash: %s, entered %s", c.title, o.Fate, o.Item.Entered)
			}
			if again := publish(t, r, item(1, c.title))[0]; again.Fate != Unchanged || again.Item.Revision != o.Item.Revision {
				t.Errorf("%s once more: %s %d", c.title, again.Fate, again.Item.Revision)
			}
			want := c.want
			if !published {
				want = c.lost
			}
			var got []string
			for _, it := range drain(t, b, strings.Count(want, "/")) {
				got = append(got, fmt.Sprintf("%s/%d", it.Title, it.Revision))
			}
			if s := strings.Join(got, " "); s != want {
				t.Errorf("published %v: COLLECTED holds %q, want %q", published, s, want)
			}
		}
	}
}

func TestWithdrawnItemsStayOut(t *testing.T) {
	b, ctx := connect(t)
	r := open(t, b)
	id := item(1, "").ID
	if known, err := r.Withdraw(ctx, id); known || err != nil {
		t.Errorf("unknown item: %v, %v", known, err)
	}
	publish(t, r, item(1, "Title"))
	for range 2 {
		if known, err := r.Withdraw(ctx, id); !known || err != nil {
			t.Errorf("known item: %v, %v", known, err)
		}
	}
	if o := publish(t, r, item(1, "Changed"))[0]; o.Fate != Withdrawn || o.Item.Revision != 1 {
		t.Errorf("after: %s %d", o.Fate, o.Item.Revision)
	}
	recs, err := r.Lookup(ctx, id, "missing")
	it := recs[id].Item(id)
	if err != nil || len(recs) != 1 || it.Source != "wire" || it.Revision != 1 || !it.Withdrawn || it.Entered != kulkul.DayOf(collected) {
		t.Errorf("record %+v, %v", recs, err)
	}
	drain(t, b, 1)
}

// What JSON makes longer than the bus takes is cut, never lost.
func TestLongItemsFit(t *testing.T) {
	b, _ := connect(t)
	r := open(t, b)
	markup := item(1, "Mark-up")
	markup.Text, markup.Summary = strings.Repeat("<&>", kulkul.MaxText/3), strings.Repeat("\u2028", kulkul.MaxText/3)
	names := item(2, "Names")
	for range 30_000 {
		names.Authors = append(names.Authors, strings.Repeat("n", 60))
		names.Categories = append(names.Categories, strings.Repeat("c", 60))
	}
	title := item(3, strings.Repeat("&", 1<<20))
	link := item(4, "Link")
	link.Link = "https://example.org/" + strings.Repeat("<", 1<<20)
	publish(t, r, markup, names, title, link)
	for _, it := range drain(t, b, 4) {
		if !it.Truncated || it.Title == "" {
			t.Errorf("item %s: truncated %v, title of %d bytes", it.GUID, it.Truncated, len(it.Title))
		}
	}
	if o := publish(t, r, markup)[0]; o.Fate != Unchanged {
		t.Errorf("the same again: %s", o.Fate)
	}
}

func TestDamagedRecordIsAnError(t *testing.T) {
	b, ctx := connect(t)
	r := open(t, b)
	if _, err := r.bucket.Put(ctx, item(1, "").ID, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Publish(ctx, []kulkul.Item{item(1, "Title")}, ""); err == nil || !strings.Contains(err.Error(), item(1, "").ID) {
		t.Errorf("publish: %v", err)
	}
	if _, err := r.Lookup(ctx, item(1, "").ID); err == nil {
		t.Error("lookup: no error")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := r.Publish(ended, []kulkul.Item{item(2, "Title")}, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

func TestHistoryEntersOnItsOwnDay(t *testing.T) {
	b, _ := connect(t)
	r := open(t, b)
	it := item(1, "Old")
	it.Published, it.Retrospective = collected.AddDate(-3, 0, 0), true
	if o := publish(t, r, it)[0]; o.Item.Entered != kulkul.DayOf(it.Published) {
		t.Errorf("entered %s, want %s", o.Item.Entered, kulkul.DayOf(it.Published))
	}
	it.Title = "Old, corrected"
	if o := publish(t, r, it)[0]; o.Fate != Revised || o.Item.Entered != kulkul.DayOf(it.Published) {
		t.Errorf("%s, entered %s", o.Fate, o.Item.Entered)
	}
	drain(t, b, 2)
}
