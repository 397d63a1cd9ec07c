package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// surge is what the ledger keeps of a reader to whom much is owed.
type surge struct {
	Person string      `json:"person"`
	Sent   []time.Time `json:"sent,omitempty"` // within the last hour
	// Held are deliveries that go out in one digest; the first Flush of them are
	// on their way, under the name given.
	Held  []ledger.Entry `json:"held,omitempty"`
	Flush int            `json:"flush,omitempty"`
	Name  string         `json:"name,omitempty"`
}

const (
	surgeKeys = "surge."
	// flooded is the time over which mails are counted, and for which those too
	// many are gathered.
	flooded = time.Hour
)

// holdBack counts a delivery towards its reader's hour and reports whether it is
// held back for a digest. What is critical, or asks one who is next in line, is
// neither counted nor held.
func (s *Service) holdBack(ctx context.Context, e ledger.Entry) (bool, error) {
	d := e.Delivery
	if s.config.Flood == 0 || d.Episode == 0 || d.Level == kulkul.Critical || e.Why.Kind != "subscription" {
		return false, nil
	}
	key := surgeKeys + kulkul.Hash(d.Recipient)
	for {
		var u surge
		rev, err := s.ledger.State(ctx, key, &u)
		if err != nil {
			return false, err
		}
		u.Person = d.Recipient
		u.Sent = slices.DeleteFunc(u.Sent, func(at time.Time) bool { return d.At.Sub(at) >= flooded })
		held := len(u.Held) > 0 || len(u.Sent) >= s.config.Flood
		switch {
		case !held:
			u.Sent = append(u.Sent, d.At)
		case slices.ContainsFunc(u.Held, func(h ledger.Entry) bool { return h.Delivery.ID == d.ID }):
			return true, nil
		default:
			if _, err := s.ledger.Delivery(ctx, d.ID); !errors.Is(err, bus.ErrNotFound) {
				return err == nil, err // owed before the flood began
			}
			u.Held = append(u.Held, e)
		}
		if _, err = s.ledger.SaveState(ctx, key, u, rev); !errors.Is(err, bus.ErrConflict) {
			return held, err
		}
	}
}

// release owes the digests of what was held back for long enough. The caller
// holds mu.
func (s *Service) release(ctx context.Context) error {
	now := s.deps.Now().UTC()
	var due []string
	err := s.ledger.States(ctx, surgeKeys+">", func(key string, raw []byte) error {
		var u surge
		if err := json.Unmarshal(raw, &u); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if u.Flush > 0 || len(u.Held) > 0 && now.Sub(u.Held[0].Delivery.At) >= flooded {
			due = append(due, key)
		}
		return nil
	})
	for _, key := range due {
		err = errors.Join(err, s.releaseOne(ctx, key, now))
	}
	return err
}

// releaseOne settles first what the digest holds, then owes it, then forgets
// it: a crash in between does the same again under the same name.
func (s *Service) releaseOne(ctx context.Context, key string, now time.Time) error {
	var u surge
	rev, err := s.ledger.State(ctx, key, &u)
	if err != nil {
		return err
	}
	if u.Flush == 0 {
		u.Flush, u.Name = len(u.Held), "flood-"+u.Held[0].Delivery.At.Format("20060102T150405")
		if rev, err = s.ledger.SaveState(ctx, key, u, rev); err != nil {
			return unlessConflict(err)
		}
	}
	if err := s.oweFlood(ctx, u, now); err != nil {
		return fmt.Errorf("owe the digest of a flood to %s: %w", u.Person, err)
	}
	u.Held, u.Flush, u.Name, u.Sent = u.Held[u.Flush:], 0, "", []time.Time{now}
	_, err = s.ledger.SaveState(ctx, key, u, rev)
	return unlessConflict(err)
}

// unlessConflict is nil where another wrote first: it is looked at again.
func unlessConflict(err error) error {
	if errors.Is(err, bus.ErrConflict) {
		return nil
	}
	return err
}

func (s *Service) oweFlood(ctx context.Context, u surge, now time.Time) error {
	people := s.deps.Settings.Current().People
	p, ok := people.Find(u.Person)
	if !ok {
		return nil
	}
	held := u.Held[:u.Flush]
	to := route.Recipient{Person: p, Kind: "subscription", Level: held[0].Why.Level}
	d := render.Digest{From: held[0].Delivery.At, To: now}
	level := kulkul.NoLevel
	for _, e := range held {
		level, to.Level = max(level, e.Delivery.Level), min(to.Level, e.Why.Level)
		d.Held = append(d.Held, render.Held{Flashpoint: e.Delivery.Flashpoint, Name: s.names.Name(e.Delivery.Flashpoint),
			Episode: e.Delivery.Episode, Kind: e.Delivery.Notification, Level: e.Delivery.Level})
		for _, id := range e.Why.Subscriptions {
			if !slices.Contains(to.Subscriptions, id) {
				to.Subscriptions = append(to.Subscriptions, id)
			}
		}
		owed, isNew, err := s.ledger.Owe(ctx, e)
		if err != nil {
			return err
		}
		if !isNew {
			continue
		}
		owed.Done, owed.Delivery.Status = true, "digested"
		if _, err := s.ledger.Confirm(ctx, owed); err != nil {
			return err
		}
		s.metrics.delivery("digested")
	}
	content := render.Content{Flashpoint: kulkul.Any, Name: s.names.Name(kulkul.Any), Kind: u.Name, Level: level, At: now, Digest: &d}
	key := "content.digest." + kulkul.Hash(p.ID, u.Name)
	if err := s.ledger.PutContent(ctx, key, content); err != nil {
		return err
	}
	return s.oweTo(ctx, to, kulkul.Delivery{Flashpoint: kulkul.Any, Notification: u.Name, Level: level, At: now}, key, nil, 0)
}
