// Package archiver writes what travels on the bus into ClickHouse, and nobody
// else does.
//
// In: TAGGED items; alerts, notices, reviews, deliveries, fetches, health,
// audit lines, rejections; versions of the configuration. Out: rows, and then
// series.touched for the detector. A message is acknowledged only after its
// rows are durable; rows are idempotent by content id, so what is delivered
// again changes nothing. Called by cmd.
package archiver

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Config of the archiver.
type Config struct {
	// Batch is the most items written in one insert; Linger how long the first
	// of them waits for the others. Large batches make fewer, larger parts.
	Batch  int           `yaml:"batch"`
	Linger time.Duration `yaml:"linger"`
}

// DefaultConfig writes up to 4,000 items at once, none later than 50 ms.
func DefaultConfig() Config { return Config{Batch: 4000, Linger: 50 * time.Millisecond} }

// Deps are the parts the archiver works with.
type Deps struct {
	Bus      *bus.Bus
	Store    *store.Store
	Settings *config.Running
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Now      func() time.Time
}

// Service is the archiver.
type Service struct {
	config  Config
	deps    Deps
	writer  *store.Writer
	metrics *metrics
}

// New makes the archiver; it does nothing yet.
func New(c Config, d Deps) (*Service, error) {
	if c.Batch < 1 || c.Linger < 0 {
		return nil, fmt.Errorf("archiver: batch %d and linger %v: want at least 1 and 0", c.Batch, c.Linger)
	}
	return &Service{config: c, deps: d, writer: d.Store.Writer(), metrics: newMetrics(d.Metrics)}, nil
}

// Run archives until ctx ends. ClickHouse being away makes it wait, not fail:
// messages stay on the bus.
func (s *Service) Run(ctx context.Context) error {
	return run.Together(ctx, s.flows())
}

// flows are what the archiver does side by side, by name.
func (s *Service) flows() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"items":          s.items,
		"rejections":     s.rejections,
		"alerts":         s.alerts,
		"reviews":        s.reviews,
		"deliveries":     s.deliveries,
		"health":         s.health,
		"configurations": s.configurations,
	}
}

// report logs that a batch failed and will come again.
func (s *Service) report(err error) {
	s.deps.Log.Error("archive; the messages stay on the bus and come again", "error", err)
}
