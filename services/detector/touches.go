package detector

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// touches evaluates what was touched, gathered for a moment.
func (s *Service) touches(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Touched, bus.Detector, bus.Batch{Size: 512, Linger: s.config.Linger}, s.touched,
		func(err error) {
			s.unready(err)
			s.deps.Log.Error("evaluate; the touches stay on the bus and come again", "error", err)
		})
}

// rereadDays is how many days before today every touch reads anew: of a series'
// touches the bus keeps the last one only, which may name a later day than one
// it replaced.
const rereadDays = 7

func (s *Service) touched(ctx context.Context, messages []bus.Delivered) error {
	now := s.deps.Now().UTC()
	today := kulkul.DayOf(now)
	from, trace := today-rereadDays, ""
	for _, m := range messages {
		var t kulkul.Touch
		if err := m.Decode(&t); err != nil {
			s.deps.Log.Error("read touch; the daily tick covers what it meant", "error", err)
			continue
		}
		from = min(from, t.Day)
		if trace == "" {
			trace = m.Trace
		}
	}
	if err := s.look(ctx, from, trace); err != nil {
		return err
	}
	for _, m := range messages {
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// look reads the days from a day on and evaluates the running one.
func (s *Service) look(ctx context.Context, from kulkul.Day, trace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.deps.Now().UTC()
	today := kulkul.DayOf(now)
	if s.counts.Taxonomy() != s.active.Version() {
		if err := s.reread(ctx); err != nil {
			return err
		}
	} else {
		from = max(from, today-kulkul.Day(s.rules.History))
		start := time.Now()
		if err := s.counts.Update(ctx, from, now); err != nil {
			return fmt.Errorf("follow the store: %w", err)
		}
		s.metrics.read("touched", time.Since(start), s.counts.Table().Items())
		s.ready()
	}
	_, err := s.evaluate(ctx, "touch", today, now, life.Raise, trace)
	return err
}
