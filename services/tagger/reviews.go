package tagger

import (
	"context"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/tagger/amend"
)

// reviews takes in what people decided about items: the item goes out again
// with a higher version.
func (s *Service) reviews(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Reviews, bus.Tagger, bus.Batch{Size: 50}, s.takeReviews, s.report)
}

func (s *Service) takeReviews(ctx context.Context, messages []bus.Delivered) error {
	for _, m := range messages {
		var r kulkul.Review
		err := m.Decode(&r)
		if err == nil && r.Item != nil {
			if err := s.amend(ctx, r, m.Sequence); err != nil {
				return err
			}
		} else if err := s.rejectReview(ctx, m, err); err != nil {
			return err
		} else {
			continue
		}
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) rejectReview(ctx context.Context, m bus.Delivered, err error) error {
	if err == nil {
		err = errNoItem
	}
	return s.reject(ctx, m, err)
}

// amend records the decision and publishes the item under it. The item goes
// out under the latest revision that this tagger has seen, so that a decision
// made on the page of an older one is not lost behind the newer.
func (s *Service) amend(ctx context.Context, r kulkul.Review, sequence uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := *r.Item
	item.Revision = max(item.Revision, s.stories.Revision(item.ID))
	a := amend.Decide(s.amends.Of(item.ID), r, sequence, item.Revision)
	if err := s.amends.Put(ctx, item.ID, a); err != nil {
		return err
	}
	item.Withdrawn = false
	w := &work{item: item}
	s.tagOne(w, s.deps.Settings.Current(), s.rules.list())
	out, err := s.place(ctx, []*work{w})
	if err != nil {
		return err
	}
	return s.deps.Bus.Publish(ctx, out...)
}
