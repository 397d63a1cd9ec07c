package detector

import (
	"context"
	"errors"

	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// reviews applies people's verdicts (ack, resolve, escalate). They need no
// counts and so work while the store is away.
func (s *Service) reviews(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Reviews, bus.Detector, bus.Batch{Size: 16}, s.review, func(err error) {
		s.deps.Log.Error("apply verdict; it stays on the bus and comes again", "error", err)
	})
}

func (s *Service) review(ctx context.Context, messages []bus.Delivered) error {
	for _, m := range messages {
		var r kulkul.Review
		if err := m.Decode(&r); err != nil {
			// The archiver keeps what cannot be read; here it has no effect.
			s.deps.Log.Error("read verdict", "error", err)
		} else if err := s.apply(ctx, r, m.Trace); err != nil {
			return err
		}
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// apply writes a verdict's effect; a verdict without effect writes nothing.
func (s *Service) apply(ctx context.Context, r kulkul.Review, trace string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if err := s.lives.Settle(ctx); err != nil {
			return err
		}
		next, events := s.lives.Get(r.Alert.Flashpoint).Review(r, s.rules.Life)
		if len(events) == 0 {
			return nil
		}
		told, err := lives.Events(events, trace)
		if err != nil {
			return err
		}
		switch err = s.lives.Put(ctx, next, told...); {
		case err == nil:
			s.metrics.told(events, r.Alert.Flashpoint)
			s.log(events, r.Alert.Flashpoint)
			return nil
		case !errors.Is(err, bus.ErrConflict):
			return err
		}
		if err := s.lives.Reload(ctx, r.Alert.Flashpoint); err != nil {
			return err
		}
	}
}
