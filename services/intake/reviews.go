package intake

import (
	"context"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

// review does what people decided about items that came by this door: what is
// released is published, what is withdrawn stays out.
func (s *Service) review(ctx context.Context, batch []bus.Delivered) error {
	for _, d := range batch {
		var r kulkul.Review
		if err := d.Decode(&r); err != nil || r.Item == nil {
			s.log.Error("review not understood", "subject", d.Subject, "sequence", d.Sequence, "error", err)
			if err := d.Reject("not understood"); err != nil {
				return err
			}
			continue
		}
		var err error
		switch r.Verdict {
		case kulkul.Release:
			err = s.release(ctx, r)
		case kulkul.Withdraw:
			err = s.withdrawn(ctx, r)
		}
		if err == nil {
			err = d.Ack()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// release publishes a held item. It is dropped once it is durable elsewhere.
func (s *Service) release(ctx context.Context, r kulkul.Review) error {
	h, held, err := s.ward.Get(ctx, r.Item.ID)
	if err != nil || !held {
		return err
	}
	outcomes, err := s.reviser.Publish(ctx, []kulkul.Item{h.Item}, telemetry.Traceparent())
	if err != nil {
		return err
	}
	if outcomes[0].Fate != revise.Withdrawn {
		s.metrics.items.WithLabelValues(string(kulkul.Released)).Inc()
	}
	s.log.Info("item released", "item", h.Item.ID, "source", h.Item.Source, "by", r.By)
	return s.ward.Drop(ctx, h.Item.ID)
}

// withdrawn makes sure that nothing more comes in under the item's id.
func (s *Service) withdrawn(ctx context.Context, r kulkul.Review) error {
	_, held, err := s.ward.Get(ctx, r.Item.ID)
	if err != nil {
		return err
	}
	if _, err := s.reviser.Withdraw(ctx, r.Item.ID); err != nil || !held {
		return err
	}
	return s.ward.Drop(ctx, r.Item.ID)
}
