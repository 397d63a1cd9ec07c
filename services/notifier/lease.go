package notifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// hold keeps this instance's lease and takes over what nobody holds, until ctx
// ends.
func (s *Service) hold(ctx context.Context) error {
	tick := time.NewTicker(s.config.Lease / 3)
	defer tick.Stop()
	for {
		if err := errors.Join(s.renew(ctx), s.inherit(ctx)); err != nil && ctx.Err() == nil {
			s.deps.Log.Error("keep the lease; tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Service) renew(ctx context.Context) error {
	return s.ledger.Renew(ctx, s.holder, s.deps.Now().Add(s.config.Lease))
}

// inherit queues what is owed and in nobody's hand: of instances that stopped
// or died, and its own.
func (s *Service) inherit(ctx context.Context) error {
	pending, err := s.ledger.Pending(ctx, s.holder, s.deps.Now())
	if errors.Is(err, bus.ErrConflict) {
		return nil // a living notifier was writing; looked at again at the next turn
	}
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	s.queue.add(pending...)
	return nil
}

// leave lets go of what is left in hand, for another instance to take at once.
func (s *Service) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := s.ledger.Leave(ctx, s.holder); err != nil {
		s.deps.Log.Warn("let go of the lease; it ends by itself", "error", err)
	}
}
