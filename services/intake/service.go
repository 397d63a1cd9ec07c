package intake

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/intake/hold"
	"github.com/kulkul-ews/kulkul/services/intake/quota"
	"github.com/kulkul-ews/kulkul/services/intake/receipt"
	"github.com/kulkul-ews/kulkul/services/intake/websub"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// Deps are the parts the intake works with.
type Deps struct {
	Bus      *bus.Bus
	Settings *config.Running
	// Store and Active, where set, let receipts say what items were tagged as.
	Store  *store.Store
	Active *taxonomy.Active
	// Judge says what a mail that came back means: the reviews to publish. Needed
	// where mail is configured.
	Judge   func(context.Context, kulkul.Returned) ([]kulkul.Review, error)
	Log     *slog.Logger
	Metrics prometheus.Registerer
	Now     func() time.Time
}

// Service is the intake.
type Service struct {
	config  Config
	deps    Deps
	log     *slog.Logger
	metrics *metrics
	handler http.Handler
	client  *http.Client
	quota   *quota.Limiter
	audits  *quota.Limiter
	letters letterbox
	places  chan struct{}

	ring       *keys.Ring
	book       *receipt.Book
	ward       *hold.Ward
	reviser    *revise.Reviser
	subscriber *websub.Subscriber
	ready      atomic.Bool

	mu       sync.Mutex
	listener net.Listener
}

//go:embed openapi.json
var openAPI []byte

// New puts an intake together. It starts nothing.
func New(c Config, d Deps) (*Service, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	guard, err := dial.New(c.Dial)
	if err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	s := &Service{config: c, deps: d, log: d.Log, metrics: newMetrics(d.Metrics), quota: quota.New(), audits: quota.New(),
		places: make(chan struct{}, c.Concurrent), client: &http.Client{Transport: guard.Transport(), Timeout: 30 * time.Second}}
	if err := s.openLetterbox(); err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	s.handler = s.routes()
	return s, nil
}

// route is one pattern of the interface and what answers it.
type route struct {
	pattern string
	handler http.Handler
}

// table is the whole of the interface; openapi.json describes the same.
func (s *Service) table() []route {
	return []route{
		{"POST /v1/items", s.guarded("items", s.postItems)},
		{"DELETE /v1/items/{id}", s.guarded("withdraw", s.deleteItem)},
		{"POST /v1/feeds", s.guarded("feeds", s.postFeeds)},
		{"GET /v1/receipts/{id}", s.guarded("receipt", s.getReceipt)},
		{"GET " + hubPath + "{feed}", s.whenReady(s.confirm)},
		{"POST " + hubPath + "{feed}", s.whenReady(s.deliver)},
		{"POST /v1/mail", s.whenReady(s.postMail)},
		{"POST /v1/mail/mime", s.whenReady(s.postForm)},
		{"GET /v1/openapi.json", http.HandlerFunc(describe)},
	}
}

func describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPI) // the reader has gone
}

func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.table() {
		mux.Handle(r.pattern, r.handler)
	}
	mux.HandleFunc("/", s.nowhere)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The mux would answer these with a redirect, which no client needs.
		if r.URL.Path == "" || path.Clean(r.URL.Path) != r.URL.Path {
			s.nowhere(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Service) nowhere(w http.ResponseWriter, _ *http.Request) {
	s.metrics.requests.WithLabelValues("none", codeNotFound).Inc()
	fail(http.StatusNotFound, codeNotFound, "see /v1/openapi.json for what there is").write(w)
}

func (s *Service) whenReady(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ready.Load() {
			fail(http.StatusServiceUnavailable, codeBusy, "starting").after(time.Second).write(w)
			return
		}
		h(w, r)
	})
}

// Handler answers the whole of the HTTP interface; until Run is ready with 503.
func (s *Service) Handler() http.Handler { return s.handler }

// Addr is where Run listens, once it does; nil before and without Listen.
func (s *Service) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

var errNotReady = errors.New("intake: keys are not loaded yet")

// Ready gives nil once pushes are taken.
func (s *Service) Ready(context.Context) error {
	if !s.ready.Load() {
		return errNotReady
	}
	return nil
}

// Run takes pushes until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if err := s.open(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("intake: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil // stopped while it started
	default:
	}
	flows := map[string]func(context.Context) error{
		"keys": func(ctx context.Context) error {
			return s.ring.Run(ctx, func() { s.ready.Store(true) }, func(err error) { s.log.Error("key not usable", "error", err) })
		},
		"reviews": func(ctx context.Context) error {
			return s.deps.Bus.Consume(ctx, bus.Reviews, bus.Intake, bus.Batch{Size: 16, Linger: 10 * time.Millisecond}, s.review,
				func(err error) { s.log.Warn("reviews are tried again", "error", err) })
		},
	}
	if s.config.Listen != "" {
		l, err := net.Listen("tcp", s.config.Listen)
		if err != nil {
			return fmt.Errorf("intake: %w", err)
		}
		s.mu.Lock()
		s.listener = l
		s.mu.Unlock()
		watched := &strays{Listener: l, counter: s.metrics.strays}
		flows["http"] = func(ctx context.Context) error { return run.Serve(ctx, watched, watched.meet(s.handler)) }
	}
	if s.letters.inbox != nil {
		flows["inbox"] = s.readInbox
	}
	if s.config.PublicURL != "" {
		flows["websub"] = func(ctx context.Context) error { s.subscriber.Run(ctx); return nil }
	}
	err := run.Together(ctx, flows)
	s.client.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	return nil
}

// open opens the buckets.
func (s *Service) open(ctx context.Context) error {
	var errs [5]error
	s.ring, errs[0] = keys.OpenRing(ctx, s.deps.Bus)
	s.book, errs[1] = receipt.Open(ctx, s.deps.Bus)
	s.ward, errs[2] = hold.Open(ctx, s.deps.Bus, s.deps.Now)
	s.reviser, errs[3] = revise.Open(ctx, s.deps.Bus)
	s.subscriber, errs[4] = websub.Open(ctx, s.config.WebSub, websub.Deps{Bus: s.deps.Bus, Client: s.client, Callback: s.callback,
		Wanted: func(id string) bool { _, _, ok := s.subscribed(id); return ok }, Log: s.log, Now: s.deps.Now})
	return errors.Join(errs[:]...)
}
