package archiver

import (
	"context"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// items writes tagged items, then touches the series they count in, then
// acknowledges.
func (s *Service) items(ctx context.Context) error {
	batch := bus.Batch{Size: s.config.Batch, Linger: s.config.Linger}
	return s.deps.Bus.Consume(ctx, bus.TaggedItem, bus.Archiver, batch, s.archiveItems, s.report)
}

func (s *Service) archiveItems(ctx context.Context, messages []bus.Delivered) error {
	tagged, good, err := decode[kulkul.Tagged](ctx, s, messages)
	if err != nil {
		return err
	}
	if err := s.writer.WriteItems(ctx, tagged); err != nil {
		return err
	}
	s.metrics.items(tagged, s.deps.Now())
	touches, err := s.touches(tagged)
	if err != nil {
		return err
	}
	if err := s.deps.Bus.Publish(ctx, touches...); err != nil {
		return err
	}
	return acknowledge(good)
}

// touches makes one message per series that the items count in. Only what an
// item counts in now is touched: a touch may raise an alert and never lowers
// one, so what an edited item no longer counts in waits for the daily tick.
func (s *Service) touches(tagged []kulkul.Tagged) ([]bus.Message, error) {
	earliest := map[kulkul.Pair]kulkul.Day{}
	for _, t := range tagged {
		if t.Item.Retrospective || t.Item.Withdrawn {
			continue
		}
		day := t.Item.Day()
		for _, p := range t.Pairs() {
			if d, seen := earliest[p]; !seen || day < d {
				earliest[p] = day
			}
		}
	}
	out := make([]bus.Message, 0, len(earliest))
	for p, day := range earliest {
		m, err := bus.NewMessage(bus.TouchedSubject(p), "", kulkul.Touch{Pair: p, Day: day, At: s.deps.Now().UTC()})
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}
