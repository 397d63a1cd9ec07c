package tagger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// chunk is how many stored items are tagged anew in one go; between two chunks
// live items have their turn.
const chunk = 500

// pauseAfterFault is how long a back-fill rests after a fault of the store.
const pauseAfterFault = 10 * time.Second

// follow adopts every new taxonomy and tags history anew under it while live
// items go on.
func (s *Service) follow(ctx context.Context) error {
	changed := s.deps.Settings.Subscribe(ctx)
	for {
		err := s.backfill(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			s.deps.Log.Error("tag history anew; goes on in a moment", "error", err)
			rest(ctx, pauseAfterFault)
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			if err := s.adopt(ctx); err != nil {
				s.deps.Log.Error("adopt the new taxonomy; the old one stays in force", "error", err)
			}
		}
	}
}

// backfill tags everything stored under the next taxonomy, where there is one,
// then makes it the active one. It goes on after the last day that an earlier
// run finished.
func (s *Service) backfill(ctx context.Context) error {
	s.mu.Lock()
	state := s.pointer.State()
	s.mu.Unlock()
	if state.Next == "" {
		return nil
	}
	var from kulkul.Day
	if state.Done != "" {
		done, err := kulkul.ParseDay(state.Done)
		if err != nil {
			return fmt.Errorf("read the back-fill's progress: %w", err)
		}
		from = done + 1
	}
	var stored []kulkul.Tagged
	for t, err := range s.deps.Store.EachItem(ctx, store.All(), state.Active, from, kulkul.DayOf(s.deps.Now())) {
		if err != nil {
			return fmt.Errorf("read history: %w", err)
		}
		if n := len(stored); n == chunk || n > 0 && stored[n-1].Item.Entered != t.Item.Entered {
			if err := s.retag(ctx, stored, t.Item.Entered-1); err != nil {
				return err
			}
			stored = stored[:0]
		}
		stored = append(stored, t)
	}
	if len(stored) > 0 {
		if err := s.retag(ctx, stored, stored[0].Item.Entered); err != nil {
			return err
		}
	}
	return s.flip(ctx)
}

// retag publishes stored items under the next taxonomy; their stories stay. All
// days up to done are then finished.
func (s *Service) retag(ctx context.Context, stored []kulkul.Tagged, done kulkul.Day) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.rules.next
	if next == nil {
		return errors.New("the configuration no longer asks for a next taxonomy")
	}
	snapshot := s.deps.Settings.Current()
	out := make([]bus.Message, 0, len(stored))
	for _, old := range stored {
		t := s.tag(next, old.Item, snapshot)
		s.amends.Of(old.Item.ID).Tags(&t)
		t.Story = old.Story
		m, err := message(t)
		if err != nil {
			return err
		}
		out = append(out, m)
	}
	if err := s.deps.Bus.Publish(ctx, out...); err != nil {
		return err
	}
	s.metrics.retagged.Add(float64(len(out)))
	return s.pointer.Progress(ctx, done.String(), s.pointer.State().Items+len(stored))
}

// flip makes the next taxonomy the active one.
func (s *Service) flip(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rules.next == nil {
		return nil
	}
	if err := s.pointer.Flip(ctx); err != nil {
		return err
	}
	s.rules = &rules{active: s.rules.next}
	s.deps.Log.Info("the new taxonomy is active", "taxonomy", s.rules.active.Version())
	return nil
}

// rest waits for d or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
