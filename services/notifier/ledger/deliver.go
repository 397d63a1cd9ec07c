package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Claim writes that the holder is about to send the delivery, and with which
// links. bus.ErrConflict: another notifier has it in hand, or it has ended.
func (l *Ledger) Claim(ctx context.Context, e Entry, holder string) (Entry, error) {
	e.Holder = holder
	rev, err := l.box.Put(ctx, deliveryKey(e.Delivery.ID), e, e.revision)
	if err == nil {
		e.revision = rev
	}
	return e, err
}

// Confirm writes how a delivery ended, or when it is tried next, and tells of
// it on the bus where it ended. bus.ErrConflict: another notifier took it over.
func (l *Ledger) Confirm(ctx context.Context, e Entry) (Entry, error) {
	var events []bus.Message
	if e.Done {
		m, err := bus.NewMessage(bus.DeliverySubject(e.Delivery.Channel), "delivery:"+e.Delivery.ID, e.Delivery)
		if err != nil {
			return e, err
		}
		events = []bus.Message{m}
	}
	for {
		rev, err := l.box.Put(ctx, deliveryKey(e.Delivery.ID), e, e.revision, events...)
		if err == nil {
			e.revision = rev
			return e, nil
		}
		if !errors.Is(err, bus.ErrConflict) {
			return e, err
		}
		// A reader may have answered before the relay had: the link is marked
		// used, and the delivery is still this holder's.
		now, failed := l.Delivery(ctx, e.Delivery.ID)
		if failed != nil || now.Done || now.Holder != e.Holder {
			return e, errors.Join(err, failed)
		}
		e.Links, e.revision = now.Links, now.revision
	}
}

// Delivery reads a delivery; bus.ErrNotFound where there is none.
func (l *Ledger) Delivery(ctx context.Context, id string) (Entry, error) {
	var e Entry
	rev, err := l.box.Get(ctx, deliveryKey(id), &e)
	if err == nil && rev == 0 {
		err = fmt.Errorf("delivery %s: %w", id, bus.ErrNotFound)
	}
	e.revision = rev
	return e, err
}

// Use marks the links of an action as used at the instant given.
func (l *Ledger) Use(ctx context.Context, id string, action link.Action, at time.Time) error {
	for {
		e, err := l.Delivery(ctx, id)
		if errors.Is(err, bus.ErrNotFound) {
			return nil // forgotten since
		}
		if err != nil {
			return err
		}
		changed := false
		for i := range e.Links {
			if e.Links[i].Action == action && e.Links[i].Used.IsZero() {
				e.Links[i].Used, changed = at.UTC(), true
			}
		}
		if !changed {
			return nil
		}
		if _, err = l.box.Put(ctx, deliveryKey(id), e, e.revision); !errors.Is(err, bus.ErrConflict) {
			return err
		}
	}
}

// Pending gives every delivery that has not ended and that no living notifier
// other than me has in hand. What a notifier that died, or a broken connection,
// left unpublished is published first.
func (l *Ledger) Pending(ctx context.Context, me string, now time.Time) ([]Entry, error) {
	living, _, err := l.instances(ctx, now)
	if err != nil {
		return nil, err
	}
	if err := l.Recover(ctx); err != nil {
		return nil, err
	}
	var out []Entry
	err = l.box.Load(ctx, "delivery.>", func(key string, state json.RawMessage, revision uint64) error {
		var e Entry
		if err := json.Unmarshal(state, &e); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		e.revision = revision
		if !e.Done && (e.Holder == me || !living[e.Holder]) {
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

// Dead lists the notifiers whose lease has ended: they stopped, or died, and
// what they held is to be taken over.
func (l *Ledger) Dead(ctx context.Context, now time.Time) ([]string, error) {
	_, dead, err := l.instances(ctx, now)
	return dead, err
}

// Bury forgets notifiers whose deliveries are in hand again.
func (l *Ledger) Bury(ctx context.Context, dead []string) error {
	for _, holder := range dead {
		if err := l.Forget(ctx, instances+holder); err != nil {
			return err
		}
	}
	return nil
}

// Recover publishes what was written and not published.
func (l *Ledger) Recover(ctx context.Context) error { return l.box.Recover(ctx, "delivery.>", nil) }
