package notifier

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/rhythm"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

const (
	// settle is how long after its end a digest waits for what happened before
	// to be stored.
	settle = 5 * time.Minute
	// late is how long after its end a digest is still worth sending.
	late = 24 * time.Hour
	// most is how many events and reviews a digest reads.
	most = 5000
)

// digests owes the digests that are due. The caller holds mu.
func (s *Service) digests(ctx context.Context) error {
	now := s.deps.Now().UTC()
	logs := map[rhythm.Span]*record{}
	for i, p := range s.deps.Settings.Current().People.People {
		for _, beat := range []string{"daily", "weekly"} {
			asked := s.asked(p, beat)
			span := rhythm.Latest(beat, now.Add(-settle), p.Zone(), s.config.DigestHour)
			id := kulkul.DeliveryID(p.ID, kulkul.Any, 0, span.Name)
			if len(asked) == 0 || p.Disabled || now.Sub(span.To) > late || s.digested[id] {
				continue
			}
			log, err := s.record(ctx, logs, span)
			if err != nil {
				return fmt.Errorf("read the log for a digest: %w", err)
			}
			if err := s.oweDigest(ctx, p, asked, span, log, i); err != nil {
				return fmt.Errorf("owe %s to %s: %w", span.Name, p.ID, err)
			}
			s.digested[id] = true
		}
	}
	return nil
}

// asked are a person's subscriptions of a rhythm that they have not left.
func (s *Service) asked(p kulkul.Person, beat string) []kulkul.Subscription {
	all := s.deps.Settings.Current().People.Subscriptions(p)
	return slices.DeleteFunc(all, func(sub kulkul.Subscription) bool {
		return sub.Rhythm != beat || s.hasLeft(p.ID, sub.ID())
	})
}

func (s *Service) oweDigest(ctx context.Context, p kulkul.Person, asked []kulkul.Subscription, span rhythm.Span, log *record, n int) error {
	var ids []string
	for _, sub := range asked {
		ids = append(ids, sub.ID())
	}
	to := route.Digest(s.deps.Settings.Current().People, p, ids, s.hasLeft)
	d := s.digest(to.Person, asked, span, log)
	silent := !slices.ContainsFunc(asked, func(sub kulkul.Subscription) bool { return sub.Nothing != "none" })
	if d.Nothing() && silent {
		return nil
	}
	content := render.Content{Flashpoint: kulkul.Any, Name: s.names.Name(kulkul.Any), Kind: span.Name, At: span.To, Digest: &d}
	key := "content.digest." + kulkul.Hash(p.ID, span.Name)
	if err := s.ledger.PutContent(ctx, key, content); err != nil {
		return err
	}
	name := span.Name
	if to.Person.ID != p.ID { // beside the deputy's own
		name += "-for-" + kulkul.Hash(p.ID)
	}
	return s.oweTo(ctx, to, kulkul.Delivery{Flashpoint: kulkul.Any, Notification: name, At: span.To}, key, nil, n)
}

// record is what the store knows of a span.
type record struct {
	events  []kulkul.AlertEvent // oldest first
	open    []kulkul.Alert
	reviews []kulkul.Review // newest first
	silent  []render.Silent
}

func (s *Service) record(ctx context.Context, known map[rhythm.Span]*record, span rhythm.Span) (*record, error) {
	if r, ok := known[span]; ok {
		return r, nil
	}
	r, at := &record{}, store.Span{From: span.From, To: span.To}
	var err error
	if r.events, err = s.deps.Store.AlertEvents(ctx, store.AlertFilter{At: at, Live: true, Limit: most}); err != nil {
		return nil, err
	}
	slices.Reverse(r.events)
	r.open, err = s.deps.Store.Alerts(ctx, store.AlertFilter{States: []kulkul.State{kulkul.Firing, kulkul.Recovering}, Live: true, Limit: most})
	if err != nil {
		return nil, err
	}
	verdicts := []kulkul.Verdict{kulkul.Ack, kulkul.Assess}
	if r.reviews, err = s.deps.Store.Reviews(ctx, store.ReviewFilter{Verdicts: verdicts, At: at, Limit: most}); err != nil {
		return nil, err
	}
	health, err := s.deps.Store.Health(ctx)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	for _, h := range health {
		if (h.State == "silent" || h.State == "failing" || h.State == "gone") && !told[h.Source] &&
			!h.Since.Before(span.From) && h.Since.Before(span.To) {
			told[h.Source] = true
			r.silent = append(r.silent, render.Silent{Name: s.publisher(h.Source), State: h.State, Since: h.Since})
		}
	}
	known[span] = r
	return r, nil
}

// digest puts together what subscriptions ask for and the person may see.
func (s *Service) digest(p kulkul.Person, asked []kulkul.Subscription, span rhythm.Span, log *record) render.Digest {
	d := render.Digest{From: span.From, To: span.To, Silent: log.silent}
	people := s.deps.Settings.Current().People
	wants := func(a kulkul.Alert) bool {
		a.Level = max(a.Level, a.Peak)
		return a.FlashpointEpisode > 0 && a.Inhibited == "" && people.Sees(p.Standing(), a.Key.Flashpoint) &&
			slices.ContainsFunc(asked, func(sub kulkul.Subscription) bool { return sub.Selects(a) })
	}
	for _, c := range s.changes(log, wants) {
		switch {
		case c.To == kulkul.NoLevel:
			d.Ended = append(d.Ended, c)
		case c.To > c.From:
			d.Rose = append(d.Rose, c)
		case c.To < c.From:
			d.Fell = append(d.Fell, c)
		default:
			d.Open = append(d.Open, c)
		}
	}
	follows := func(flashpoint string) bool {
		return people.Sees(p.Standing(), flashpoint) && slices.ContainsFunc(asked, func(sub kulkul.Subscription) bool {
			return len(sub.Flashpoints) == 0 || slices.Contains(sub.Flashpoints, flashpoint)
		})
	}
	d.Answered = s.replies(log.reviews, follows)
	return d
}

// changes gives how each flashpoint episode's level went, by flashpoint.
func (s *Service) changes(log *record, wants func(kulkul.Alert) bool) []render.Change {
	type episode struct {
		flashpoint string
		number     int
	}
	type levels struct{ from, to kulkul.Level }
	alerts, of := map[string]levels{}, map[string]episode{}
	see := func(a kulkul.Alert, from kulkul.Level) {
		l, ok := alerts[a.ID()]
		if !ok {
			l.from = from
		}
		if l.to = a.Level; a.State != kulkul.Firing && a.State != kulkul.Recovering {
			l.to = kulkul.NoLevel
		}
		alerts[a.ID()], of[a.ID()] = l, episode{a.Key.Flashpoint, a.FlashpointEpisode}
	}
	for _, e := range log.events {
		if wants(e.Alert) {
			from := e.From
			if e.Change == kulkul.Fired {
				from = kulkul.NoLevel // pending before
			}
			see(e.Alert, from)
		}
	}
	for _, a := range log.open {
		if _, ok := alerts[a.ID()]; !ok && wants(a) {
			see(a, a.Level)
		}
	}
	sums := map[episode]levels{}
	for id, l := range alerts {
		sum := sums[of[id]]
		sums[of[id]] = levels{max(sum.from, l.from), max(sum.to, l.to)}
	}
	var out []render.Change
	for e, l := range sums {
		out = append(out, render.Change{Flashpoint: e.flashpoint, Name: s.names.Name(e.flashpoint), Episode: e.number, From: l.from, To: l.to})
	}
	slices.SortFunc(out, func(a, b render.Change) int {
		return cmp.Or(cmp.Compare(b.To, a.To), cmp.Compare(a.Flashpoint, b.Flashpoint), cmp.Compare(a.Episode, b.Episode))
	})
	return out
}

// replies gives who acknowledged and how many judged, by flashpoint.
func (s *Service) replies(newestFirst []kulkul.Review, follows func(string) bool) []render.Answered {
	var taken, judged []render.Answered
	seen := map[[3]string]bool{}
	for _, r := range newestFirst {
		at := r.Alert.Flashpoint
		key := [3]string{at, r.Giver(), string(r.Verdict)}
		if !follows(at) || seen[key] {
			continue
		}
		seen[key] = true
		if r.Verdict == kulkul.Ack {
			taken = append(taken, render.Answered{Flashpoint: at, Name: s.names.Name(at), By: s.person(r.Giver())})
			continue
		}
		if r.Assessment == nil || r.Assessment.AsParty {
			continue
		}
		i := slices.IndexFunc(judged, func(a render.Answered) bool { return a.Flashpoint == at })
		if i < 0 {
			i = len(judged)
			judged = append(judged, render.Answered{Flashpoint: at, Name: s.names.Name(at)})
		}
		switch r.Assessment.Opinion {
		case "concur":
			judged[i].Concur++
		case "doubt":
			judged[i].Doubt++
		}
	}
	return append(taken, judged...)
}
