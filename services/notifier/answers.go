package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/answer"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// Answers makes the pages behind the links in mails, for the console to serve
// under /answers/. They read the ledger and write reviews, never the ledger:
// the notifier takes the reviews in.
func Answers(c Config, d Deps) (http.Handler, error) {
	book, err := words.Load()
	if err != nil {
		return nil, err
	}
	return answer.New(answer.Deps{
		Letter: func(ctx context.Context, delivery string) (answer.Letter, error) {
			l, err := ledger.Open(ctx, d.Bus)
			if err != nil {
				return answer.Letter{}, err
			}
			return letter(ctx, l, delivery)
		},
		Register: func() config.Register { return d.Settings.Current().People },
		Tell:     func(ctx context.Context, reviews []kulkul.Review) error { return tell(ctx, d.Bus, reviews) },
		Book:     book, Console: c.Console, Log: d.Log, Now: d.Now,
	})
}

// tell publishes reviews.
func tell(ctx context.Context, b *bus.Bus, reviews []kulkul.Review) error {
	messages := make([]bus.Message, len(reviews))
	for i, r := range reviews {
		m, err := bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r)
		if err != nil {
			return err
		}
		messages[i] = m
	}
	return b.Publish(ctx, messages...)
}

// letter reads what a mail told and how it may be answered.
func letter(ctx context.Context, l *ledger.Ledger, delivery string) (answer.Letter, error) {
	var out answer.Letter
	if !hexadecimal(delivery) {
		return out, answer.ErrNotFound
	}
	e, err := l.Delivery(ctx, delivery)
	if errors.Is(err, bus.ErrNotFound) {
		return out, answer.ErrNotFound
	}
	if err != nil {
		return out, err
	}
	var content render.Content
	err = l.Content(ctx, e.Content, &content)
	if errors.Is(err, bus.ErrNotFound) {
		return out, answer.ErrNotFound // what it told was forgotten meanwhile
	}
	if err != nil {
		return out, err
	}
	out = answer.Letter{Delivery: e.Delivery, Links: e.Links, Name: content.Name}
	if best, _ := strongest(content.Alerts); best.Key != (kulkul.AlertKey{}) {
		out.Alerts = append(out.Alerts, best)
		for _, a := range content.Alerts {
			if a.Inhibited == "" && a.ID() != best.ID() {
				out.Alerts = append(out.Alerts, a)
			}
		}
	}
	var st episode.State
	if e.Delivery.Episode > 0 {
		if _, err := l.State(ctx, episode.Key(e.Delivery.Flashpoint, e.Delivery.Episode), &st); err != nil {
			return out, err
		}
	}
	out.Over = st.Over
	return out, nil
}

// hexadecimal reports whether s may be the id of a delivery.
func hexadecimal(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return len(s) == 32
}

// issue makes the links of a mail that is about to go out. A mail that is tried
// again keeps those it has.
func (s *Service) issue(e *ledger.Entry, now time.Time) {
	if e.Secrets != nil || s.config.Console == "" || e.Delivery.Channel == channelWebhook {
		return
	}
	e.Secrets = map[link.Action]string{}
	for _, a := range actions(*e) {
		l, secret := link.New(e.Delivery.ID, a, now.Add(s.config.Answer))
		e.Links, e.Secrets[a] = append(e.Links, l), secret
	}
}

// actions are what the reader of a mail is asked, or may do.
func actions(e ledger.Entry) []link.Action {
	var out []link.Action
	switch {
	case e.Delivery.Episode == 0:
	case e.Recused:
		out = append(out, link.Note)
	case e.Delivery.Notification == "resolved":
		out = append(out, link.Concur, link.Doubt, link.Note)
	default:
		out = append(out, link.Acknowledge, link.Concur, link.Doubt, link.Note)
	}
	if len(e.Why.Subscriptions) > 0 {
		out = append(out, link.Unsubscribe)
	}
	return out
}

// left is what a person left, as the ledger keeps it: by subscription, since when.
type left map[string]time.Time

const leftKeys = "left."

// answered takes in a review that came by mail: its link is used.
func (s *Service) answered(ctx context.Context, r kulkul.Review) error {
	if r.Delivery == "" || r.Verdict == kulkul.Bounced {
		return nil
	}
	return s.ledger.Use(ctx, r.Delivery, answer.ActionOf(r), r.At)
}

// unsubscribe writes down that a person left the subscriptions that a mail came
// by.
func (s *Service) unsubscribe(ctx context.Context, r kulkul.Review) error {
	e, err := s.ledger.Delivery(ctx, r.Delivery)
	if errors.Is(err, bus.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	key := leftKeys + kulkul.Hash(e.Delivery.Recipient)
	for {
		gone := left{}
		rev, err := s.ledger.State(ctx, key, &gone)
		if err != nil {
			return err
		}
		for _, id := range e.Why.Subscriptions {
			if _, ok := gone[id]; !ok {
				gone[id] = r.At
			}
		}
		if _, err = s.ledger.SaveState(ctx, key, gone, rev); !errors.Is(err, bus.ErrConflict) {
			return err
		}
	}
}

// readLeft reads who left which subscription. The caller holds mu.
func (s *Service) readLeft(ctx context.Context) error {
	s.left = map[string]left{}
	return s.ledger.States(ctx, leftKeys+">", func(key string, raw []byte) error {
		var one left
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		s.left[key[len(leftKeys):]] = one
		return nil
	})
}

// hasLeft reports whether a person left a subscription. The caller holds mu.
func (s *Service) hasLeft(person, subscription string) bool {
	_, ok := s.left[kulkul.Hash(person)][subscription]
	return ok
}

// wants reports whether the recipient still has one of the subscriptions that
// a delivery came by.
func (s *Service) wants(ctx context.Context, e ledger.Entry) (bool, error) {
	if len(e.Why.Subscriptions) == 0 {
		return true, nil
	}
	gone := left{}
	if _, err := s.ledger.State(ctx, leftKeys+kulkul.Hash(e.Delivery.Recipient), &gone); err != nil {
		return false, err
	}
	for _, id := range e.Why.Subscriptions {
		if _, ok := gone[id]; !ok {
			return true, nil
		}
	}
	return false, nil
}
