package live

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

var engines *enginetest.Process

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kulkul-live-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if engines, err = enginetest.Launch(enginetest.NATS, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer engines.Close()
	return m.Run()
}

// stage is a hub that follows a real bus behind a real server.
type stage struct {
	hub   *Hub
	bus   *bus.Bus
	url   string
	still atomic.Bool
	stop  context.CancelFunc
	ended chan error
}

func start(t *testing.T, most int) *stage {
	t.Helper()
	c := bus.DefaultConfig()
	c.URL, c.Token = engines.Engines.NATS.URL, engines.Engines.NATS.Token
	b, err := bus.Connect(t.Context(), "console", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	s := &stage{hub: New(most, prometheus.NewRegistry()), bus: b, ended: make(chan error, 1)}
	s.still.Store(true)
	s.hub.beat = 50 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() { s.ended <- s.hub.Run(ctx, b) }()
	server := httptest.NewServer(s.hub.Handler(func(*http.Request) bool { return s.still.Load() }))
	s.url = server.URL
	t.Cleanup(func() {
		stop()
		server.Close()
	})
	return s
}

// page opens a stream and gives its lines until it ends.
func (s *stage) page(t *testing.T) <-chan string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s, %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	lines := make(chan string, 1024)
	go func() {
		defer close(lines)
		defer answer.Body.Close()
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	return lines
}

// await gives the names of events until want of them came.
func await(t *testing.T, lines <-chan string, want int) []string {
	t.Helper()
	var events []string
	late := time.After(90 * time.Second)
	for len(events) < want {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("the stream ended after %v", events)
			}
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				events = append(events, name)
			} else if data, ok := strings.CutPrefix(line, "data: "); ok && data != "{}" {
				t.Errorf("a page is told content: %s", data)
			}
		case <-late:
			t.Fatalf("only %v came", events)
		}
	}
	return events
}

func (s *stage) publish(t *testing.T, subject string) {
	t.Helper()
	m, err := bus.NewMessage(subject, kulkul.Hash(subject, time.Now().String()), kulkul.Touch{})
	if err == nil {
		err = s.bus.Publish(t.Context(), m)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestPagesAreTold(t *testing.T) {
	s := start(t, 10)
	one, two := s.page(t), s.page(t)
	for range 20 {
		s.publish(t, bus.TaggedSubject("secret-source"))
	}
	s.publish(t, bus.AlertSubject(kulkul.Firing, kulkul.High))
	s.publish(t, bus.DeliverySubject("email"))
	s.publish(t, bus.HealthSubject("secret-source"))
	want := []string{"alerts", "deliveries", "health", "items"}
	for _, page := range []<-chan string{one, two} {
		got := await(t, page, 4)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("told of %v, want %v once each", got, want)
		}
	}
}

func TestTooManyPagesAreRefused(t *testing.T) {
	s := start(t, 2)
	s.page(t)
	s.page(t)
	answer, err := http.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("the third page: %s", answer.Status)
	}
}

// drained waits until a stream has ended.
func drained(t *testing.T, lines <-chan string) {
	t.Helper()
	late := time.After(90 * time.Second)
	for {
		select {
		case _, open := <-lines:
			if !open {
				return
			}
		case <-late:
			t.Fatal("the stream goes on")
		}
	}
}

func TestStreamsEndWithTheSession(t *testing.T) {
	s := start(t, 2)
	page := s.page(t)
	s.still.Store(false)
	drained(t, page)
}

func TestStreamsEndWithTheHub(t *testing.T) {
	s := start(t, 2)
	s.hub.beat = time.Hour
	page := s.page(t)
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	drained(t, page)
}

// Two hundred pages that follow cost little memory, and none that leave stays.
func TestManyPages(t *testing.T) {
	s := start(t, 250)
	before := heap()
	ctx, cancel := context.WithCancel(t.Context())
	var pages sync.WaitGroup
	var told atomic.Int64
	for range 200 {
		pages.Go(func() {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				return // the test is over
			}
			defer answer.Body.Close()
			for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
				if scan.Text() == "event: alerts" {
					told.Add(1)
				}
			}
		})
	}
	waitFor(t, "200 pages", func() bool { s.hub.mu.Lock(); defer s.hub.mu.Unlock(); return len(s.hub.viewers) == 200 })
	s.publish(t, bus.AlertSubject(kulkul.Firing, kulkul.High))
	waitFor(t, "200 told", func() bool { return told.Load() == 200 })
	// Both ends of each connection are in this process.
	if cost := heap() - before; cost > 100<<20 {
		t.Errorf("200 pages cost %d MiB", cost>>20)
	}
	cancel()
	pages.Wait()
	waitFor(t, "no page", func() bool { s.hub.mu.Lock(); defer s.hub.mu.Unlock(); return len(s.hub.viewers) == 0 })
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for late := time.Now().Add(90 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("no sign of %s", what)
		}
	}
}
