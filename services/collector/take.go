package collector

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

// take publishes what is new or changed in a body, and what had to be set
// aside. It returns when all of it is durable; the error is that of ctx.
func (s *Service) take(ctx context.Context, f *subject, r record, res fetch.Result) (haul, error) {
	if res.Fault != "" || res.Status != 200 {
		return haul{}, nil
	}
	got := haul{body: bodyHash(res.Body)}
	if got.body == r.Body && r.Fault == "" {
		got.read = true // the same as before, whatever the server says
		return got, nil
	}
	doc, err := feed.Parse(res.Body, feed.Options{URL: res.Final, ContentType: res.ContentType, MaxBytes: int(s.config.Fetch.MaxDecoded),
		Shared: r.Shared})
	if err != nil {
		got.fault, got.text = documentFault(err), err.Error()
		if got.body != r.Broken { // told once
			reject := s.rejection(f, "document", got.fault, got.text, res.Body)
			return got, s.publish(ctx, func() error { return s.reject(ctx, reject) })
		}
		return got, nil
	}
	items, rejected := s.sift(f, doc, res.Body)
	got.items, got.problems = len(doc.Items), len(rejected)
	var outcomes []revise.Outcome
	trace := telemetry.Traceparent()
	err = s.publish(ctx, func() error {
		if err := s.reject(ctx, rejected...); err != nil {
			return err
		}
		outcomes, err = s.reviser.Publish(ctx, items, trace)
		return err
	})
	if err != nil {
		return got, err
	}
	got.read = true
	got.learn = func(r *record) {
		r.learn(doc.Feed, res.Links, res.Final)
		r.Shared = doc.Shared
	}
	s.count(&got, outcomes)
	return got, nil
}

func (s *Service) count(got *haul, outcomes []revise.Outcome) {
	for _, o := range outcomes {
		s.metrics.items.WithLabelValues(string(o.Fate)).Inc()
		switch o.Fate {
		case revise.New:
			at := o.Item.Published
			if at.IsZero() || at.After(o.Item.Collected) {
				at = o.Item.Collected
			}
			got.published = append(got.published, at)
		case revise.Revised:
			got.revised++
		}
	}
}

// tail is how much of a document that stops short is kept, in bytes: the entry
// it stops in.
const tail = 4 << 10

// sift makes items of the entries and sets those aside that say nothing, and
// the end of a document that stops short.
func (s *Service) sift(f *subject, doc feed.Document, body []byte) ([]kulkul.Item, []kulkul.Rejection) {
	var rejected []kulkul.Rejection
	items := doc.Normalise(f.source, f.feed, s.deps.Now())
	kept := items[:0]
	for _, it := range items {
		if it.Title == "" && it.Summary == "" && it.Text == "" {
			entry, err := json.Marshal(it)
			if err != nil {
				entry = []byte(it.GUID + "\n" + it.Link)
			}
			rejected = append(rejected, s.rejection(f, first(it.GUID, it.Link, "entry"), feed.CodeEmpty, "neither title nor text", entry))
			continue
		}
		kept = append(kept, it)
	}
	for _, p := range doc.Problems {
		s.metrics.problems.WithLabelValues(p.Code).Inc()
		switch {
		case p.Code == feed.CodeLimit:
			rejected = append(rejected, s.rejection(f, where(p), p.Code, p.Reason, nil))
		case p.Code == feed.CodeTruncated && p.Field == "":
			rejected = append(rejected, s.rejection(f, where(p), p.Code, p.Reason, body[max(0, len(body)-tail):]))
		}
	}
	return kept, rejected
}

func where(p feed.Problem) string {
	if p.Index < 0 {
		return "document"
	}
	at := "entry " + strconv.Itoa(p.Index)
	if p.Where != "" {
		at += ", " + p.Where
	}
	return at
}

// documentFault names why a body is no feed: a metric's label.
func documentFault(err error) string {
	switch {
	case errors.Is(err, feed.ErrEmpty):
		return "empty"
	case errors.Is(err, feed.ErrTooBig):
		return string(fetch.TooBig)
	}
	return "not_a_feed"
}

// publish runs work until it has succeeded. While COLLECTED is full it waits,
// and so does everything else: nothing is lost. The error is that of ctx.
func (s *Service) publish(ctx context.Context, work func() error) error {
	for pause, failures := 250*time.Millisecond, 0; ; failures++ {
		err := work()
		if err == nil {
			if failures > 0 {
				s.log.Info("publishing goes on", "failures", failures)
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if failures == 0 {
			s.log.Warn("publishing waits", "full", errors.Is(err, bus.ErrFull), "error", err)
		}
		s.metrics.paused.Set(float64(s.full.Add(1)))
		err = sleep(ctx, pause)
		s.metrics.paused.Set(float64(s.full.Add(-1)))
		if err != nil {
			return err
		}
		pause = min(2*pause, 10*time.Second)
	}
}
