package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// alerts takes alert events in, gathered for a moment so that what fires
// together is told together.
func (s *Service) alerts(ctx context.Context) error {
	return s.deps.Bus.Consume(ctx, bus.Alerts, bus.Notifier, bus.Batch{Size: 200, Linger: s.config.Group}, s.takeAlerts, s.report)
}

func (s *Service) takeAlerts(ctx context.Context, messages []bus.Delivered) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.look(ctx); err != nil {
		return err
	}
	type key struct {
		flashpoint string
		number     int
	}
	groups := map[key][]kulkul.AlertEvent{}
	var order []key
	for _, m := range messages {
		e, ok := s.event(m)
		if !ok {
			continue
		}
		k := key{e.Alert.Key.Flashpoint, e.Alert.FlashpointEpisode}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], e)
	}
	for _, k := range order {
		err := s.change(ctx, k.flashpoint, k.number, func(st *episode.State) bool {
			changed := false
			for _, e := range groups[k] {
				changed = st.Apply(e) || changed
			}
			return changed
		})
		if err != nil {
			return err
		}
	}
	for _, m := range messages {
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// look reads what people asked for that bears on decisions. The caller holds mu.
func (s *Service) look(ctx context.Context) error {
	return errors.Join(s.readSilences(ctx), s.readLeft(ctx))
}

// event reads an alert event that people are to be told of; notices, pending
// alerts and re-scored history are not.
func (s *Service) event(m bus.Delivered) (kulkul.AlertEvent, bool) {
	var e kulkul.AlertEvent
	if kind, _, _ := cutSubject(m.Subject); kind != "alerts" {
		return e, false
	}
	if err := m.Decode(&e); err != nil {
		// The archiver keeps what cannot be read; here it is counted.
		s.metrics.unreadable.Inc()
		s.deps.Log.Error("read alert event", "error", err)
		return e, false
	}
	return e, e.Alert.FlashpointEpisode > 0 && !e.Retrospective
}

// change applies a change to an episode's state, decides what is owed, writes
// both in one step, and turns what is owed into deliveries. Somebody else's
// write in between starts it over.
func (s *Service) change(ctx context.Context, flashpoint string, number int, apply func(*episode.State) bool) error {
	for {
		st := &episode.State{Flashpoint: flashpoint, Number: number}
		key := episode.Key(flashpoint, number)
		rev, err := s.ledger.State(ctx, key, st)
		if err != nil {
			return err
		}
		if !apply(st) && len(st.Due) == 0 {
			return nil
		}
		st.Decide(s.deps.Now().UTC(), s.config.Policy, s.silences)
		if rev, err = s.ledger.SaveState(ctx, key, st, rev); errors.Is(err, bus.ErrConflict) {
			continue
		}
		if err != nil {
			return err
		}
		return s.owe(ctx, st, rev)
	}
}

// owe writes a delivery per recipient for everything due, then clears it.
func (s *Service) owe(ctx context.Context, st *episode.State, revision uint64) error {
	if len(st.Due) == 0 {
		return nil
	}
	told := map[string]bool{}
	for _, n := range st.Due {
		if err := s.oweOne(ctx, st, n, told); err != nil {
			return fmt.Errorf("owe %s of %s #%d: %w", n.Kind, st.Flashpoint, st.Number, err)
		}
	}
	st.Due = nil
	_, err := s.ledger.SaveState(ctx, episode.Key(st.Flashpoint, st.Number), st, revision)
	if errors.Is(err, bus.ErrConflict) {
		return nil // another writer found it due as well; deliveries are the same
	}
	return err
}

// oweOne writes the deliveries of one notification. told holds who was told at
// which instant: whom a mail of the same decision reaches, an escalation does
// not reach a second time.
func (s *Service) oweOne(ctx context.Context, st *episode.State, n episode.Notification, told map[string]bool) error {
	alerts := make([]kulkul.Alert, 0, len(st.Alerts))
	for id, a := range st.Alerts {
		if slices.Contains(n.Muted, id) {
			continue
		}
		if n.Kind == "resolved" {
			a.Level = max(a.Level, a.Peak) // those who were told at the peak are told of the end
		}
		alerts = append(alerts, a)
	}
	key := st.ContentKey(n.Kind)
	content, err := s.content(ctx, st, n, alerts)
	if err != nil {
		return err
	}
	if err := s.ledger.PutContent(ctx, key, content); err != nil {
		return err
	}
	for i, r := range s.recipients(st, n, alerts) {
		at := r.Person.ID + " " + n.At.String()
		if n.Step > 0 && told[at] {
			continue
		}
		told[at] = true
		d := kulkul.Delivery{Flashpoint: st.Flashpoint, Episode: st.Number, Notification: n.Kind, Level: n.Level, Events: st.Seen, At: n.At}
		if err := s.oweTo(ctx, r, d, key, n.After, i); err != nil {
			return err
		}
	}
	return s.oweHooks(ctx, alerts, kulkul.Delivery{Flashpoint: st.Flashpoint, Episode: st.Number, Notification: n.Kind, Level: n.Level, Events: st.Seen, At: n.At}, key, n.After)
}

// recipients are who is told of a notification; of an end also those whom an
// escalation told of the alert.
func (s *Service) recipients(st *episode.State, n episode.Notification, alerts []kulkul.Alert) []route.Recipient {
	people := s.deps.Settings.Current().People
	out := route.Recipients(people, st.Flashpoint, alerts, n.Step, s.hasLeft)
	if n.Kind != "resolved" {
		return out
	}
	for step := range st.Step {
		for _, r := range route.Recipients(people, st.Flashpoint, alerts, step+1, s.hasLeft) {
			if !slices.ContainsFunc(out, func(o route.Recipient) bool { return o.Person.ID == r.Person.ID }) {
				r.Kind = "told"
				out = append(out, r)
			}
		}
	}
	return out
}

// oweTo writes one recipient's delivery of a content, the n-th of its decision;
// after are the kinds of the same thread that come before it.
func (s *Service) oweTo(ctx context.Context, r route.Recipient, d kulkul.Delivery, content string, after []string, n int) error {
	d.ID = kulkul.DeliveryID(r.Person.ID, d.Flashpoint, d.Episode, d.Notification)
	d.Recipient, d.Channel, d.Address, d.Status, d.MessageID = r.Person.ID, "email", r.Person.Email, "pending", s.messageID(d.ID)
	var next time.Time
	if d.Level < kulkul.Critical { // quiet hours are for what can wait
		next = r.Person.Rests(d.At)
	}
	e := ledger.Entry{Delivery: d, Content: content, Recused: r.Recused, Holder: s.holder, Next: next,
		Why:   ledger.Why{Kind: r.Kind, Of: r.Of, Subscriptions: r.Subscriptions, Level: r.Level},
		After: thread(d, after), Order: d.At.UnixNano() + int64(n)}
	if held, err := s.holdBack(ctx, e); err != nil || held {
		return err
	}
	if r.Recused && d.Episode > 0 {
		if err := s.logRecusal(ctx, d); err != nil {
			return fmt.Errorf("log recusal: %w", err)
		}
	}
	e, isNew, err := s.ledger.Owe(ctx, e)
	if err != nil {
		return err
	}
	if isNew {
		s.queue.add(e)
	}
	return nil
}

// thread gives the deliveries of the kinds given, in the thread of a delivery.
func thread(d kulkul.Delivery, kinds []string) []string {
	var ids []string
	for _, kind := range kinds {
		ids = append(ids, kulkul.DeliveryID(d.Recipient, d.Flashpoint, d.Episode, kind))
	}
	return ids
}

func (s *Service) messageID(delivery string) string { return delivery + "@" + s.config.Mail.Domain }

// checks looks for what time has made due (repeats, escalations, ends of
// silences) and for what a crash left due.
func (s *Service) checks(ctx context.Context) error {
	tick := time.NewTicker(s.config.Check)
	defer tick.Stop()
	for {
		if err := s.check(ctx); err != nil && ctx.Err() == nil {
			s.deps.Log.Error("look for what time has made due; tried again at the next check", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Service) check(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.checkAll(ctx), s.warnOfEnds(ctx), s.release(ctx), s.digests(ctx), s.prune(ctx))
}

// kept is how long the ledger remembers what ended: longer than any link works
// and than the bus delivers an event again.
const kept = 100 * 24 * time.Hour

// prune forgets, once a day, what ended long ago. The caller holds mu.
func (s *Service) prune(ctx context.Context) error {
	now := s.deps.Now()
	if now.Sub(s.pruned) < 24*time.Hour {
		return nil
	}
	if err := s.ledger.Prune(ctx, now.Add(-kept)); err != nil {
		return fmt.Errorf("forget what ended long ago: %w", err)
	}
	s.pruned = now
	return nil
}

// checkAll decides every episode anew. The caller holds mu.
func (s *Service) checkAll(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	type name struct {
		Flashpoint string
		Number     int
	}
	var open []name
	err := s.ledger.States(ctx, "episode.>", func(key string, raw []byte) error {
		var st episode.State
		if err := json.Unmarshal(raw, &st); err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if st.Decide(s.deps.Now().UTC(), s.config.Policy, s.silences) || len(st.Due) > 0 {
			open = append(open, name{st.Flashpoint, st.Number})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, n := range open {
		if err := s.change(ctx, n.Flashpoint, n.Number, func(*episode.State) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}
