package notifier

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/webhook"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// carried is how many items a webhook carries.
const carried = 3

// channelWebhook names the channel in the ledger and on the bus.
const channelWebhook = "webhook"

// oweHooks writes a delivery per webhook that is told of a notification. They
// go through the ledger as mails do: written before, tried until answered,
// confirmed after.
func (s *Service) oweHooks(ctx context.Context, alerts []kulkul.Alert, d kulkul.Delivery, content string, after []string) error {
	for n, r := range s.hooks.For(alerts) {
		d.Recipient, d.Channel, d.Status = r.Recipient(), channelWebhook, "pending"
		d.ID = kulkul.DeliveryID(d.Recipient, d.Flashpoint, d.Episode, d.Notification)
		e, isNew, err := s.ledger.Owe(ctx, ledger.Entry{Delivery: d, Content: content, Holder: s.holder, After: thread(d, after),
			Why: ledger.Why{Kind: "subscription", Level: r.Level}, Order: d.At.UnixNano() + int64(n)})
		if err != nil {
			return err
		}
		if isNew {
			s.queue.add(e)
		}
	}
	return nil
}

// post tells a webhook once. Its items are read at each try under the
// receiver's handling level, so that an embargo or a withdrawal since holds.
func (s *Service) post(ctx context.Context, e *ledger.Entry, now time.Time) error {
	name := strings.TrimPrefix(e.Delivery.Recipient, webhook.Receiver{}.Recipient())
	r, ok := s.hooks.Find(name)
	if !ok {
		return fmt.Errorf("webhook %s is no longer configured: %w", name, webhook.ErrRefused)
	}
	var c render.Content
	if err := s.ledger.Content(ctx, e.Content, &c); err != nil {
		return err
	}
	n := webhook.Notification{Flashpoint: c.Flashpoint, Name: c.Name, Episode: c.Episode, Kind: c.Kind, Level: c.Level, At: c.At,
		Alerts: r.Selects(c.Alerts), Areas: c.Names, Console: s.config.Console}
	var err error
	if n.Items, err = s.hookItems(ctx, r, n.Alerts, now); err != nil {
		return err
	}
	body, err := r.Body(n)
	if err != nil {
		return fmt.Errorf("%w: %w", webhook.ErrRefused, err)
	}
	return s.hooks.Post(ctx, r, webhook.Message{ID: e.Delivery.ID, Body: body}, now)
}

// hookItems are the first items of the alerts that the receiver may see.
func (s *Service) hookItems(ctx context.Context, r webhook.Receiver, alerts []kulkul.Alert, now time.Time) ([]webhook.Item, error) {
	var out []webhook.Item
	seen := map[string]bool{}
	for _, a := range alerts {
		if len(a.Items) == 0 {
			continue
		}
		found, err := s.deps.Store.ItemsByID(ctx, store.View{Handling: r.Handling, Now: now}, a.Taxonomy, a.Items)
		if err != nil {
			return nil, fmt.Errorf("read items for webhook %s: %w", r.Name, err)
		}
		for _, t := range found {
			if len(out) == carried || seen[t.Item.ID] {
				continue
			}
			seen[t.Item.ID] = true
			out = append(out, webhook.Item{ID: t.Item.ID, Title: t.Item.Title, Link: t.Item.Link, Publisher: s.publisher(t.Item.Source),
				Language: t.Item.Language, Published: t.Item.Published})
		}
	}
	return out, nil
}
