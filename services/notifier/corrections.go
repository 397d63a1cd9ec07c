package notifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// replacedKeys begin the keys under which the ledger notes that an edition of a
// bulletin was corrected.
const replacedKeys = "replaced."

// replaced is what is noted there.
type replaced struct {
	By string    `json:"by"` // the edition that took its place
	At time.Time `json:"at"`
}

// errReplaced ends the delivery of an edition that was corrected before it went
// out.
var errReplaced = errors.New("a corrected edition took its place")

// supersede notes that the editions before a correction are not to go out any
// more, and gives the kinds of their deliveries, the oldest first. The caller
// holds mu.
func (s *Service) supersede(ctx context.Context, b kulkul.Bulletin) (kinds []string, err error) {
	if b.Correction == nil {
		return nil, nil
	}
	for _, edition := range b.Correction.Editions {
		_, err := s.ledger.SaveState(ctx, replacedKeys+edition, replaced{By: b.Edition(), At: b.SentAt}, 0)
		if err != nil && !errors.Is(err, bus.ErrConflict) { // noted before
			return nil, err
		}
		kinds = append(kinds, bulletinKind(edition))
	}
	return kinds, nil
}

// wasReplaced reports whether a corrected edition took a bulletin's place.
func (s *Service) wasReplaced(ctx context.Context, b kulkul.Bulletin) (bool, error) {
	var note replaced
	revision, err := s.ledger.State(ctx, replacedKeys+b.Edition(), &note)
	return revision > 0, err
}

// readersOf lists whom one of the editions before a correction was for: they are
// to have it too, whatever they subscribe to now, unless they left or it is
// closed to them.
func (s *Service) readersOf(ctx context.Context, b kulkul.Bulletin, kinds []string) ([]route.Recipient, error) {
	people := s.deps.Settings.Current().People
	var out []route.Recipient
	for _, p := range people.People {
		if _, ok := people.Shows(p, b); !ok || p.Disabled {
			continue
		}
		for _, kind := range kinds {
			e, err := s.ledger.Delivery(ctx, kulkul.DeliveryID(p.ID, kulkul.Any, 0, kind))
			if errors.Is(err, bus.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("read who has the edition before: %w", err)
			}
			if s.stays(e) {
				out = append(out, route.Recipient{Person: p, Kind: "correction", Subscriptions: e.Why.Subscriptions})
			}
		}
	}
	return out, nil
}

// stays reports whether the reader still has one of the subscriptions that a
// delivery came by. The caller holds mu.
func (s *Service) stays(e ledger.Entry) bool {
	for _, id := range e.Why.Subscriptions {
		if !s.hasLeft(e.Delivery.Recipient, id) {
			return true
		}
	}
	return false
}

// references are the Message-IDs that a mail answers to: the first one of its
// episode, or of a bulletin's correction the editions before.
func (s *Service) references(ctx context.Context, e ledger.Entry) ([]string, error) {
	d := e.Delivery
	if d.Episode > 0 {
		first := s.messageID(kulkul.DeliveryID(d.Recipient, d.Flashpoint, d.Episode, "first"))
		if first == d.MessageID {
			return nil, nil
		}
		return []string{first}, nil
	}
	var ids []string
	for _, id := range e.After {
		before, err := s.ledger.Delivery(ctx, id)
		if errors.Is(err, bus.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the thread: %w", err)
		}
		ids = append(ids, before.Delivery.MessageID)
	}
	return ids, nil
}
