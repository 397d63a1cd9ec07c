package detector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// tickKey holds the last day that was evaluated whole.
const tickKey = "tick"

// ticked is the state under tickKey.
type ticked struct {
	Day kulkul.Day `json:"day"`
}

// missed is how many days back missed ticks are made up for.
const missed = 7

// catchUp evaluates the whole days, up to yesterday, whose tick was missed.
// Each speaks for the instant at which it was due.
func (s *Service) catchUp(ctx context.Context) error {
	now := s.deps.Now().UTC()
	last := kulkul.DayOf(now.Add(-time.Duration(s.config.TickHour)*time.Hour)) - 1 // the last day that is due
	var done ticked
	revision, err := s.outbox.Get(ctx, tickKey, &done)
	if err != nil {
		return err
	}
	from := done.Day + 1
	if revision == 0 || done.Day > last {
		from = last // the very first tick, or a clock that went back
	}
	if done.Day == last && revision != 0 {
		return nil
	}
	for day := max(from, last-missed+1); day <= last; day++ {
		if err := s.tick(ctx, day); err != nil {
			return fmt.Errorf("evaluate %s: %w", day, err)
		}
	}
	return nil
}

// tick evaluates one whole day on counts read anew.
func (s *Service) tick(ctx context.Context, day kulkul.Day) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.reread(ctx); err != nil {
		return err
	}
	at := day.End().Add(time.Duration(s.config.TickHour) * time.Hour)
	notices, err := s.evaluate(ctx, "tick", day, at, life.Full, "")
	if err != nil {
		return err
	}
	told, err := lives.Notices(notices)
	if err != nil {
		return err
	}
	var done ticked
	revision, err := s.outbox.Get(ctx, tickKey, &done)
	if err != nil {
		return err
	}
	if _, err = s.outbox.Put(ctx, tickKey, ticked{day}, revision, told...); errors.Is(err, bus.ErrConflict) {
		return nil // another detector has done the same
	}
	if err == nil {
		s.metrics.tick.Set(float64(day.Start().Unix()))
	}
	return err
}
