package notifier

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// reviews takes in what people decided: an acknowledgement ends repeats and
// escalations of the episodes its alert belongs to, a silence mutes alerts, and
// an answer by mail uses its link up.
func (s *Service) reviews(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Reviews, bus.Notifier, bus.Batch{Size: 50}, s.takeReviews, s.report)
}

func (s *Service) takeReviews(ctx context.Context, messages []bus.Delivered) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.look(ctx); err != nil {
		return err
	}
	for _, m := range messages {
		var r kulkul.Review
		if err := m.Decode(&r); err != nil {
			s.metrics.unreadable.Inc()
			s.deps.Log.Error("read review", "error", err)
		} else if err := s.takeReview(ctx, r); err != nil {
			return err
		}
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) takeReview(ctx context.Context, r kulkul.Review) error {
	if err := s.answered(ctx, r); err != nil {
		return err
	}
	switch r.Verdict {
	case kulkul.Unsubscribe:
		return s.unsubscribe(ctx, r)
	case kulkul.Ack:
		return s.acknowledge(ctx, r)
	case kulkul.Bounced:
		return s.bounced(ctx, r)
	case kulkul.Silence:
		return s.takeSilence(ctx, r)
	case kulkul.EndSilence:
		return s.endSilence(ctx, r)
	}
	return nil
}

func (s *Service) acknowledge(ctx context.Context, r kulkul.Review) error {
	var numbers []int
	err := s.ledger.States(ctx, "episode."+kulkul.Hash(r.Alert.Flashpoint)+".>", func(key string, raw []byte) error {
		var st episode.State
		if err := json.Unmarshal(raw, &st); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if !st.Over {
			numbers = append(numbers, st.Number)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, n := range numbers {
		err := s.change(ctx, r.Alert.Flashpoint, n, func(st *episode.State) bool {
			st.Acknowledge(r.By)
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func cutSubject(subject string) (first, rest string, found bool) { return strings.Cut(subject, ".") }
