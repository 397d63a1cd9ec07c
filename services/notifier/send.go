package notifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/chart"
	"github.com/kulkul-ews/kulkul/services/notifier/email"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// send is one worker: it sends what the queue holds for its recipients, in
// order, until ctx ends.
func (s *Service) send(ctx context.Context, worker int) error {
	sender, err := email.NewSender(s.config.Mail)
	if err != nil {
		return err
	}
	defer sender.Close()
	for {
		e, ok := s.queue.next(ctx, worker)
		if !ok {
			return nil
		}
		for {
			after, err := s.sendOne(ctx, sender, &e)
			if err != nil && ctx.Err() == nil {
				s.deps.Log.Error("send mail; tried again", "recipient", e.Delivery.Recipient, "error", err, "after", after)
			}
			if e.Done {
				break
			}
			// The recipient's later mails wait behind this one: a thread that
			// arrives out of order is worse than one that arrives late.
			if rest(ctx, after) != nil {
				return nil
			}
		}
	}
}

// sendOne tries a delivery once and confirms what came of it. Where the
// delivery has not ended it says how long to wait before the next try.
func (s *Service) sendOne(ctx context.Context, sender *email.Sender, e *ledger.Entry) (time.Duration, error) {
	now := s.deps.Now().UTC()
	e.Delivery.Attempts++
	err := s.mail(ctx, sender, e, now)
	e.Delivery.At = now
	switch {
	case err == nil:
		e.Done, e.Delivery.Status, e.Delivery.Error = true, "sent", ""
	case errors.Is(err, email.ErrRefused):
		e.Done, e.Delivery.Status, e.Delivery.Error = true, "refused", err.Error()
	default:
		e.Delivery.Status, e.Delivery.Error = "failed", err.Error()
	}
	confirmed, failed := s.ledger.Confirm(context.WithoutCancel(ctx), *e)
	if errors.Is(failed, bus.ErrConflict) {
		// Another notifier has this delivery in hand and says how it ends.
		e.Done = true
		return 0, err
	}
	if failed != nil {
		// Not confirmed: the mail may go out again, under the same Message-ID.
		e.Done = false
		return backoff(e.Delivery.Attempts), fmt.Errorf("confirm delivery: %w", failed)
	}
	*e = confirmed
	s.metrics.delivery(e.Delivery.Status)
	return backoff(e.Delivery.Attempts), err
}

func (s *Service) mail(ctx context.Context, sender *email.Sender, e *ledger.Entry, now time.Time) error {
	d := &e.Delivery
	var content render.Content
	if err := s.ledger.Content(ctx, e.Content, &content); err != nil {
		return err
	}
	person, ok := s.deps.Settings.Current().People.Find(d.Recipient)
	if !ok || person.Disabled {
		return fmt.Errorf("%s is no longer in the register: %w", d.Recipient, email.ErrRefused)
	}
	m, err := s.renderer.Mail(content, render.Reader{Why: e.Why, Recused: e.Recused, Console: s.config.Console})
	if err != nil {
		return fmt.Errorf("%w: %w", email.ErrRefused, err)
	}
	d.Subject = m.Subject
	var picture []byte
	if m.Series != nil {
		if picture, err = chart.PNG(chart.Series{Values: m.Series.Values, Expected: m.Series.Expected, Bound: m.Series.Bound}); err != nil {
			return fmt.Errorf("%w: %w", email.ErrRefused, err)
		}
	}
	var references []string
	if first := s.messageID(kulkul.DeliveryID(d.Recipient, d.Flashpoint, d.Episode, "first")); d.Episode > 0 && first != d.MessageID {
		references = []string{first}
	}
	return sender.Send(ctx, email.Message{To: d.Address, ToName: person.Name, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Image: picture,
		ID: d.MessageID, References: references, Date: content.At,
		Episode: fmt.Sprintf("%s %d", d.Flashpoint, d.Episode)}, now)
}

// backoff before the n-th next try: 2 s doubling to 10 minutes.
func backoff(attempts int) time.Duration {
	return min(2*time.Second<<min(attempts-1, 10), 10*time.Minute)
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
