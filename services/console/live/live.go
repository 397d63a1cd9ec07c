// Package live tells open pages that something changed, by server-sent events.
//
// In: what the bus carries of items, alerts, reviews, deliveries and health.
// Out: to each page, at most once a second, the kinds of thing that changed and
// nothing of their content, so that no page learns what its user may not see;
// the page then asks again as its user. Called by the console's root.
package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Kinds of change, as bits and as names of events.
type kinds uint8

const (
	items kinds = 1 << iota
	alerts
	deliveries
	health
)

func (k kinds) names() []string {
	var out []string
	for _, n := range []struct {
		kind kinds
		name string
	}{{items, "items"}, {alerts, "alerts"}, {deliveries, "deliveries"}, {health, "health"}} {
		if k&n.kind != 0 {
			out = append(out, n.name)
		}
	}
	return out
}

// kindOf says what a subject tells of.
func kindOf(subject string) kinds {
	switch head, _, _ := strings.Cut(subject, "."); head {
	case "items":
		return items
	case "alerts", "notices", "reviews":
		return alerts
	case "deliveries":
		return deliveries
	}
	return health
}

const (
	// settle is how long a change rests before pages are told: the archiver
	// writes in batches, and pages read what it wrote.
	settle = 1500 * time.Millisecond
	// heartbeat keeps connections and their sessions known to be alive.
	heartbeat = 20 * time.Second
	// patience is how long one write to a page may take.
	patience = 10 * time.Second
)

// Hub tells pages. Make it with New, let Run run.
type Hub struct {
	most int
	beat time.Duration
	open prometheus.Gauge
	told prometheus.Counter

	mu      sync.Mutex
	viewers map[*viewer]struct{}
	ended   bool
}

// viewer is one open page. wake holds one token at most; what it is told of
// gathers in pending, so a slow page costs no memory.
type viewer struct {
	pending kinds
	wake    chan struct{}
}

// New makes a hub for at most so many pages at once.
func New(most int, reg prometheus.Registerer) *Hub {
	h := &Hub{
		most: most, beat: heartbeat, viewers: map[*viewer]struct{}{},
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_console_live_pages", Help: "Pages that follow live."}),
		told: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_console_live_events_total", Help: "Events sent to pages."}),
	}
	reg.MustRegister(h.open, h.told)
	return h
}

// Run follows the bus until ctx ends, and then ends every page's stream.
func (h *Hub) Run(ctx context.Context, b *bus.Bus) error {
	changed := make(chan kinds, 1024)
	var done sync.WaitGroup
	done.Go(func() { h.gather(ctx, changed) })
	err := b.Follow(ctx, nil, func(subject string, _ []byte) {
		select {
		case changed <- kindOf(subject):
		default: // a thousand changes wait already: pages will be told
		}
	}, bus.AllTagged, bus.AllAlerts, bus.AllNotices, bus.AllReviews, bus.AllDeliveries, bus.AllHealth)
	done.Wait()
	h.end()
	if err != nil {
		return fmt.Errorf("follow the bus: %w", err)
	}
	return nil
}

// gather collects changes and tells pages of them together, settle after the
// first.
func (h *Hub) gather(ctx context.Context, changed <-chan kinds) {
	var pending kinds
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case k := <-changed:
			if pending == 0 {
				timer.Reset(settle)
			}
			pending |= k
		case <-timer.C:
			h.tell(pending)
			pending = 0
		}
	}
}

func (h *Hub) tell(k kinds) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.viewers {
		v.pending |= k
		v.nudge()
	}
}

func (v *viewer) nudge() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

func (h *Hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for v := range h.viewers {
		v.nudge()
	}
}

var errFull = errors.New("too many pages follow")

func (h *Hub) enter() (*viewer, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended || len(h.viewers) >= h.most {
		return nil, errFull
	}
	v := &viewer{wake: make(chan struct{}, 1)}
	h.viewers[v] = struct{}{}
	h.open.Set(float64(len(h.viewers)))
	return v, nil
}

func (h *Hub) leave(v *viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.viewers, v)
	h.open.Set(float64(len(h.viewers)))
}

// take gives what a page has not been told, and whether the hub has ended.
func (h *Hub) take(v *viewer) (kinds, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k := v.pending
	v.pending = 0
	return k, h.ended
}

// Handler streams events to a page for as long as still says that its user may
// read; it is asked at every heartbeat.
func (h *Hub) Handler(still func(*http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := h.enter()
		if err != nil {
			w.Header().Set("Retry-After", "30")
			http.Error(w, "Too many pages follow live; pages work without.", http.StatusServiceUnavailable)
			return
		}
		defer h.leave(v)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no")
		out := stream{w, http.NewResponseController(w)}
		if out.send("retry: 3000\n\n") != nil {
			return
		}
		beat := time.NewTicker(h.beat)
		defer beat.Stop()
		for h.next(r, v, out, beat.C, still) {
		}
	})
}

// next sends what comes next to a page; false at the end.
func (h *Hub) next(r *http.Request, v *viewer, out stream, beat <-chan time.Time, still func(*http.Request) bool) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-beat:
		return still(r) && out.send(": here\n\n") == nil
	case <-v.wake:
		k, ended := h.take(v)
		for _, name := range k.names() {
			if out.send("event: "+name+"\ndata: {}\n\n") != nil {
				return false
			}
			h.told.Inc()
		}
		return !ended
	}
}

// stream writes events that leave at once.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s stream) send(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
