// Package tagger turns collected items into tagged ones: language, story,
// areas, flashpoints, each with its evidence.
//
// In: COLLECTED items; reviews that correct, withdraw or release an item; the
// taxonomy of the running configuration. Out: TAGGED items, and the pointer to
// the active taxonomy. One tagger is active at a time, because a story is given
// at first sight; the others wait for its lease. Called by cmd.
package tagger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/tagger/amend"
	"github.com/kulkul-ews/kulkul/services/tagger/pointer"
	"github.com/kulkul-ews/kulkul/services/tagger/stories"
)

// Config of the tagger.
type Config struct {
	// Batch is the most items tagged in one go; Linger how long the first of
	// them waits for the others.
	Batch  int           `yaml:"batch"`
	Linger time.Duration `yaml:"linger"`
	// Window is how far apart in time two items of one story may be, and how
	// long the story index remembers.
	Window time.Duration `yaml:"window"`
	// Stories is the most items the story index remembers.
	Stories int `yaml:"stories"`
}

// DefaultConfig tags up to 500 items at once and keeps stories for ten days.
func DefaultConfig() Config {
	return Config{Batch: 500, Linger: 5 * time.Millisecond, Window: 10 * 24 * time.Hour, Stories: 500_000}
}

// Deps are the parts the tagger works with.
type Deps struct {
	Bus      *bus.Bus
	Store    *store.Store
	Settings *config.Running
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Now      func() time.Time
}

// Service is the tagger.
type Service struct {
	config  Config
	deps    Deps
	metrics *metrics

	mu      sync.Mutex // items and reviews take turns
	stories *stories.Journal
	amends  *amend.Book
	rules   *rules
	pointer *pointer.Pointer
}

// New makes the tagger; it does nothing yet.
func New(c Config, d Deps) (*Service, error) {
	if c.Batch < 1 || c.Window <= 0 || c.Stories < 1 {
		return nil, errors.New("tagger: batch, window and stories must be positive")
	}
	return &Service{config: c, deps: d, metrics: newMetrics(d.Metrics)}, nil
}

// Run tags until ctx ends. Where another tagger is active it waits.
func (s *Service) Run(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	for ctx.Err() == nil {
		err := s.deps.Bus.WithLease(ctx, "tagger", fmt.Sprintf("%s/%d", host, os.Getpid()), s.active)
		if err != nil && !errors.Is(err, bus.ErrLeaseLost) {
			return err
		}
		if err != nil {
			s.deps.Log.Warn("the lease went to another tagger; waiting for it again", "error", err)
		}
	}
	return nil
}

// active is the work of the one active tagger.
func (s *Service) active(ctx context.Context) error {
	if err := s.restore(ctx); err != nil {
		return err
	}
	return run.Together(ctx, map[string]func(context.Context) error{
		"items": s.items, "reviews": s.reviews, "taxonomy": s.follow,
	})
}

// restore reads what the last active tagger knew.
func (s *Service) restore(ctx context.Context) error {
	var err error
	if s.stories, err = stories.Open(ctx, s.deps.Bus, s.config.Window, s.config.Stories); err != nil {
		return fmt.Errorf("restore the story index: %w", err)
	}
	if s.amends, err = amend.Open(ctx, s.deps.Bus); err != nil {
		return fmt.Errorf("restore amendments: %w", err)
	}
	if s.pointer, err = pointer.Open(ctx, s.deps.Bus); err != nil {
		return err
	}
	return s.adopt(ctx)
}

func (s *Service) report(err error) {
	s.deps.Log.Error("tag; the messages stay on the bus and come again", "error", err)
}
