package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
	"github.com/kulkul-ews/kulkul/services/collector/schedule"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
)

// Deps are the parts the collector works with.
type Deps struct {
	Bus      *bus.Bus
	Settings *config.Running
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Now      func() time.Time
	// Random gives numbers in [0, 1) for jitter; nil: math/rand.
	Random func() float64
	// Connect, where set, makes the connections that the guard lets pass, for
	// simulations; nil: TCP.
	Connect dial.Connect
}

// Service is the collector.
type Service struct {
	config  Config
	deps    Deps
	log     *slog.Logger
	metrics *metrics
	fetcher *fetch.Fetcher
	queue   *schedule.Queue
	roster  *roster
	reviser *revise.Reviser
	polls   *bus.Outbox

	connections chan struct{}
	slow        chan struct{}
	workers     chan struct{}
	full        atomic.Int32 // polls that wait because COLLECTED is full
	ready       atomic.Bool
}

// New puts a collector together. It starts nothing.
func New(c Config, d Deps) (*Service, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	guard, err := dial.New(c.Dial)
	if err != nil {
		return nil, fmt.Errorf("collector: %w", err)
	}
	if d.Connect != nil {
		guard = guard.Through(d.Connect)
	}
	if d.Random == nil {
		d.Random = rand.Float64
	}
	return &Service{
		config: c, deps: d, log: d.Log, metrics: newMetrics(d.Metrics),
		fetcher: fetch.New(c.Fetch, guard, d.Now, d.Metrics), queue: schedule.NewQueue(c.HostGap, d.Now), roster: newRoster(),
		connections: make(chan struct{}, c.Connections), slow: make(chan struct{}, c.SlowConnections),
		workers: make(chan struct{}, c.workers()),
	}, nil
}

// errNotReady is what Ready gives before the feeds are known.
var errNotReady = errors.New("collector: the feeds are not loaded yet")

// Ready gives nil once the feeds are scheduled.
func (s *Service) Ready(context.Context) error {
	if !s.ready.Load() {
		return errNotReady
	}
	return nil
}

// drain is how long polls in progress may take to finish their work once ctx
// has ended.
const drain = 5 * time.Second

// Run polls until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	defer s.fetcher.Close()
	if !s.config.Standby {
		return s.run(ctx)
	}
	name, _ := os.Hostname()
	s.ready.Store(true) // standing by is being ready
	return s.deps.Bus.WithLease(ctx, "collector", fmt.Sprintf("%s-%d", name, os.Getpid()), s.run)
}

func (s *Service) run(ctx context.Context) error {
	err := s.open(ctx)
	if ctx.Err() != nil {
		return nil // stopped while it started
	}
	if err != nil {
		return fmt.Errorf("collector: %w", err)
	}
	s.ready.Store(true)
	// Work in progress outlives ctx by a little, so that what was fetched is
	// saved.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(drain, cut) })
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { s.follow(ctx) })
	s.dispatch(ctx, work, &wg)
	wg.Wait()
	return nil
}

// open opens the buckets and schedules the feeds.
func (s *Service) open(ctx context.Context) error {
	var err error
	if s.reviser, err = revise.Open(ctx, s.deps.Bus); err != nil {
		return err
	}
	return s.load(ctx)
}

// dispatch starts a poll for each feed as its turn comes, until ctx ends.
func (s *Service) dispatch(ctx, work context.Context, wg *sync.WaitGroup) {
	for s.unblocked(ctx) {
		id, host, err := s.queue.Take(ctx)
		if err != nil {
			return
		}
		f, ok := s.roster.get(id)
		if !ok || f.host() != host {
			s.queue.Leave(host) // removed or moved since
			continue
		}
		lane, ok := s.lane(ctx, f)
		if !ok {
			continue
		}
		s.metrics.taken(s.deps.Now().Sub(f.due()))
		wg.Go(func() {
			defer func() { <-lane }()
			s.poll(ctx, work, f)
		})
	}
}

// lane takes a place for the connection. Feeds that were slow have places of
// their own, so that they never stand in the others' way; where these are all
// taken the feed is put back for a moment.
func (s *Service) lane(ctx context.Context, f *subject) (chan struct{}, bool) {
	if f.slow() {
		select {
		case s.slow <- struct{}{}:
			return s.slow, true
		default:
			s.queue.Leave(f.host())
			s.queue.Put(f.id(), f.host(), s.deps.Now().Add(5*time.Second))
			return nil, false
		}
	}
	select {
	case s.connections <- struct{}{}:
		return s.connections, true
	case <-ctx.Done():
		return nil, false
	}
}

// unblocked waits while COLLECTED is full and reports false when ctx ends.
func (s *Service) unblocked(ctx context.Context) bool {
	for s.full.Load() > 0 {
		if sleep(ctx, 200*time.Millisecond) != nil {
			return false
		}
	}
	return ctx.Err() == nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
