package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// silence is a silence as the ledger keeps it. One whose early end was heard of
// before it was itself has no Review yet.
type silence struct {
	Review kulkul.Review  `json:"review"`
	Ended  *kulkul.Review `json:"ended,omitempty"`
	Warned bool           `json:"warned,omitempty"`
}

// until is the end that was set for it.
func (k silence) until() time.Time {
	if k.Review.ID == "" && k.Ended != nil {
		return k.Ended.Until
	}
	return k.Review.Until
}

// remembered is how long a silence stays in the ledger after its end: long
// enough for a redelivered review not to warn anew.
const remembered = 7 * 24 * time.Hour

func silenceKey(id string) string { return "silence." + kulkul.Hash(id) }

// takeSilence writes a silence down and lets the episodes it mutes know.
func (s *Service) takeSilence(ctx context.Context, r kulkul.Review) error {
	if r.Matcher == nil || !r.Until.After(s.deps.Now()) {
		return nil // over before it was read, or not of this product
	}
	return s.keepSilence(ctx, r.ID, func(k *silence) bool {
		isNew := k.Review.ID == ""
		if isNew {
			k.Review = r
		}
		return isNew
	})
}

// endSilence writes down that a silence was ended early, whether or not it was
// heard of already, and lets its episodes know.
func (s *Service) endSilence(ctx context.Context, r kulkul.Review) error {
	if r.Settles == "" || s.deps.Now().Sub(r.Until) > remembered {
		return nil // forgotten by now, or not of this product
	}
	return s.keepSilence(ctx, r.Settles, func(k *silence) bool {
		now := kulkul.Silenced{Review: k.Review, Ended: k.Ended}
		changed := now.Ends(r)
		k.Ended = now.Ended
		return changed
	})
}

// keepSilence changes what the ledger keeps of a silence and decides the episodes
// anew. Somebody else's write in between starts it over.
func (s *Service) keepSilence(ctx context.Context, id string, change func(*silence) bool) error {
	for {
		var kept silence
		rev, err := s.ledger.State(ctx, silenceKey(id), &kept)
		if err == nil && change(&kept) {
			_, err = s.ledger.SaveState(ctx, silenceKey(id), kept, rev)
		}
		if errors.Is(err, bus.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("keep silence %s: %w", id, err)
		}
		return s.checkAll(ctx)
	}
}

// readSilences reads the silences that have not ended, and those ended early, of
// which a mail may have to tell, for the decisions that follow. The caller holds
// mu.
func (s *Service) readSilences(ctx context.Context) error {
	s.silences = nil
	now := s.deps.Now()
	return s.ledger.States(ctx, "silence.>", func(key string, raw []byte) error {
		var one silence
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if one.Review.ID != "" && (one.Ended != nil || one.Review.Until.After(now)) {
			s.silences = append(s.silences, kulkul.Silenced{Review: one.Review, Ended: one.Ended})
		}
		return nil
	})
}

// warnOfEnds tells the authors of silences that end soon, and forgets those
// that ended long ago.
func (s *Service) warnOfEnds(ctx context.Context) error {
	now := s.deps.Now().UTC()
	return s.ledger.States(ctx, "silence.>", func(key string, raw []byte) error {
		var one silence
		if err := json.Unmarshal(raw, &one); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		left := one.until().Sub(now)
		if left < -remembered {
			return s.ledger.Forget(ctx, key)
		}
		if one.Warned || one.Ended != nil || left <= 0 || left > s.warnAt(one.Review) {
			return nil
		}
		if err := s.oweWarning(ctx, one.Review, now); err != nil {
			return fmt.Errorf("warn of the end of silence %s: %w", one.Review.ID, err)
		}
		rev, err := s.ledger.State(ctx, key, &one)
		if err != nil {
			return err
		}
		one.Warned = true
		if _, err = s.ledger.SaveState(ctx, key, one, rev); errors.Is(err, bus.ErrConflict) {
			return nil // another instance did; the deliveries are the same
		}
		return err
	})
}

// warnAt is how long before its end the author of a silence is warned: as
// configured, or a quarter of a short one.
func (s *Service) warnAt(r kulkul.Review) time.Duration {
	return min(s.config.Warn, r.Until.Sub(r.At)/4)
}

// oweWarning owes the warning to the author, or to the ARF Unit where the
// author has no address in the register.
func (s *Service) oweWarning(ctx context.Context, r kulkul.Review, now time.Time) error {
	flashpoint := r.Matcher.Flashpoint
	if flashpoint == "" {
		flashpoint = kulkul.Any
	}
	kind := "silence-" + kulkul.Hash(r.ID)
	content := render.Content{Flashpoint: flashpoint, Name: s.names.Name(flashpoint), Kind: kind, At: now,
		Silences: s.told([]kulkul.Silenced{{Review: r}})}
	key := "content." + kind
	if err := s.ledger.PutContent(ctx, key, content); err != nil {
		return err
	}
	for i, to := range route.Author(s.deps.Settings.Current().People, r.By) {
		if err := s.oweTo(ctx, to, kulkul.Delivery{Flashpoint: flashpoint, Notification: kind, At: now}, key, nil, i); err != nil {
			return err
		}
	}
	return nil
}

// told puts silences in the words of a mail.
func (s *Service) told(list []kulkul.Silenced) []render.Silence {
	var out []render.Silence
	for _, r := range list {
		one := render.Silence{By: s.person(r.By), Reason: r.Text, Until: r.Until, Matcher: *r.Matcher}
		if e := r.Ended; e != nil && r.End().Before(r.Until) {
			one.Ended = &render.Ended{By: s.person(e.By), Reason: e.Text, At: e.At}
		}
		out = append(out, one)
	}
	return out
}
