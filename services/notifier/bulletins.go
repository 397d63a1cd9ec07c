package notifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// bulletins takes in the weekly bulletins that are to be mailed.
func (s *Service) bulletins(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Jobs, bus.Notifier, bus.Batch{Size: 1}, s.takeBulletins, s.report)
}

func (s *Service) takeBulletins(ctx context.Context, messages []bus.Delivered) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.look(ctx); err != nil {
		return err
	}
	for _, m := range messages {
		var b kulkul.Bulletin
		if err := m.Decode(&b); err != nil {
			s.metrics.unreadable.Inc()
			s.deps.Log.Error("read bulletin", "error", err)
		} else if err := s.oweBulletin(ctx, b); err != nil {
			return fmt.Errorf("owe the bulletin of %s: %w", b.ID, err)
		}
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// oweBulletin writes a delivery per subscriber. The edition names both content
// and deliveries: the same one again owes nothing. The caller holds mu.
func (s *Service) oweBulletin(ctx context.Context, b kulkul.Bulletin) error {
	if !b.Sent() {
		return nil // published, and not asked to be mailed
	}
	name := bulletinKind(b.Edition())
	key := "content." + name
	content := render.Content{Flashpoint: kulkul.Any, Name: s.names.Name(kulkul.Any), Kind: name, At: b.SentAt, Bulletin: &b, Names: map[string]string{}}
	for _, e := range b.Entries {
		content.Names[e.Flashpoint] = s.names.Name(e.Flashpoint)
	}
	if err := s.ledger.PutContent(ctx, key, content); err != nil {
		return err
	}
	before, err := s.supersede(ctx, b)
	if err != nil {
		return err
	}
	had, err := s.readersOf(ctx, b, before)
	if err != nil {
		return err
	}
	for i, to := range nobodyTwice(append(s.subscribers(b), had...)) {
		d := kulkul.Delivery{Flashpoint: kulkul.Any, Notification: name, Events: []string{b.Edition()}, At: b.SentAt}
		if err := s.oweTo(ctx, to, d, key, before, i); err != nil {
			return err
		}
	}
	return nil
}

// bulletinKind names the notification of an edition.
func bulletinKind(edition string) string { return "bulletin-" + edition }

// subscribers lists who is sent a bulletin, nobody twice: a deputy who has it
// already gets no second one.
func (s *Service) subscribers(b kulkul.Bulletin) []route.Recipient {
	people := s.deps.Settings.Current().People
	var own, standing []route.Recipient
	for _, p := range people.Subscribers(b) {
		var ids []string
		for _, sub := range people.Bulletins(p) {
			if !s.hasLeft(p.ID, sub.ID()) {
				ids = append(ids, sub.ID())
			}
		}
		if len(ids) == 0 {
			continue
		}
		to := route.Digest(people, p, ids, s.hasLeft)
		to.Kind = "bulletin"
		if to.Person.ID == p.ID {
			own = append(own, to)
		} else if _, ok := people.Shows(to.Person, b); ok {
			standing = append(standing, to)
		}
	}
	return nobodyTwice(append(own, standing...))
}

// nobodyTwice leaves of those who are listed again the first.
func nobodyTwice(all []route.Recipient) []route.Recipient {
	var out []route.Recipient
	listed := map[string]bool{}
	for _, to := range all {
		if !listed[to.Person.ID] {
			listed[to.Person.ID] = true
			out = append(out, to)
		}
	}
	return out
}

// errClosed ends the delivery of a bulletin to one whose office is not cleared
// for it, or no longer.
var errClosed = errors.New("the bulletin is not for the recipient's office")

// cut leaves of a bulletin what its reader may see now, and fails where it is to
// go out no more.
func (s *Service) cut(ctx context.Context, c *render.Content, p kulkul.Person) error {
	if c.Bulletin == nil {
		return nil
	}
	if gone, err := s.wasReplaced(ctx, *c.Bulletin); err != nil || gone {
		return cmp.Or(err, errReplaced)
	}
	b, ok := s.deps.Settings.Current().People.Shows(p, *c.Bulletin)
	if !ok {
		return errClosed
	}
	c.Bulletin = &b
	return nil
}
