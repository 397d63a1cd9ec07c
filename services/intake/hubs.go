package intake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/intake/websub"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

// hubPath is where hubs call, followed by the feed's id.
const hubPath = "/v1/websub/"

func (s *Service) callback(feed string) string {
	return strings.TrimSuffix(s.config.PublicURL, "/") + hubPath + feed
}

// subscribed gives the feed of an id where it is read.
func (s *Service) subscribed(id string) (kulkul.Source, kulkul.Feed, bool) {
	for _, src := range s.deps.Settings.Current().Sources {
		for _, f := range src.Feeds {
			if f.ID == id {
				return src, f, !src.Disabled && !f.Disabled && f.URL != ""
			}
		}
	}
	return kulkul.Source{}, kulkul.Feed{}, false
}

// confirm answers a hub that asks whether a subscription is meant.
func (s *Service) confirm(w http.ResponseWriter, r *http.Request) {
	challenge, err := s.subscriber.Confirm(r.Context(), r.PathValue("feed"), r.URL.Query())
	switch {
	case errors.Is(err, websub.ErrUnknown):
		s.metrics.deliveries.WithLabelValues("not_asked_for").Inc()
		fail(http.StatusNotFound, codeNotFound, "no such subscription was asked for").write(w)
	case err != nil:
		s.internal(err).write(w)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, challenge) // the hub has gone: it asks again
	}
}

// deliver takes what a hub sends. A delivery that it did not sign is answered
// as any other and left aside, as the protocol asks (section 8.2): who forges
// learns nothing.
func (s *Service) deliver(w http.ResponseWriter, r *http.Request) {
	result, p := s.delivery(w, r)
	s.metrics.deliveries.WithLabelValues(result).Inc()
	if p != nil {
		p.write(w)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (s *Service) delivery(w http.ResponseWriter, r *http.Request) (string, *problem) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return codeBusy, fail(http.StatusServiceUnavailable, codeBusy, "too many requests at once").after(1e9)
	}
	sent, err := s.read(w, r)
	if err != nil {
		return codeLimit, asProblem(err)
	}
	id := r.PathValue("feed")
	err = s.subscriber.Authentic(r.Context(), id, r.URL.Query().Get("token"), r.Header.Get("X-Hub-Signature"), sent)
	switch {
	case errors.Is(err, websub.ErrUnknown):
		return "unknown", fail(http.StatusNotFound, codeNotFound, "no such subscription")
	case errors.Is(err, websub.ErrEnded):
		return "ended", fail(http.StatusGone, codeNotFound, "the subscription has ended")
	case errors.Is(err, websub.ErrForged):
		s.log.Warn("delivery is not the hub's", "feed", id, "address", r.RemoteAddr)
		return "forged", nil
	case err != nil:
		return codeInternal, s.internal(err)
	}
	src, f, ok := s.subscribed(id)
	if !ok {
		return "ended", fail(http.StatusGone, codeNotFound, "the feed is no longer read")
	}
	body, err := s.decode(r, sent)
	if err != nil {
		return codeEncoding, asProblem(err)
	}
	return s.arrive(r.Context(), src, f, body, r.Header.Get("Content-Type"))
}

// arrive publishes what is new or changed in a delivered feed document, as a
// poll would have.
func (s *Service) arrive(ctx context.Context, src kulkul.Source, f kulkul.Feed, body []byte, media string) (string, *problem) {
	shared, err := s.subscriber.Shared(ctx, f.ID)
	if err != nil {
		return codeInternal, s.internal(err)
	}
	doc, err := feed.Parse(body, feed.Options{URL: f.URL, ContentType: media, MaxBytes: int(s.config.MaxDecoded),
		MaxItems: s.config.MaxItems, Shared: shared})
	now := s.deps.Now().UTC()
	if err != nil {
		r := kulkul.Rejection{ID: kulkul.Hash("rejection", f.ID, string(body)), Stage: "intake", Source: src.ID, Feed: f.ID, At: now,
			Where: "body", Reason: err.Error(), Code: codeNotFeed, Payload: body[:min(len(body), kulkul.MaxPayload)]}
		if err := s.reject(ctx, r); err != nil {
			return codeInternal, s.internal(err)
		}
		return codeNotFeed, nil // the hub would only send it again
	}
	p := &parcel{source: src, feed: f, at: now}
	p.document(doc)
	if err := s.settle(ctx, "", p); err != nil {
		return codeInternal, s.internal(err)
	}
	counts := map[kulkul.Fate]int{}
	for _, l := range p.lines {
		s.metrics.items.WithLabelValues(string(l.Fate)).Inc()
		counts[l.Fate]++
	}
	record := kulkul.Fetch{ID: kulkul.Hash("delivery", f.ID, telemetry.Traceparent()), Source: src.ID, Feed: f.ID, URL: f.URL, At: now,
		Status: http.StatusOK, Bytes: int64(len(body)), Items: len(p.lines), New: counts[kulkul.Accepted], Revised: counts[kulkul.Changed],
		Problems: counts[kulkul.Refused], Why: "delivered by a hub; polling goes on"}
	m, err := bus.NewMessage(bus.FetchSubject(src.ID), "fetch:"+record.ID, record)
	if err == nil {
		err = s.deps.Bus.Publish(ctx, m)
	}
	if err != nil {
		return codeInternal, s.internal(err)
	}
	return "taken", nil
}

func asProblem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	return fail(http.StatusBadRequest, codeSyntax, err.Error())
}
