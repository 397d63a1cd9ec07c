package detector_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/detector"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

const rules = `
version: v1
indicators:
  - id: three
    method: threshold
    window: 3
    minimum: {stories: 3, publishers: 2}
    clear: {stories: 2}
    series: {kinds: [pairs, flashpoints]}
`

// noon is on 1 June 2026.
var noon = kulkul.Day(20605).Start().Add(12 * time.Hour)

// world is a bus and a store, and what the detectors on them told.
type world struct {
	t     *testing.T
	bus   *bus.Bus
	store *store.Store
	// away, while set, makes the database's address answer 502.
	away atomic.Bool
	// shift is how far the detectors' clock is from noon.
	shift atomic.Int64
	// rules and config are those of the detectors.
	rules  string
	config detector.Config

	mu      sync.Mutex
	events  []kulkul.AlertEvent
	notices []kulkul.Notice
	told    []time.Time
	items   int
}

func open(t *testing.T) *world {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse)
	w := &world{t: t, rules: rules, config: detector.DefaultConfig()}
	w.config.Retry = 50 * time.Millisecond
	bc := bus.DefaultConfig()
	bc.URL, bc.Token = e.NATS.URL, e.NATS.Token
	var err error
	if w.bus, err = bus.Connect(t.Context(), "test", bc, prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.bus.Close)
	c := store.DefaultConfig()
	c.URL, c.User, c.Password = w.proxy(e.ClickHouse.URL), e.ClickHouse.User, e.ClickHouse.Password
	if w.store, err = store.Open(t.Context(), c, prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	if err := w.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.listen()
	return w
}

// proxy stands before the database, so that a test can take it away.
func (w *world) proxy(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.away.Load() {
			http.Error(rw, "away", http.StatusBadGateway)
			return
		}
		p.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(s.Close)
	return s.URL
}

// listen gathers what is told.
func (w *world) listen() {
	ctx, cancel := context.WithCancel(w.t.Context())
	done, standing := make(chan error, 1), make(chan struct{})
	go func() {
		done <- w.bus.Follow(ctx, func() { close(standing) }, func(subject string, body []byte) {
			w.mu.Lock()
			defer w.mu.Unlock()
			var e kulkul.AlertEvent
			var n kulkul.Notice
			if err := json.Unmarshal(body, &e); err == nil && e.Change != "" {
				w.events, w.told = append(w.events, e), append(w.told, time.Now())
			} else if err := json.Unmarshal(body, &n); err == nil {
				w.notices = append(w.notices, n)
			}
		}, bus.AllAlerts, bus.AllNotices)
	}()
	w.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	<-standing
}

func (w *world) now() time.Time { return noon.Add(time.Duration(w.shift.Load())) }

// detect runs a detector until the function given back is called.
func (w *world) detect() (*detector.Service, func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	settings, err := config.Start(ctx, w.bus, fstest.MapFS{config.IndicatorsFile: {Data: []byte(w.rules)}})
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := detector.New(w.config, detector.Deps{Bus: w.bus, Store: w.store, Settings: settings,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(), Now: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("detector: %v", err)
		}
		settings.Wait()
	})
	w.t.Cleanup(stop)
	return s, stop
}

// tagging says that the taxonomy t1 is active.
func (w *world) tagging() {
	w.t.Helper()
	bucket, err := w.bus.Bucket(w.t.Context(), bus.BucketTagger)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := bucket.Put(w.t.Context(), taxonomy.Key, []byte(`{"active":"t1"}`)); err != nil {
		w.t.Fatal(err)
	}
}

// report stores n stories of different publishers about a flashpoint, as of
// the detectors' now, and touches the series.
func (w *world) report(flashpoint string, n int) {
	w.t.Helper()
	var list []kulkul.Tagged
	for i := range n {
		w.items++
		source := fmt.Sprint("source-", i)
		id := kulkul.ItemID(source, fmt.Sprint(w.items))
		list = append(list, kulkul.Tagged{Taxonomy: "t1", Story: kulkul.Hash("story", id), Owner: source, Country: []string{"SG", "ID", "PH"}[i%3],
			Weight: 0.8, Areas: []kulkul.Tag{{ID: "maritime-security", Score: 1}}, Flashpoints: []kulkul.Tag{{ID: flashpoint, Score: 1}},
			TaggedAt: w.now(), Item: kulkul.Item{ID: id, Source: source, Title: fmt.Sprintf("Report %d", w.items), Revision: 1,
				Published: w.now().Add(-time.Hour), Collected: w.now(), Entered: kulkul.DayOf(w.now()), Handling: kulkul.Public}})
	}
	if err := w.store.Writer().WriteItems(w.t.Context(), list); err != nil {
		w.t.Fatal(err)
	}
	p := kulkul.Pair{Flashpoint: flashpoint, Area: "maritime-security"}
	w.publish(bus.TouchedSubject(p), "", kulkul.Touch{Pair: p, Day: kulkul.DayOf(w.now()), At: w.now()})
}

func (w *world) publish(subject, id string, v any) {
	w.t.Helper()
	m, err := bus.NewMessage(subject, id, v)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.bus.Publish(w.t.Context(), m); err != nil {
		w.t.Fatal(err)
	}
}

// heard lists what people hear of: "change flashpoint/area". An event that was
// published again, because a detector was stopped before it had noted that it
// was published, carries the same id and is heard once.
func (w *world) heard() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	seen := map[string]bool{}
	for _, e := range w.events {
		if e.Alert.Inhibited == "" && !seen[e.ID] {
			seen[e.ID] = true
			out = append(out, fmt.Sprintf("%s %s/%s", e.Change, e.Alert.Key.Flashpoint, e.Alert.Key.Area))
		}
	}
	return out
}

func (w *world) wants(want ...string) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("hearing %q", want), func() bool { return slices.Equal(w.heard(), want) }, func() any { return w.heard() })
}

func (w *world) told1() kulkul.AlertEvent {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.events[0]
}

// eventually waits for a condition and else says what there is.
func eventually(t *testing.T, what string, ok func() bool, have func() any) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen; have %v", what, have())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func ready(t *testing.T, s *detector.Service) {
	t.Helper()
	eventually(t, "readiness", func() bool { return s.Ready(t.Context()) == nil }, func() any { return s.Ready(t.Context()) })
}
