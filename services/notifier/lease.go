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

// inherit queues what is owed and in nobody's hand: at the start, whenever an
// instance stopped or died, and where a delivery was dropped without its end
// being known. The dead are buried after their deliveries are claimed.
func (s *Service) inherit(ctx context.Context) error {
	dead, err := s.ledger.Dead(ctx, s.deps.Now())
	if err != nil {
		return fmt.Errorf("read the leases: %w", err)
	}
	s.queue.tell() // who waits for the clock looks at it again
	if len(dead) == 0 && !s.unsure.Swap(false) {
		return nil
	}
	pending, err := s.ledger.Pending(ctx, s.holder, s.deps.Now())
	if err != nil {
		s.unsure.Store(true)
		return fmt.Errorf("read the ledger: %w", err)
	}
	for _, e := range pending {
		if e.Holder != s.holder {
			e, err = s.ledger.Claim(ctx, e, s.holder)
		}
		switch {
		case err == nil:
			s.queue.add(e)
		case !errors.Is(err, bus.ErrConflict): // a conflict: another heir has it
			s.unsure.Store(true)
			return fmt.Errorf("take over a delivery: %w", err)
		}
		err = nil
	}
	return s.ledger.Bury(ctx, dead)
}

// leave lets go of what is left in hand, for another instance to take at once.
func (s *Service) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := s.ledger.Leave(ctx, s.holder); err != nil {
		s.deps.Log.Warn("let go of the lease; it ends by itself", "error", err)
	}
}
