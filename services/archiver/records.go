package archiver

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// records is how everything that is not an item is gathered: seldom and small.
func records() bus.Batch { return bus.Batch{Size: 500, Linger: 200 * time.Millisecond} }

// archive consumes a stream whose messages are all of one type.
func archive[T any](ctx context.Context, s *Service, stream string, write func(context.Context, []T) error) error {
	return s.deps.Bus.Consume(ctx, stream, bus.Archiver, records(), func(ctx context.Context, messages []bus.Delivered) error {
		return record(ctx, s, messages, write)
	}, s.report)
}

// record writes messages of one type and acknowledges them.
func record[T any](ctx context.Context, s *Service, messages []bus.Delivered, write func(context.Context, []T) error) error {
	if len(messages) == 0 {
		return nil
	}
	values, good, err := decode[T](ctx, s, messages)
	if err != nil {
		return err
	}
	if len(values) > 0 {
		if err := write(ctx, values); err != nil {
			return err
		}
	}
	return acknowledge(good)
}

func (s *Service) rejections(ctx context.Context) error {
	return archive(ctx, s, bus.Rejected, func(ctx context.Context, r []kulkul.Rejection) error {
		return s.writer.WriteRejections(ctx, r)
	})
}

func (s *Service) reviews(ctx context.Context) error {
	return archive(ctx, s, bus.Reviews, func(ctx context.Context, r []kulkul.Review) error {
		return s.writer.WriteReviews(ctx, r)
	})
}

func (s *Service) deliveries(ctx context.Context) error {
	return archive(ctx, s, bus.Deliveries, func(ctx context.Context, d []kulkul.Delivery) error {
		return s.writer.WriteDeliveries(ctx, d)
	})
}

// alerts writes both kinds of message that ALERTS carries.
func (s *Service) alerts(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Alerts, bus.Archiver, records(), func(ctx context.Context, messages []bus.Delivered) error {
		by := bySubject(messages, "alerts.", "notices.")
		if err := record(ctx, s, by["alerts."], s.writer.WriteAlerts); err != nil {
			return err
		}
		return record(ctx, s, by["notices."], s.writer.WriteNotices)
	}, s.report)
}

// health writes the three kinds of message that HEALTH carries.
func (s *Service) health(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Health, bus.Archiver, records(), func(ctx context.Context, messages []bus.Delivered) error {
		by := bySubject(messages, "sources.health.", "fetches.", "audit.")
		if err := record(ctx, s, by["sources.health."], s.writer.WriteHealth); err != nil {
			return err
		}
		if err := record(ctx, s, by["fetches."], s.writer.WriteFetches); err != nil {
			return err
		}
		return record(ctx, s, by["audit."], s.writer.WriteAudit)
	}, s.report)
}

func bySubject(messages []bus.Delivered, prefixes ...string) map[string][]bus.Delivered {
	out := map[string][]bus.Delivered{}
	for _, m := range messages {
		for _, p := range prefixes {
			if strings.HasPrefix(m.Subject, p) {
				out[p] = append(out[p], m)
			}
		}
	}
	return out
}

// configurations records every version of the running configuration, from the
// first, each time a new one comes in force.
func (s *Service) configurations(ctx context.Context) error {
	changed := s.deps.Settings.Subscribe(ctx)
	for {
		if err := s.recordVersions(ctx); err != nil && ctx.Err() == nil {
			s.report(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}

func (s *Service) recordVersions(ctx context.Context) error {
	history, err := s.deps.Settings.History(ctx)
	if err != nil {
		return err
	}
	versions := make([]store.ConfigVersion, len(history))
	for i, v := range history {
		content, err := json.Marshal(v.Files)
		if err != nil {
			return fmt.Errorf("encode configuration version %d: %w", v.Number, err)
		}
		versions[i] = store.ConfigVersion{Version: uint64(v.Number), At: v.At, By: v.By, Why: v.Why,
			Digest: kulkul.Hash(string(content)), Content: string(content)}
	}
	return s.writer.WriteConfigVersions(ctx, versions)
}
