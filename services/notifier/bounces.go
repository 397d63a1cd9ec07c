package notifier

import (
	"context"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// bounced takes in that a mail came back, or is late: it becomes the delivery's
// outcome. Whom it did not reach is not waited for. The caller holds mu.
func (s *Service) bounced(ctx context.Context, r kulkul.Review) error {
	if r.Bounce == nil {
		return nil
	}
	d, isNew, err := s.ledger.Bounced(ctx, r.Delivery, *r.Bounce, r.At)
	if err != nil {
		return fmt.Errorf("write down a bounce: %w", err)
	}
	if isNew {
		s.metrics.delivery(d.Status)
	}
	if d.Status != "bounced" {
		return nil
	}
	// Again where a crash came between the two: both are the same twice.
	if err := s.logBounce(ctx, d); err != nil {
		return err
	}
	return s.unreached(ctx, d)
}

func (s *Service) logBounce(ctx context.Context, d kulkul.Delivery) error {
	line := kulkul.Audit{ID: kulkul.Hash("audit", "bounced", d.ID), At: d.At, Service: "notifier", Who: d.Recipient, Action: "bounced",
		Object: fmt.Sprintf("%s #%d", d.Flashpoint, d.Episode), Detail: d.Notification + ": " + d.Error}
	m, err := bus.NewMessage(bus.AuditSubject("notifier"), line.ID, line)
	if err != nil {
		return err
	}
	return s.deps.Bus.Publish(ctx, m)
}

// unreached lets an episode go a step up at once where a notification of it
// reached nobody. The caller holds mu.
func (s *Service) unreached(ctx context.Context, d kulkul.Delivery) error {
	if d.Episode == 0 {
		return nil
	}
	reached, err := s.ledger.Reached(ctx, d)
	if err != nil || reached {
		return err
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	return s.change(ctx, d.Flashpoint, d.Episode, func(st *episode.State) bool { return st.Unreached(d.Notification) })
}
