// Package detector turns counts into alerts.
//
// In: series.touched from the archiver, verdicts from REVIEWS, judgements on
// sources from HEALTH, the running configuration, and the store's observations.
// Out: alert events and notices on ALERTS, and the alerts' state in the bucket
// "alerts", each written in one step. Called by cmd.
//
// A touch may raise within a second; the daily tick raises, lowers, holds and
// clears. Both run detect/evaluate. While the store is away nothing is evaluated:
// no alert comes out of nothing, and Ready says why.
package detector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detector/counts"
	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// Config of the detector.
type Config struct {
	// TickHour is the hour, UTC, at which the day before is evaluated whole.
	TickHour int `yaml:"tick_hour"`
	// Linger is how long touches are gathered before they are evaluated
	// together.
	Linger time.Duration `yaml:"linger"`
	// Retry is how long to wait before asking an absent store again.
	Retry time.Duration `yaml:"retry"`
}

// DefaultConfig ticks at 01:00 UTC and gathers touches for 50 ms.
func DefaultConfig() Config {
	return Config{TickHour: 1, Linger: 50 * time.Millisecond, Retry: time.Second}
}

// Deps are the parts the detector works with.
type Deps struct {
	Bus      *bus.Bus
	Store    *store.Store
	Settings *config.Running
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Now      func() time.Time
}

// Service is the detector.
type Service struct {
	config  Config
	deps    Deps
	metrics *metrics
	outbox  *bus.Outbox
	active  *taxonomy.Active

	mu     sync.Mutex // one evaluation or verdict at a time
	lives  *lives.Lives
	counts *counts.Counts
	rules  indicator.Indicators

	health problem
}

// New makes the detector; it does nothing yet.
func New(c Config, d Deps) (*Service, error) {
	if c.TickHour < 0 || c.TickHour > 23 || c.Linger < 0 || c.Retry <= 0 {
		return nil, fmt.Errorf("detector: tick_hour %d, linger %v, retry %v: want 0 to 23, at least 0, more than 0", c.TickHour, c.Linger, c.Retry)
	}
	s := &Service{config: c, deps: d, metrics: newMetrics(d.Metrics), counts: counts.New(d.Store)}
	s.health.set(errStarting)
	return s, nil
}

// errStarting: the counts were not read yet.
var errStarting = errors.New("the counts are being read")

// Ready is nil when the last look at the counts succeeded.
func (s *Service) Ready(context.Context) error {
	if err := s.health.get(); err != nil {
		return fmt.Errorf("detector: %w", err)
	}
	return nil
}

// problem is what stands in the way, as last seen.
type problem struct {
	mu  sync.Mutex
	err error
}

func (p *problem) set(err error) {
	p.mu.Lock()
	p.err = err
	p.mu.Unlock()
}

func (p *problem) get() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
