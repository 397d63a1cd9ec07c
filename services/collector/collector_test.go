package collector

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/health"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// record reads what the bucket holds of a feed.
func (w *world) record(feed string) (r record) {
	w.t.Helper()
	bucket, err := w.bus.Bucket(w.t.Context(), bus.BucketPolls)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := bus.NewOutbox(bucket).Get(w.t.Context(), feed, &r); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// say is a server whose answer a test changes while it runs.
type say struct{ answer atomic.Value }

func (s *say) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.answer.Load().(http.HandlerFunc)(w, r)
}

func (s *say) set(h http.HandlerFunc) { s.answer.Store(h) }

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

const often = "@every 1s"

// An edited entry is a new revision, the others are nothing; the feed record
// says how many of each.
func TestEditsAreRevisions(t *testing.T) {
	w := newWorld(t)
	var s say
	s.set(body(rss("One", "Two", "Three")))
	w.sources(source("tank", publisher(t, "127.0.0.2", s.ServeHTTP), often))
	w.run()
	w.until("three items", func() bool { return len(w.items) == 3 })
	s.set(body(rss("One", "Two, edited", "Three", "Four")))
	w.until("five messages", func() bool { return len(w.items) == 5 })
	w.until("the fetch is told", func() bool {
		for _, f := range w.fetches {
			if f.New == 1 && f.Revised == 1 && f.Items == 4 {
				return true
			}
		}
		return false
	})
	for _, it := range w.items[3:] {
		want := map[string]uint64{"Two, edited": 2, "Four": 1}[it.Title]
		if it.Revision != want || it.Source != "tank" || it.Feed != "tank-feed" {
			t.Errorf("item %+v", it)
		}
	}
	w.until("it is new", func() bool { return len(w.health) > 0 })
	if w.health[0].State != health.New {
		t.Errorf("health %+v", w.health[0])
	}
}

// Bodies that are no feed are told once with what was got, and cost nobody else
// anything.
func TestBrokenFeeds(t *testing.T) {
	w := newWorld(t)
	w.config.Fetch.MaxDecoded = 1 << 20
	list := []kulkul.Source{source("good", publisher(t, "127.0.0.2", body(rss("Good"))), often)}
	broken := map[string]http.HandlerFunc{
		"page":  body("<html><body>Not here</body></html>"),
		"empty": body(""),
		"huge":  body(strings.Repeat("x", 2<<20)),
		"error": func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(500) },
	}
	i := 3
	for name, h := range broken {
		list = append(list, source(name, publisher(t, fmt.Sprint("127.0.0.", i), h), often))
		i++
	}
	list = append(list, source("private", "http://10.255.255.1/feed", often), source("nobody", "http://127.0.0.99:1/feed", often))
	w.sources(list...)
	w.run()
	faults := map[string]string{"page": "not_a_feed", "empty": "empty", "huge": "too_big", "error": "status_5xx", "private": "refused_address", "nobody": "connect"}
	for id, fault := range faults {
		w.until(id+" was asked twice", func() bool {
			n := 0
			for _, f := range w.fetches {
				if f.Source == id && f.Error != "" {
					n++
				}
			}
			return n >= 2
		})
		if got := w.record(id + "-feed").Fault; got != fault {
			t.Errorf("%s: fault %q, want %q", id, got, fault)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := map[string]int{}
	for _, r := range w.rejects {
		kept[r.Source+" "+r.Code]++
		if r.Stage != "collector" || r.Where != "document" || r.Reason == "" || r.Source == "page" && !strings.Contains(string(r.Payload), "Not here") {
			t.Errorf("rejection %+v", r)
		}
	}
	if len(kept) != 2 || kept["page not_a_feed"] != 1 || kept["empty empty"] != 1 {
		t.Errorf("kept %v", kept)
	}
	if w.metric("kulkul_collector_fetches_total", "result=refused_address") < 1 || w.metric("kulkul_collector_rejections_total", "code=not_a_feed") != 1 {
		t.Error("faults are not counted")
	}
	if len(w.items) != 1 || !strings.Contains(w.logged(), "feed not read") {
		t.Errorf("%d items", len(w.items))
	}
}

// Entries that say nothing are set aside; the others come in.
func TestEmptyEntriesAreSetAside(t *testing.T) {
	w := newWorld(t)
	w.sources(source("tank", publisher(t, "127.0.0.2", body(`<rss version="2.0"><channel><title>T</title><item><guid>a</guid></item>
		<item><guid>b</guid><title>B</title></item></channel></rss>`)), yearly))
	w.run()
	w.until("both are dealt with", func() bool { return len(w.items) == 1 && len(w.rejects) == 1 && len(w.fetches) == 1 })
	if r := w.rejects[0]; r.Code != "empty" || !strings.HasSuffix(r.Where, "a") || w.fetches[0].Problems != 1 {
		t.Errorf("%+v, %+v", r, w.fetches[0])
	}
}

// Permanent redirects are followed and, once they have come often enough,
// adopted; temporary ones never are. An adopted address that fails is dropped.
func TestMoves(t *testing.T) {
	w := newWorld(t)
	var target say
	target.set(body(rss("Moved")))
	there := publisher(t, "127.0.0.3", target.ServeHTTP)
	old := atomic.Int32{}
	from := publisher(t, "127.0.0.2", func(rw http.ResponseWriter, r *http.Request) {
		old.Add(1)
		status := http.StatusMovedPermanently
		if r.URL.Path == "/temporary" {
			status = http.StatusFound
		}
		http.Redirect(rw, r, there+r.URL.Path, status)
	})
	w.sources(source("moved", from+"/moved", often), source("lent", from+"/temporary", often))
	w.run()
	// The log line is written before the record is stored.
	w.until("the move is adopted", func() bool { return w.record("moved-feed").Moved == there+"/moved" })
	if !strings.Contains(w.logged(), "feed has moved") {
		t.Error("the move is not told")
	}
	w.until("the other is asked as often", func() bool {
		n := 0
		for _, f := range w.fetches {
			if f.Source == "lent" {
				n++
			}
		}
		return n >= 5
	})
	if r := w.record("lent-feed"); r.Moved != "" {
		t.Errorf("a temporary redirect was adopted: %q", r.Moved)
	}
	target.set(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(404) })
	w.until("the adopted address is dropped", func() bool { return strings.Count(w.logged(), "feed has moved") >= 2 })
}

// 410 retires a feed once it has been said often enough, and a restart doesn't
// revive it; another address does.
func TestGone(t *testing.T) {
	w := newWorld(t)
	asked := atomic.Int32{}
	url := publisher(t, "127.0.0.2", func(rw http.ResponseWriter, _ *http.Request) { asked.Add(1); rw.WriteHeader(410) })
	w.sources(source("tank", url, often))
	stop := w.run()
	w.until("it is gone", func() bool { return len(w.health) > 0 && w.health[len(w.health)-1].State == health.Gone })
	stop()
	if r := w.record("tank-feed"); !r.Retired || !r.Next.IsZero() || asked.Load() != 3 {
		t.Errorf("asked %d times, %+v", asked.Load(), r)
	}
	stop = w.run()
	time.Sleep(300 * time.Millisecond)
	if asked.Load() != 3 {
		t.Errorf("asked %d times after the restart", asked.Load())
	}
	w.sources(source("tank", url+"/new", often))
	w.until("the new address is asked", func() bool { return asked.Load() > 3 })
	stop()
}

// 429 and 503 are honoured for the whole host.
func TestRetryAfter(t *testing.T) {
	w := newWorld(t)
	asked := atomic.Int32{}
	url := publisher(t, "127.0.0.2", func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		rw.Header().Set("Retry-After", "3600")
		rw.WriteHeader(429)
	})
	w.sources(source("a", url+"/a", often), source("b", url+"/b", often))
	w.run()
	w.until("one was asked", func() bool { return len(w.fetches) > 0 })
	time.Sleep(200 * time.Millisecond)
	if asked.Load() != 1 {
		t.Errorf("the host was asked %d times", asked.Load())
	}
	if f := w.fetches[0]; f.Next.Sub(f.At) < time.Hour || !strings.Contains(f.Why, "Retry-After") {
		t.Errorf("%+v", f)
	}
}

// Hosts that hang delay nobody: 200 of them beside 50 that answer, with places
// for 64 connections.
func TestHangingHosts(t *testing.T) {
	w := newWorld(t)
	w.config.Fetch.Timeout, w.config.Connections, w.config.SlowConnections = 2*time.Second, 64, 16
	w.config.Schedule.BackOff = 24 * time.Hour
	release := make(chan struct{})
	var list []kulkul.Source
	for i := range 200 {
		url := publisher(t, fmt.Sprintf("127.1.0.%d", i+1), func(http.ResponseWriter, *http.Request) { <-release })
		list = append(list, source(fmt.Sprint("hang-", i), url, often))
	}
	for i := range 50 {
		list = append(list, source(fmt.Sprint("good-", i), publisher(t, fmt.Sprintf("127.2.0.%d", i+1), body(rss("T"))), often))
	}
	t.Cleanup(func() { close(release) }) // before the servers wait for their handlers
	w.sources(list...)
	w.run()
	good := func() int {
		n := 0
		for _, f := range w.fetches {
			if strings.HasPrefix(f.Source, "good-") {
				n++
			}
		}
		return n
	}
	// At first nobody knows who hangs: each round of 64 places costs a timeout.
	w.until("all good ones were asked", func() bool { return good() >= 50 })
	w.mu.Lock()
	before, start := good(), time.Now()
	w.mu.Unlock()
	w.until("they are asked again and again", func() bool { return good() >= before+150 })
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("three more rounds of the good ones took %s", took)
	}
}

// Feeds are added, removed, switched off and on while the collector runs.
func TestFollowsTheConfiguration(t *testing.T) {
	w := newWorld(t)
	url := publisher(t, "127.0.0.2", body(rss("T")))
	a, b := source("a", url+"/a", often), source("b", url+"/b", yearly)
	w.sources(a)
	w.run()
	seen := func(id string) int {
		n := 0
		for _, f := range w.fetches {
			if f.Source == id {
				n++
			}
		}
		return n
	}
	w.until("a is asked", func() bool { return seen("a") > 0 })
	w.sources(a, b)
	w.until("b is asked", func() bool { return seen("b") == 1 })
	off := a
	off.Disabled = true
	w.sources(off, b)
	w.until("the pause is told", func() bool { return w.health[len(w.health)-1].State == health.Paused })
	w.mu.Lock()
	n := seen("a")
	w.mu.Unlock()
	time.Sleep(1500 * time.Millisecond)
	w.mu.Lock()
	if seen("a") != n {
		t.Error("a is asked while it is switched off")
	}
	w.mu.Unlock()
	w.sources(a, b)
	w.until("a is asked again and recovered", func() bool { return seen("a") > n && w.health[len(w.health)-1].State == health.Recovered })
	b.Feeds[0].Schedule = often
	w.sources(a, b)
	w.until("b follows its new schedule", func() bool { return seen("b") > 1 })
	if got := w.metric("kulkul_collector_feeds", ""); got != 2 {
		t.Errorf("%v feeds", got)
	}
}

// After a pause the feeds that fell due are asked one after the other, not at
// once; those that are not due keep their moment.
func TestNoStormAfterRestart(t *testing.T) {
	w := newWorld(t)
	var list []kulkul.Source
	for i := range 40 {
		schedule := "@every 2s"
		if i >= 20 {
			schedule = yearly
		}
		list = append(list, source(fmt.Sprint("s", i), publisher(t, fmt.Sprintf("127.3.0.%d", i+1), body(rss("T"))), schedule))
	}
	w.sources(list...)
	stop := w.run()
	w.until("all were asked", func() bool { return len(w.fetches) >= 40 })
	stop()
	time.Sleep(3 * time.Second)
	w.mu.Lock()
	w.fetches = nil
	w.mu.Unlock()
	w.config.Spread = 2 * time.Second
	start := time.Now()
	w.run()
	w.until("the due ones were asked", func() bool { return len(w.fetches) >= 20 })
	early := 0
	for _, f := range w.fetches[:20] {
		var n int
		fmt.Sscanf(f.Source, "s%d", &n)
		if n >= 20 {
			t.Errorf("%s was not due", f.Source)
		}
		if f.At.Sub(start) < 400*time.Millisecond {
			early++
		}
	}
	if early > 14 {
		t.Errorf("%d of 20 were asked within 0.4 s", early)
	}
}

// Two feeds with one address are fetched once.
func TestOneFetchPerAddress(t *testing.T) {
	w := newWorld(t)
	asked := atomic.Int32{}
	url := publisher(t, "127.0.0.2", func(rw http.ResponseWriter, _ *http.Request) { asked.Add(1); io.WriteString(rw, rss("T")) })
	w.sources(source("a", url+"/feed", yearly), source("b", url+"/feed?utm_source=x#top", yearly))
	w.run()
	w.until("it is told", func() bool {
		return len(w.fetches) == 1 && strings.Contains(w.logged(), "polled as feed a-feed already")
	})
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// While COLLECTED is full nothing is lost and validators are not stored.
func TestFullStreamPauses(t *testing.T) {
	w := newWorldOf(t, 4<<20)
	w.pauseConsumers()
	long := strings.Repeat("word ", 8_000)
	var titles []string
	for i := range 200 {
		titles = append(titles, fmt.Sprint("Title ", i))
	}
	url := publisher(t, "127.0.0.2", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("ETag", `"1"`)
		io.WriteString(rw, strings.ReplaceAll(rss(titles...), "Text of", long))
	})
	w.sources(source("tank", url, yearly))
	w.run()
	w.until("publishing waits", func() bool {
		return strings.Contains(w.logged(), "publishing waits") && strings.Contains(w.logged(), "full=true")
	})
	if r := w.record("tank-feed"); r.ETag != "" {
		t.Errorf("validators stored: %+v", r)
	}
	if w.metric("kulkul_collector_waiting", "") != 1 {
		t.Error("waiting is not told")
	}
	w.consume()
	w.until("all came in", func() bool { return len(w.fetches) == 1 })
	ids := map[string]bool{}
	w.until("each item is there", func() bool {
		for _, it := range w.items {
			ids[it.ID] = true
		}
		return len(ids) == 200
	})
	if r := w.record("tank-feed"); r.ETag != `"1"` {
		t.Errorf("validators not stored: %+v", r)
	}
}
