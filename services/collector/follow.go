package collector

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/health"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// load reads what is remembered of every feed, tells what a crash left untold,
// and schedules the feeds of the configuration.
func (s *Service) load(ctx context.Context) error {
	bucket, err := s.deps.Bus.Bucket(ctx, bus.BucketPolls)
	if err != nil {
		return err
	}
	s.polls = bus.NewOutbox(bucket)
	err = s.polls.Recover(ctx, ">", func(key string, state json.RawMessage, revision uint64) error {
		var r record
		if err := json.Unmarshal(state, &r); err != nil {
			return fmt.Errorf("read poll record %s: %w", key, err)
		}
		s.roster.past[key] = &subject{record: r, revision: revision}
		return nil
	})
	if err != nil {
		return err
	}
	s.apply(ctx, s.spread(s.roster.past))
	return nil
}

// follow applies every change of the configuration until ctx ends.
func (s *Service) follow(ctx context.Context) {
	changed := s.deps.Settings.Subscribe(ctx)
	for {
		// The configuration may have changed between load and Subscribe.
		s.apply(ctx, nil)
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// apply makes the roster and the queue follow the configuration. due, where
// set, moves overdue feeds.
func (s *Service) apply(ctx context.Context, due func(id string, next time.Time) time.Time) {
	list, faults := wanted(s.deps.Settings.Current().Sources)
	for _, f := range faults {
		s.log.Warn("feed is not polled", "source", f.source, "feed", f.feed, "reason", f.reason)
	}
	feeds := make(map[string]*subject, len(list))
	var moved []*subject
	for _, f := range list {
		if now, polled := s.roster.get(f.id()); polled && sameSettings(now, f) {
			feeds[f.id()] = now
			continue
		}
		s.adopt(f, s.roster.known(f.id()))
		feeds[f.id()] = f
		moved = append(moved, f)
	}
	for _, f := range s.roster.replace(feeds) {
		s.queue.Remove(f.id())
		s.pause(ctx, f)
	}
	for _, f := range moved {
		r, _ := f.state()
		if r.over() {
			s.queue.Remove(f.id())
			continue
		}
		at := r.Next
		if due != nil {
			at = due(f.id(), at)
		}
		s.queue.Put(f.id(), f.host(), at)
	}
	s.metrics.feeds.Set(float64(s.roster.size()))
}

// sameSettings reports whether nothing that a poll depends on has changed.
func sameSettings(a, b *subject) bool {
	x, y := a.source, b.source
	return a.feed == b.feed && x.ID == y.ID && x.Language == y.Language && x.Handling == y.Handling
}

// adopt gives a feed what is remembered of it: everything where it is the same
// address, its history of health otherwise.
func (s *Service) adopt(f, old *subject) {
	f.record = record{URL: f.feed.URL, Schedule: f.feed.Schedule}
	if old == nil {
		return
	}
	r, revision := old.state()
	f.revision = revision
	if !r.fits(f.feed) {
		f.record.Health = r.Health
		return
	}
	f.record = r
	if r.Schedule != f.feed.Schedule && !r.At.IsZero() {
		f.record.Schedule = f.feed.Schedule
		f.record.Next, f.record.Why = s.config.Schedule.Next(f.rule, r.wishes(r.At), r.At, s.deps.Random())
	}
}

// spread gives a moment for each feed that fell due while nothing ran: over a
// time as long as the oldest has waited, and no longer than configured, so that
// a start is no storm. Feeds never asked before go at once.
func (s *Service) spread(known map[string]*subject) func(string, time.Time) time.Time {
	now := s.deps.Now()
	var window time.Duration
	for _, f := range known {
		if !f.record.Next.IsZero() {
			window = max(window, now.Sub(f.record.Next))
		}
	}
	window = min(window, s.config.Spread)
	return func(id string, next time.Time) time.Time {
		if next.IsZero() || next.After(now) {
			return next
		}
		h := fnv.New32a()
		h.Write([]byte(id))
		return now.Add(time.Duration(float64(window) * float64(h.Sum32()) / (1 << 32)))
	}
}

// pause tells that a feed is no longer polled. A poll in progress does it when
// it ends.
func (s *Service) pause(ctx context.Context, f *subject) {
	r, revision := f.state()
	if f.asked.Load() || revision == 0 || r.Health.State == health.Paused {
		return
	}
	r.Health.State, r.Health.Since = health.Paused, s.deps.Now().UTC()
	events, err := s.healthEvent(f, r, "no longer polled: removed or switched off in the configuration")
	if err == nil {
		revision, err = s.polls.Put(ctx, f.id(), r, revision, events)
		f.keep(r, revision)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("pause not told", "feed", f.id(), "error", err)
	}
}

func (s *Service) healthEvent(f *subject, r record, text string) (bus.Message, error) {
	h := kulkul.Health{Source: f.source.ID, Feed: f.id(), At: s.deps.Now().UTC(), State: r.Health.State, Since: r.Health.Since,
		LastItem: r.Health.Rhythm.Last, LastOK: r.Health.LastOK, Failures: r.Health.Failures, Text: text}
	id := kulkul.Hash("health", f.id(), h.State, h.Since.Format(time.RFC3339Nano))
	return bus.NewMessage(bus.HealthSubject(f.source.ID), "health:"+id, h)
}
