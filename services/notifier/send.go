package notifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/address"
	"github.com/kulkul-ews/kulkul/services/notifier/chart"
	"github.com/kulkul-ews/kulkul/services/notifier/email"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/webhook"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// send is one worker: it sends what the queue holds until ctx ends.
func (s *Service) send(ctx context.Context) error {
	sender, err := email.NewSender(s.config.Mail)
	if err != nil {
		return err
	}
	defer sender.Close()
	for {
		e, ok := s.queue.next(ctx)
		if !ok {
			return nil
		}
		after, err := s.sendOne(ctx, sender, &e)
		if err != nil && ctx.Err() == nil {
			s.deps.Log.Error("send mail", "recipient", e.Delivery.Recipient, "ended", e.Done, "error", err, "after", after)
		}
		if e.Done {
			s.queue.done(e)
		} else {
			// The recipient's later mails wait behind this one: a thread that
			// arrives out of order is worse than one that arrives late.
			s.queue.later(e, after)
		}
	}
}

// sendOne tries a delivery once and confirms what came of it. Where the
// delivery has not ended it says how long to wait before the next try.
func (s *Service) sendOne(ctx context.Context, sender *email.Sender, e *ledger.Entry) (time.Duration, error) {
	now := s.deps.Now().UTC()
	if wait, err := s.pause(ctx, *e, now); err != nil || wait > 0 {
		return wait, err
	}
	e.Delivery.Attempts++
	s.issue(e, now)
	claimed, err := s.ledger.Claim(ctx, *e, s.holder)
	if errors.Is(err, bus.ErrConflict) {
		e.Done = true // another notifier has it in hand, or it has ended, or a write's answer was lost
		s.unsure.Store(true)
		return 0, nil
	}
	if err != nil {
		return backoff(e.Delivery.Attempts), fmt.Errorf("claim delivery: %w", err)
	}
	*e = claimed
	err = s.tell(ctx, sender, e, now)
	e.Delivery.At = now
	switch {
	case err == nil:
		e.Done, e.Delivery.Status, e.Delivery.Error = true, "sent", ""
	case errors.Is(err, errLeft), errors.Is(err, errClosed), errors.Is(err, errReplaced):
		e.Done, e.Delivery.Status, e.Delivery.Error, err = true, "withdrawn", err.Error(), nil
	case errors.Is(err, email.ErrRefused), errors.Is(err, webhook.ErrRefused):
		e.Done, e.Delivery.Status, e.Delivery.Error = true, "refused", err.Error()
	default:
		e.Delivery.Status, e.Delivery.Error = "failed", err.Error()
	}
	confirmed, failed := s.ledger.Confirm(context.WithoutCancel(ctx), *e)
	if errors.Is(failed, bus.ErrConflict) {
		// Another notifier took it over meanwhile and says how it ends.
		e.Done = true
		s.unsure.Store(true)
		return 0, err
	}
	if failed != nil {
		// Not confirmed: the mail may go out again, under the same Message-ID.
		e.Done = false
		return backoff(e.Delivery.Attempts), fmt.Errorf("confirm delivery: %w", failed)
	}
	*e = confirmed
	s.metrics.delivery(e.Delivery.Status)
	if e.Delivery.Status == "refused" && e.Delivery.Channel != channelWebhook {
		s.mu.Lock()
		defer s.mu.Unlock()
		err = errors.Join(err, s.unreached(ctx, e.Delivery))
	}
	return backoff(e.Delivery.Attempts), err
}

// pause is how long a delivery waits because the one before it in its thread is
// due and has not gone out: a thread arrives in order. That one may be in another
// notifier's hands, perhaps a dead one's, or just inherited and behind it in the
// queue, which then puts them right.
func (s *Service) pause(ctx context.Context, e ledger.Entry, now time.Time) (time.Duration, error) {
	for _, id := range slices.Backward(e.After) {
		before, err := s.ledger.Delivery(ctx, id)
		switch {
		case errors.Is(err, bus.ErrNotFound):
			continue // the reader was not told of that one
		case err != nil:
			return backoff(1), fmt.Errorf("read the delivery before it: %w", err)
		case before.Done || before.Next.After(now):
			return 0, nil
		case before.Holder == s.holder:
			return 20 * time.Millisecond, nil
		}
		return s.config.Lease / 3, nil
	}
	return 0, nil
}

// tell hands the delivery to its channel.
func (s *Service) tell(ctx context.Context, sender *email.Sender, e *ledger.Entry, now time.Time) error {
	if e.Delivery.Channel == channelWebhook {
		return s.post(ctx, e, now)
	}
	return s.mail(ctx, sender, e, now)
}

// errLeft ends a delivery to one who left the subscription meanwhile.
var errLeft = errors.New("the recipient left the subscription")

func (s *Service) mail(ctx context.Context, sender *email.Sender, e *ledger.Entry, now time.Time) error {
	d := &e.Delivery
	if ok, err := s.wants(ctx, *e); err != nil || !ok {
		return cmp.Or(err, errLeft)
	}
	var content render.Content
	if err := s.ledger.Content(ctx, e.Content, &content); err != nil {
		return err
	}
	person, ok := s.deps.Settings.Current().People.Find(d.Recipient)
	if !ok || person.Disabled {
		return fmt.Errorf("%s is no longer in the register: %w", d.Recipient, email.ErrRefused)
	}
	if err := s.cut(ctx, &content, person); err != nil {
		return err
	}
	if err := s.refresh(ctx, e.Content, &content, now); err != nil {
		return err
	}
	reader := s.reader(*e, person)
	m, err := s.renderer.Mail(content, reader)
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
	references, err := s.references(ctx, *e)
	if err != nil {
		return err
	}
	return sender.Send(ctx, email.Message{To: d.Address, ToName: person.Name, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Image: picture,
		ID: d.MessageID, References: references, Date: content.At, Unsubscribe: reader.Links[link.Unsubscribe],
		ReplyTo: s.replyTo(*d, now), Return: s.addresses.For(address.Bounce, d.ID, now.Add(s.config.Answer)),
		Episode: fmt.Sprintf("%s %d", d.Flashpoint, d.Episode)}, now)
}

// replyTo is where an answer to a mail goes; empty where the mail is about no
// episode and asks nothing.
func (s *Service) replyTo(d kulkul.Delivery, now time.Time) string {
	if d.Episode == 0 {
		return ""
	}
	return s.addresses.For(address.Answer, d.ID, now.Add(s.config.Answer))
}

// reader is for whom a mail is written, with the links of this copy.
func (s *Service) reader(e ledger.Entry, p kulkul.Person) render.Reader {
	r := render.Reader{Language: p.Language, Zone: p.Zone(), Names: s.names.In(p.Language), Why: e.Why.Kind, Of: e.Why.Of, Level: e.Why.Level, Recused: e.Recused, Clearance: p.Clearance(),
		Console: s.config.Console, Links: map[link.Action]string{}, Replies: s.addresses != nil && e.Delivery.Episode > 0}
	for a, secret := range e.Secrets {
		r.Links[a] = strings.TrimSuffix(s.config.Console, "/") + link.Path(e.Delivery.ID, a, secret)
	}
	for _, l := range e.Links {
		r.Until = l.Ends
	}
	return r
}

// backoff before the n-th next try: 2 s doubling to 10 minutes.
func backoff(attempts int) time.Duration {
	return min(2*time.Second<<min(attempts-1, 10), 10*time.Minute)
}
