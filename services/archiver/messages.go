package archiver

import (
	"context"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// decode reads the messages and gives the values with the messages they came
// in. What cannot be read is kept in REJECTED with its reason and terminated; a
// message of a newer version waits on the bus for the upgrade.
func decode[T any](ctx context.Context, s *Service, messages []bus.Delivered) ([]T, []bus.Delivered, error) {
	values := make([]T, 0, len(messages))
	good := make([]bus.Delivered, 0, len(messages))
	for _, m := range messages {
		var v T
		if err := m.Decode(&v); err == nil {
			values, good = append(values, v), append(good, m)
		} else if err := s.reject(ctx, m, err); err != nil {
			return nil, nil, err
		}
	}
	return values, good, nil
}

// reject keeps an unreadable message aside.
func (s *Service) reject(ctx context.Context, m bus.Delivered, reason error) error {
	payload := m.Body[:min(len(m.Body), kulkul.MaxPayload)]
	r := kulkul.Rejection{
		ID: kulkul.Hash("rejection", "archiver", m.Subject, strconv.FormatUint(m.Sequence, 10)), Stage: "archiver",
		Source: kulkul.None, At: s.deps.Now().UTC(), Where: m.Subject + " #" + strconv.FormatUint(m.Sequence, 10),
		Reason: reason.Error(), Code: "unreadable", Payload: payload,
	}
	out, err := bus.NewMessage(bus.RejectedSubject(r.Source), r.ID, r)
	if err != nil {
		return err
	}
	if err := s.deps.Bus.Publish(ctx, out); err != nil {
		return err
	}
	s.metrics.rejected.Inc()
	return m.Reject(r.Reason)
}

func acknowledge(messages []bus.Delivered) error {
	for _, m := range messages {
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}
