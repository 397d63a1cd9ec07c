package detector

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// Run detects until ctx ends. The store being away makes it wait, not fail:
// touches stay on the bus.
func (s *Service) Run(ctx context.Context) error {
	if err := s.open(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("detector: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil // stopped while it started
	default:
	}
	err := run.Together(ctx, map[string]func(context.Context) error{
		"taxonomy": s.active.Run, "reviews": s.reviews, "sources": s.sources, "series": s.series,
	})
	if err != nil {
		return fmt.Errorf("detector: %w", err)
	}
	return nil
}

// open reads the alerts' state, after publishing what a crash left behind.
func (s *Service) open(ctx context.Context) error {
	bucket, err := s.deps.Bus.Bucket(ctx, bus.BucketAlerts)
	if err != nil {
		return err
	}
	s.outbox = bus.NewOutbox(bucket)
	if s.active, err = taxonomy.Open(ctx, s.deps.Bus); err != nil {
		return err
	}
	if err := s.configure(); err != nil {
		s.deps.Log.Error("read the indicators", "error", err) // series insists on them
	}
	s.lives, err = lives.Open(ctx, s.outbox)
	return err
}

// series reads the counts, catches up with missed ticks, and then evaluates on
// touches, once a day, and when the configuration or the taxonomy changed.
func (s *Service) series(ctx context.Context) error {
	changed := s.deps.Settings.Subscribe(ctx)
	if !s.insist(ctx, "read the counts", s.refresh) || !s.insist(ctx, "catch up with missed days", s.catchUp) {
		return nil
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { s.schedule(ctx) })
	wg.Go(func() { s.follow(ctx, changed) })
	return s.touches(ctx)
}

// insist tries until it succeeds; false when ctx ended. What is in the way
// shows in Ready and is logged when it changes.
func (s *Service) insist(ctx context.Context, what string, try func(context.Context) error) bool {
	for {
		err := try(ctx)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if was := s.health.get(); was == nil || was.Error() != err.Error() {
			s.deps.Log.Warn("detector waits", "for", what, "error", err)
		}
		s.unready(err)
		if !pause(ctx, s.config.Retry) {
			return false
		}
	}
}

// pause sleeps; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (s *Service) unready(err error) {
	s.health.set(err)
	s.metrics.ready.Set(0)
}

func (s *Service) ready() {
	s.health.set(nil)
	s.metrics.ready.Set(1)
}
