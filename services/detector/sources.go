package detector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// sources tells of sources that fell silent, came back or doubled: silence is
// not calm.
func (s *Service) sources(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Health, bus.Detector, bus.Batch{Size: 64}, s.judged, func(err error) {
		s.deps.Log.Error("take in a source's health; it stays on the bus and comes again", "error", err)
	})
}

func (s *Service) judged(ctx context.Context, messages []bus.Delivered) error {
	for _, m := range messages {
		var h kulkul.Health
		if err := m.Decode(&h); err != nil {
			s.deps.Log.Error("read health", "error", err)
		} else if err := s.judge(ctx, h); err != nil {
			return err
		}
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// heard is what was last heard of a feed.
type heard struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
	// Missing is since when it brings nothing; zero: it does.
	Missing time.Time `json:"missing,omitzero"`
}

// judge compares a judgement with the last one and tells of what people should
// know. A judgement older than the last changes nothing.
func (s *Service) judge(ctx context.Context, h kulkul.Health) error {
	key := "source." + kulkul.Hash(h.Source, h.Feed)
	for {
		var was heard
		revision, err := s.outbox.Get(ctx, key, &was)
		if err != nil {
			return err
		}
		if revision != 0 && (h.At.Before(was.At) || h.State == was.State) {
			return nil
		}
		next, notices := hear(was, h)
		told, err := lives.Notices(notices)
		if err != nil {
			return err
		}
		if _, err = s.outbox.Put(ctx, key, next, revision, told...); !errors.Is(err, bus.ErrConflict) {
			return err
		}
	}
}

// hear gives what is then known of the feed, and what to tell.
func hear(was heard, h kulkul.Health) (heard, []kulkul.Notice) {
	next := heard{State: h.State, At: h.At.UTC(), Missing: was.Missing}
	kind, text := "", ""
	switch h.State {
	case "silent", "gone", "failing":
		if was.Missing.IsZero() {
			next.Missing = h.At.UTC()
			kind, text = "source-silent", "brings nothing: "
		}
	case "doubled":
		kind, text = "source-doubled", "brings far more than usual: "
	case "backfilled":
		kind, text = "source-backfilled", "brings its archive: "
	case "paused": // somebody decided so, and knows
		next.Missing = time.Time{}
	default:
		if !was.Missing.IsZero() {
			next.Missing = time.Time{}
			kind, text = "source-recovered", fmt.Sprintf("brings items again after %s: ", h.At.Sub(was.Missing).Round(time.Minute))
		}
	}
	if kind == "" {
		return next, nil
	}
	name := h.Source
	if h.Feed != "" && h.Feed != h.Source {
		name += " (" + h.Feed + ")"
	}
	return next, []kulkul.Notice{{ID: kulkul.Hash("notice", kind, h.Source, h.Feed, h.At.UTC().Format(time.RFC3339Nano)),
		Kind: kind, At: h.At.UTC(), Flashpoint: kulkul.None, Source: h.Source, Text: name + " " + text + h.Text}}
}
