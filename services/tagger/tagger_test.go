package tagger_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
	"github.com/kulkul-ews/kulkul/services/tagger"
)

const sources = `sources:
  - {id: gazette, name: Gazette, owner: press-house, country: SG, track: media, reliability: B}
  - {id: post, name: Post, owner: post, country: MY, track: "2", reliability: A, handling: members}
`

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

type world struct {
	bus      *bus.Bus
	store    *store.Store
	settings *config.Running
	got      chan kulkul.Tagged
}

func connect(t *testing.T, e enginetest.Engines) *bus.Bus {
	t.Helper()
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// open connects to the engines and collects what is published on TAGGED.
func open(t *testing.T) *world {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse)
	w := &world{bus: connect(t, e), got: make(chan kulkul.Tagged, 1000)}
	c := store.DefaultConfig()
	c.URL, c.User, c.Password = e.ClickHouse.URL, e.ClickHouse.User, e.ClickHouse.Password
	var err error
	if w.store, err = store.Open(t.Context(), c, prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	if err := w.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if w.settings, err = config.Start(ctx, w.bus, fstest.MapFS(taxonomyFiles(t))); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.bus.Consume(ctx, bus.TaggedItem, bus.Archiver, bus.Batch{Size: 100, Linger: 10 * time.Millisecond}, w.collect, nil)
	}()
	t.Cleanup(func() { cancel(); <-done; w.settings.Wait() })
	return w
}

// collect stores what was tagged, as the archiver does.
func (w *world) collect(ctx context.Context, list []bus.Delivered) error {
	var tagged []kulkul.Tagged
	for _, m := range list {
		var v kulkul.Tagged
		if err := m.Decode(&v); err != nil {
			return err
		}
		tagged = append(tagged, v)
	}
	if err := w.store.Writer().WriteItems(ctx, tagged); err != nil {
		return err
	}
	for i, m := range list {
		if err := m.Ack(); err != nil {
			return err
		}
		w.got <- tagged[i]
	}
	return nil
}

// taxonomyFiles are the tree's own taxonomy and the test's sources.
func taxonomyFiles(t *testing.T) map[string]*fstest.MapFile {
	t.Helper()
	configs := filepath.Join("..", "..", "configs")
	list, err := config.ReadFiles(os.DirFS(configs))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*fstest.MapFile{config.SourcesFile: {Data: []byte(sources)}}
	for path, data := range list {
		if strings.HasPrefix(path, config.TaxonomyDir+"/") {
			out[path] = &fstest.MapFile{Data: data}
		}
	}
	return out
}

func (w *world) tag(t *testing.T, b *bus.Bus) (stop func()) {
	t.Helper()
	s, err := tagger.New(tagger.DefaultConfig(), tagger.Deps{Bus: b, Store: w.store, Settings: w.settings,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("tagger: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func item(source string, n int, title, summary string) kulkul.Item {
	return kulkul.Item{ID: kulkul.ItemID(source, fmt.Sprint(n)), Source: source, GUID: fmt.Sprint(n), Title: title, Summary: summary,
		Link: fmt.Sprintf("https://%s.example/%d", source, n), Published: now.Add(-time.Hour), Collected: now, Entered: kulkul.DayOf(now), Revision: 1}
}

func (w *world) send(t *testing.T, id string, v any) {
	t.Helper()
	m, err := bus.NewMessage(bus.CollectedSubject("gazette"), id, v)
	if err != nil {
		t.Fatal(err)
	}
	m.Trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func (w *world) review(t *testing.T, r kulkul.Review) {
	t.Helper()
	m, err := bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func (w *world) next(t *testing.T) kulkul.Tagged {
	t.Helper()
	select {
	case v := <-w.got:
		return v
	case <-time.After(90 * time.Second):
		t.Fatal("nothing was tagged within 90 s")
	}
	return kulkul.Tagged{}
}

func ids(tags []kulkul.Tag) string {
	var out []string
	for _, t := range tags {
		out = append(out, t.ID)
	}
	return strings.Join(out, " ")
}

const (
	headline = "Coast guard vessels collide near Scarborough Shoal in the South China Sea"
	summary  = "A resupply boat was hit by water cannon before the collision, both sides say."
)

func TestAnItemIsTaggedWithItsStoryAndItsSource(t *testing.T) {
	w := open(t)
	w.tag(t, w.bus)
	w.send(t, "1", item("gazette", 1, headline, summary))
	got := w.next(t)
	if !strings.Contains(ids(got.Flashpoints), "south-china-sea") || !strings.Contains(ids(got.Areas), "maritime-security") {
		t.Errorf("tagged %q and %q", ids(got.Flashpoints), ids(got.Areas))
	}
	if got.Owner != "press-house" || got.Country != "SG" || got.Weight != 0.8 || got.Item.Handling != kulkul.Public || got.Item.Language != "en" {
		t.Errorf("owner %s, country %s, weight %v, handling %s, language %s", got.Owner, got.Country, got.Weight, got.Item.Handling, got.Item.Language)
	}
	for _, tag := range got.Flashpoints {
		for _, e := range tag.Evidence {
			if e.Field == "title" && headline[e.Start:e.End] != e.Text {
				t.Errorf("evidence %q is not at %d–%d of the title", e.Text, e.Start, e.End)
			}
		}
	}
	w.send(t, "2", item("post", 1, headline, summary))
	if again := w.next(t); again.Story != got.Story || again.Item.Handling != kulkul.Members {
		t.Errorf("the reprint is story %s with handling %s; want story %s, members", again.Story, again.Item.Handling, got.Story)
	}
	w.send(t, "3", item("gazette", 2, "Chess club wins the regional cup final", "A late blunder decided the game."))
	if other := w.next(t); len(other.Areas)+len(other.Flashpoints) != 0 || other.Story == got.Story {
		t.Errorf("the chess report is tagged %q %q in story %s", ids(other.Areas), ids(other.Flashpoints), other.Story)
	}
}

func TestUnreadableMessageIsSetAside(t *testing.T) {
	w := open(t)
	w.tag(t, w.bus)
	w.send(t, "bad", "no item")
	w.send(t, "good", item("gazette", 1, headline, summary))
	w.next(t)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	var got kulkul.Rejection
	err := w.bus.Consume(ctx, bus.Rejected, bus.Archiver, bus.Batch{Size: 1}, func(_ context.Context, list []bus.Delivered) error {
		defer cancel()
		return list[0].Decode(&got)
	}, nil)
	if err != nil || got.Code != "unreadable" || got.Where != "items.collected.gazette #1" {
		t.Errorf("rejection %+v, %v", got, err)
	}
}

func TestPeopleCorrectWithdrawAndRelease(t *testing.T) {
	w := open(t)
	w.tag(t, w.bus)
	i := item("gazette", 1, headline, summary)
	w.send(t, "1", i)
	w.next(t)

	w.review(t, kulkul.Review{ID: "r1", Verdict: kulkul.Correct, By: "ana", At: now, Item: &i, Areas: []string{"environment"}, Flashpoints: []string{"sabah"}})
	got := w.next(t)
	if !got.Corrected || ids(got.Areas) != "environment" || ids(got.Flashpoints) != "sabah" || got.Item.Amendment == 0 {
		t.Fatalf("corrected %v: %q %q, amendment %d", got.Corrected, ids(got.Areas), ids(got.Flashpoints), got.Item.Amendment)
	}
	revised := i
	revised.Revision, revised.Title = 2, headline+", again"
	w.send(t, "2", revised)
	if got = w.next(t); !got.Corrected || ids(got.Flashpoints) != "sabah" || got.Item.Revision != 2 {
		t.Errorf("a later revision lost the correction: %q, revision %d", ids(got.Flashpoints), got.Item.Revision)
	}
	// A decision made on the page of the older revision counts for the newer.
	w.review(t, kulkul.Review{ID: "r2", Verdict: kulkul.Withdraw, By: "ana", At: now, Item: &i})
	if got = w.next(t); !got.Item.Withdrawn || got.Item.Revision != 2 {
		t.Errorf("withdrawn %v at revision %d; want true at 2", got.Item.Withdrawn, got.Item.Revision)
	}
	w.review(t, kulkul.Review{ID: "r3", Verdict: kulkul.Release, By: "ana", At: now, Item: &revised})
	if got = w.next(t); got.Item.Withdrawn {
		t.Error("the release left the item withdrawn")
	}
}

func TestAnotherTaggerGoesOnWhereTheFirstStopped(t *testing.T) {
	w := open(t)
	stop := w.tag(t, w.bus)
	first := item("gazette", 1, headline, summary)
	w.send(t, "1", first)
	story := w.next(t).Story
	stop()
	w.tag(t, w.bus)
	late := item("post", 9, headline, summary)
	w.send(t, "2", late)
	if got := w.next(t); got.Story != story {
		t.Errorf("after a restart the reprint is story %s, want %s", got.Story, story)
	}
	again := first
	again.Revision, again.Entered = 2, first.Entered+3 // a record of its first day was lost
	w.send(t, "3", again)
	if got := w.next(t); got.Story != story || got.Item.Entered != first.Entered {
		t.Errorf("the item came back in story %s entered %v; want %s, %v", got.Story, got.Item.Entered, story, first.Entered)
	}
}

func TestANewTaxonomyTagsHistoryAnewThenFlips(t *testing.T) {
	w := open(t)
	w.tag(t, w.bus)
	for n := range 30 {
		w.send(t, fmt.Sprint(n), item("gazette", n, fmt.Sprintf("Report %d: %s", n, headline), summary))
	}
	old := w.next(t).Taxonomy
	for range 29 {
		w.next(t)
	}
	active, err := taxonomy.Open(t.Context(), w.bus)
	if err != nil {
		t.Fatal(err)
	}
	if active.Version() != old {
		t.Fatalf("active is %s, want %s", active.Version(), old)
	}
	files := maps.Clone(w.settings.Current().Files)
	for path, data := range files {
		if strings.HasSuffix(path, "sabah.yaml") {
			files[path] = append([]byte("# A second version.\n"), data...)
		}
	}
	if _, err := w.settings.Save(t.Context(), files, 1, "ana", "a test"); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for len(seen) < 30 {
		if got := w.next(t); got.Taxonomy != old {
			seen[got.Item.ID] = true
		}
	}
	deadline := time.Now().Add(90 * time.Second)
	for {
		if active, err = taxonomy.Open(t.Context(), w.bus); err != nil {
			t.Fatal(err)
		}
		if s := active.State(); s.Active != old && s.Next == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the pointer did not flip: %+v", active.State())
		}
		time.Sleep(50 * time.Millisecond)
	}
}
