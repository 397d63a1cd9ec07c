package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Bounced writes that a delivery came back, or is late, and tells of it on the
// bus. It gives the delivery as it then is, and whether that was new: what was
// said before, a delay after the end, and a delivery forgotten since change
// nothing.
func (l *Ledger) Bounced(ctx context.Context, id string, b kulkul.Bounce, at time.Time) (kulkul.Delivery, bool, error) {
	status := "delayed"
	if b.Permanent {
		status = "bounced"
	}
	for {
		e, err := l.Delivery(ctx, id)
		if errors.Is(err, bus.ErrNotFound) {
			return kulkul.Delivery{}, false, nil
		}
		d := e.Delivery
		if err != nil || d.Status == "bounced" || d.Status == status || !b.Permanent && !e.Done {
			return d, false, err
		}
		// Of one delivery the latest state stays, by its time.
		d.Status, d.Error, d.At = status, b.Status+" "+b.Text, at.UTC()
		if !d.At.After(e.Delivery.At) {
			d.At = e.Delivery.At.Add(time.Millisecond)
		}
		m, err := bus.NewMessage(bus.DeliverySubject(d.Channel), "delivery:"+id+":"+status, d)
		if err != nil {
			return d, false, err
		}
		e.Delivery, e.Done = d, true
		if _, err = l.box.Put(ctx, deliveryKey(id), e, e.revision, m); !errors.Is(err, bus.ErrConflict) {
			return d, err == nil, err
		}
	}
}

// Reached reports whether one of the mails of a notification is on its way or
// arrived, as far as is known.
func (l *Ledger) Reached(ctx context.Context, of kulkul.Delivery) (bool, error) {
	reached := false
	err := l.box.Load(ctx, "delivery.>", func(key string, state json.RawMessage, _ uint64) error {
		var e Entry
		if err := json.Unmarshal(state, &e); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		d := e.Delivery
		if d.Channel == of.Channel && d.Flashpoint == of.Flashpoint && d.Episode == of.Episode && d.Notification == of.Notification {
			reached = reached || d.Status != "bounced" && d.Status != "refused" && d.Status != "withdrawn"
		}
		return nil
	})
	return reached, err
}
