package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
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
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

// world is a real bus, a real configuration and an intake that listens on
// loopback. The sources "tank" and "press" push; "novice" is in quarantine;
// "past" is switched off.
type world struct {
	t        *testing.T
	bus      *bus.Bus
	settings *config.Running
	reg      *prometheus.Registry
	config   Config
	service  *Service
	url      string

	mu  sync.Mutex
	log strings.Builder
	now time.Time // zero: the real time
}

const sourcesFile = `sources:
  - {id: tank, name: Tank, owner: tank, track: "2", reliability: B, feeds: [{id: tank-push}, {id: tank-web, url: "https://tank.example/feed", schedule: "@every 1h"}]}
  - {id: press, name: Press, owner: press, track: media, reliability: C}
  - {id: novice, name: Novice, owner: novice, track: "2", reliability: F, quarantine: true}
  - {id: past, name: Past, owner: past, track: "2", reliability: F, disabled: true}
`

func newWorld(t *testing.T, adapt func(*Config)) *world {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	c.MaxBytes = map[string]int64{bus.Collected: 4 << 20}
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	w := &world{t: t, bus: b, config: DefaultConfig(), reg: prometheus.NewRegistry()}
	w.config.Listen = "127.0.0.1:0"
	if adapt != nil {
		adapt(&w.config)
	}
	if w.settings, err = config.Start(t.Context(), b, fstest.MapFS{"sources.yaml": {Data: []byte(sourcesFile)}}); err != nil {
		t.Fatal(err)
	}
	w.service, err = New(w.config, Deps{Bus: b, Settings: w.settings, Metrics: w.reg, Now: w.clock,
		Log: slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.service.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	w.until("it is ready", func() bool { return w.service.Ready(ctx) == nil && w.service.Addr() != nil })
	w.url = "http://" + w.service.Addr().String()
	return w
}

// clock is the real time, or the one a test has set.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now.IsZero() {
		return time.Now()
	}
	return w.now
}

func (w *world) set(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

// Write takes the log.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

func (w *world) logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	w.t.Fatalf("not within 90 s: %s\n%s", what, w.logged())
}

// key makes a key, as a command would, and gives its text.
func (w *world) key(change func(*keys.Key), sources ...string) string {
	w.t.Helper()
	k, text := keys.Create(time.Now(), sources...)
	if change != nil {
		change(&k)
	}
	if err := keys.Save(w.t.Context(), w.bus, k); err != nil {
		w.t.Fatal(err)
	}
	w.until("the key is known", func() bool { _, ok := w.service.ring.Find(k.ID); return ok })
	return text
}

// said is an answer.
type said struct {
	status  int
	header  http.Header
	body    []byte
	receipt kulkul.Receipt
	problem problem
}

// ask sends a request under a key; headers come in pairs of name and value.
func (w *world) ask(method, path, key, body string, headers ...string) said {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) said {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	s := said{status: resp.StatusCode, header: resp.Header}
	if s.body, err = io.ReadAll(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	target := any(&s.receipt)
	if resp.Header.Get("Content-Type") == "application/problem+json" {
		target = &s.problem
	}
	if strings.HasSuffix(resp.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(s.body, target); err != nil {
			w.t.Fatalf("%s %s: %v in %s", req.Method, req.URL, err, s.body)
		}
	}
	w.checkDocumented(req, s)
	return s
}

// collected takes the items that COLLECTED holds, waiting for n.
func (w *world) collected(n int) []kulkul.Item {
	w.t.Helper()
	return consumed[kulkul.Item](w, bus.Collected, bus.Tagger, n, nil)
}

// rejected takes what REJECTED holds, waiting for n.
func (w *world) rejected(n int) []kulkul.Rejection {
	w.t.Helper()
	return consumed[kulkul.Rejection](w, bus.Rejected, bus.Archiver, n, nil)
}

// consumed takes n messages of a stream, and any that follow within a moment.
func consumed[T any](w *world, stream, durable string, n int, keep func(T) bool) []T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 90*time.Second)
	defer cancel()
	var got []T
	settle := time.AfterFunc(time.Hour, cancel)
	if n == 0 {
		settle.Reset(200 * time.Millisecond)
	}
	err := w.bus.Consume(ctx, stream, durable, bus.Batch{Size: 100, Linger: 5 * time.Millisecond},
		func(_ context.Context, batch []bus.Delivered) error {
			for _, d := range batch {
				var v T
				if err := d.Decode(&v); err != nil {
					return err
				}
				if keep == nil || keep(v) {
					got = append(got, v)
				}
				if err := d.Ack(); err != nil {
					return err
				}
			}
			if len(got) >= n {
				settle.Reset(200 * time.Millisecond)
			}
			return nil
		}, func(err error) { w.t.Error(err) })
	if err != nil || len(got) != n {
		w.t.Fatalf("%s gave %d messages, want %d (%v)\n%s", stream, len(got), n, err, w.logged())
	}
	return got
}

// metric reads a counter by one of its labels ("name=value").
func (w *world) metric(name, label string) float64 {
	w.t.Helper()
	families, err := w.reg.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && labelled(m.GetLabel(), label) {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func labelled(labels []*dto.LabelPair, want string) bool {
	for _, l := range labels {
		if l.GetName()+"="+l.GetValue() == want {
			return true
		}
	}
	return want == ""
}

// String is the body, for messages.
func (s said) String() string { return string(bytes.TrimSpace(s.body)) }
