package collector

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// world is a real bus, a real configuration and a collector on them; the
// publishers are HTTP servers on loopback addresses of their own.
type world struct {
	t        *testing.T
	bus      *bus.Bus
	settings *config.Running
	reg      *prometheus.Registry
	config   Config
	log      *strings.Builder
	logLock  sync.Mutex
	halt     func() // ends the consumers

	mu      sync.Mutex
	items   []kulkul.Item
	fetches []kulkul.Fetch
	health  []kulkul.Health
	rejects []kulkul.Rejection
}

// quick asks often and takes nothing for slow.
func quick() Config {
	c := DefaultConfig()
	c.Dial.Allow = []string{"127.0.0.0/8"}
	c.HostGap, c.Spread = 0, 0
	c.Schedule.Floor, c.Schedule.Ceiling, c.Schedule.BackOff = 20*time.Millisecond, 20*time.Millisecond, 50*time.Millisecond
	c.Schedule.Jitter, c.Schedule.Adapt = 0, 0
	c.Fetch.Timeout = 3 * time.Second
	return c
}

// yearly is a schedule under which a feed is asked once in a test.
const yearly = "@every 8760h"

func newWorld(t *testing.T) *world { return newWorldOf(t, 256<<20) }

// newWorldOf is newWorld with a COLLECTED of so many bytes.
func newWorldOf(t *testing.T, size int64) *world {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	c.MaxBytes = map[string]int64{bus.Collected: size}
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	w := &world{t: t, bus: b, config: quick(), reg: prometheus.NewRegistry(), log: &strings.Builder{}}
	w.consume()
	t.Cleanup(func() { w.halt() })
	return w
}

// consume takes what the collector publishes, as those downstream do.
func (w *world) consume() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, stream := range []string{bus.Collected, bus.Health, bus.Rejected} {
		durable := map[string]string{bus.Collected: bus.Tagger, bus.Health: bus.Archiver, bus.Rejected: bus.Archiver}[stream]
		wg.Go(func() {
			err := w.bus.Consume(ctx, stream, durable, bus.Batch{Size: 500, Linger: 5 * time.Millisecond}, w.took, func(err error) { w.t.Error(err) })
			if err != nil && ctx.Err() == nil {
				w.t.Error(err)
			}
		})
	}
	w.halt = func() { cancel(); wg.Wait() }
}

// pauseConsumers ends them; consume starts them again.
func (w *world) pauseConsumers() { w.halt() }

// took keeps what the collector told the bus.
func (w *world) took(_ context.Context, batch []bus.Delivered) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range batch {
		var err error
		switch head, _, _ := strings.Cut(d.Subject, "."); {
		case strings.HasPrefix(d.Subject, "items.collected."):
			err = keep(d, &w.items)
		case strings.HasPrefix(d.Subject, "items.rejected."):
			err = keep(d, &w.rejects)
		case head == "fetches":
			err = keep(d, &w.fetches)
		default:
			err = keep(d, &w.health)
		}
		if err == nil {
			err = d.Ack()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func keep[T any](d bus.Delivered, list *[]T) error {
	var v T
	if err := d.Decode(&v); err != nil {
		return err
	}
	*list = append(*list, v)
	return nil
}

// sources puts a configuration in force.
func (w *world) sources(list ...kulkul.Source) {
	w.t.Helper()
	for i := range list {
		list[i].Name, list[i].Owner, list[i].Track, list[i].Reliability = list[i].ID, list[i].ID, kulkul.TrackMedia, "B"
	}
	raw, err := json.Marshal(map[string]any{"sources": list}) // JSON is YAML
	if err != nil {
		w.t.Fatal(err)
	}
	if w.settings == nil {
		w.settings, err = config.Start(w.t.Context(), w.bus, fstest.MapFS{"sources.yaml": {Data: raw}})
	} else {
		_, err = w.settings.Save(w.t.Context(), map[string][]byte{"sources.yaml": raw}, w.settings.Current().Version, "test", "changed")
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// Write takes the log.
func (w *world) Write(b []byte) (int, error) {
	w.logLock.Lock()
	defer w.logLock.Unlock()
	return w.log.Write(b)
}

func (w *world) logged() string {
	w.logLock.Lock()
	defer w.logLock.Unlock()
	return w.log.String()
}

// run starts a collector; the function it gives stops it and waits.
func (w *world) run() (stop func()) {
	w.t.Helper()
	w.reg = prometheus.NewRegistry()
	s, err := New(w.config, Deps{Bus: w.bus, Settings: w.settings, Metrics: w.reg, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				w.t.Errorf("Run: %v", err)
			}
		})
	}
	w.t.Cleanup(stop)
	return stop
}

// until waits until the condition holds; the condition may read what was kept.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for time.Now().Before(deadline) {
		w.mu.Lock()
		ok := holds()
		w.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.t.Fatalf("not within 90 s: %s\n%s", what, w.logged())
}

// metric reads a counter or gauge; label is "name=value" or "".
func (w *world) metric(name, label string) float64 {
	families, err := w.reg.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if label == "" || has(m.GetLabel(), label) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

func has(labels []*dto.LabelPair, want string) bool {
	for _, l := range labels {
		if l.GetName()+"="+l.GetValue() == want {
			return true
		}
	}
	return false
}

// publisher serves HTTP on a loopback address of its own.
func publisher(t testing.TB, address string, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// rss is a feed of items with the titles given.
func rss(titles ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>`)
	for i, title := range titles {
		fmt.Fprintf(&b, `<item><guid>g%d</guid><title>%s</title><description>Text of %s.</description>`+
			`<pubDate>Mon, %02d Jan 2026 08:00:00 GMT</pubDate></item>`, i, title, title, 5+i%20)
	}
	return b.String() + `</channel></rss>`
}

func source(id, url, schedule string) kulkul.Source {
	return kulkul.Source{ID: id, Feeds: []kulkul.Feed{{ID: id + "-feed", URL: url, Schedule: schedule}}}
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
