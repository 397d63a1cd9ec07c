package collector

import (
	"context"
	"errors"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// save writes what a poll came to, with the events that tell of it, in one step.
func (s *Service) save(ctx context.Context, f *subject, done conclusion) {
	s.tell(f, done)
	event, err := bus.NewMessage(bus.FetchSubject(f.source.ID), "fetch:"+done.fetch.ID, done.fetch)
	events := []bus.Message{event}
	if err == nil && done.judged != "" {
		event, err = s.healthEvent(f, done.record, done.judged)
		events = append(events, event)
	}
	if err != nil {
		s.log.Error("poll not saved", "feed", f.id(), "error", err)
		return
	}
	_, revision := f.state()
	err = s.publish(ctx, func() error {
		next, err := s.polls.Put(ctx, f.id(), done.record, revision, events...)
		if err == nil {
			f.keep(done.record, next)
			return nil
		}
		// What stands in the bucket is this collector's own older record, or
		// another's that was started beside it: either way the newer one counts.
		var old record
		if at, e := s.polls.Get(ctx, f.id(), &old); e == nil {
			revision = at
		}
		return err
	})
	if err != nil {
		s.log.Warn("poll not saved: the feed is asked again after the next start", "feed", f.id(), "error", err)
	}
}

// tell logs what an operator would want to know of a poll.
func (s *Service) tell(f *subject, done conclusion) {
	before, _ := f.state()
	log := s.log.With("source", f.source.ID, "feed", f.id())
	if done.record.Moved != before.Moved {
		log.Info("feed has moved", "from", before.address(), "to", done.record.address())
	}
	switch {
	case done.record.Fault != "" && done.record.Fault != before.Fault:
		log.Warn("feed not read", "fault", done.record.Fault, "error", done.fetch.Error, "next", done.record.Next)
	case done.judged != "":
		log.Info("feed health", "state", done.record.Health.State, "reason", done.judged)
	}
	log.Debug("feed asked", "status", done.fetch.Status, "items", done.fetch.Items, "new", done.fetch.New,
		"revised", done.fetch.Revised, "took", done.fetch.Took, "next", done.record.Next, "why", done.record.Why)
}

func (s *Service) rejection(f *subject, at, code, reason string, payload []byte) kulkul.Rejection {
	if len(payload) > kulkul.MaxPayload {
		payload = payload[:kulkul.MaxPayload]
	}
	now := s.deps.Now().UTC()
	return kulkul.Rejection{ID: kulkul.Hash("rejection", f.id(), at, code, bodyHash(payload)), Stage: "collector",
		Source: f.source.ID, Feed: f.id(), At: now, Where: at, Reason: reason, Code: code, Payload: payload}
}

// reject keeps what could not be taken in where an operator finds it.
func (s *Service) reject(ctx context.Context, list ...kulkul.Rejection) error {
	messages := make([]bus.Message, 0, len(list))
	var failed error
	for _, r := range list {
		m, err := bus.NewMessage(bus.RejectedSubject(r.Source), "rejected:"+r.ID, r)
		failed = errors.Join(failed, err)
		messages = append(messages, m)
	}
	if failed != nil || len(messages) == 0 {
		return failed
	}
	if err := s.deps.Bus.Publish(ctx, messages...); err != nil {
		return err
	}
	for _, r := range list {
		s.metrics.rejections.WithLabelValues(r.Code).Inc()
	}
	return nil
}
