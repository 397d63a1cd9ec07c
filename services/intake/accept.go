package intake

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/intake/receipt"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

// parcel is what one push brings.
type parcel struct {
	source     kulkul.Source
	feed       kulkul.Feed
	at         time.Time
	quarantine bool
	lines      []kulkul.ReceiptItem // one for each item, in order
	items      []kulkul.Item        // likewise; only those of good lines count
}

// parcel starts one for the source that a request is for.
func (s *Service) parcel(c call) (*parcel, error) {
	src, f, err := s.source(c.key, c.r)
	if err != nil {
		return nil, err
	}
	return &parcel{source: src, feed: f, at: s.deps.Now().UTC(), quarantine: src.Quarantine || c.key.Quarantine}, nil
}

// add adds an item; one with faults is rejected.
func (p *parcel) add(index int, guid string, it kulkul.Item, faults []kulkul.ReceiptProblem) {
	const longest = 200
	guid, _ = feed.Cut(guid, longest)
	line := kulkul.ReceiptItem{Index: index, GUID: guid, Problems: faults}
	if len(faults) > 0 {
		line.Fate = kulkul.Refused
	} else {
		line.ID = it.ID
	}
	p.lines, p.items = append(p.lines, line), append(p.items, it)
}

// good lists the places of the items that are taken in.
func (p *parcel) good() []int {
	var out []int
	for i, l := range p.lines {
		if l.Fate != kulkul.Refused {
			out = append(out, i)
		}
	}
	return out
}

// accept publishes or holds what is good, keeps what is not, and writes the
// receipt. All of it is durable when it returns.
func (s *Service) accept(ctx context.Context, c call, p *parcel) (answer, error) {
	perMinute := s.config.Items
	if c.key.PerMinute > 0 {
		perMinute = c.key.PerMinute
	}
	if ok, pause := s.quota.Take("items "+c.key.ID, max(len(p.items), 1), perMinute, max(s.config.ItemsBurst, perMinute), s.deps.Now()); !ok {
		return answer{}, fail(http.StatusTooManyRequests, codeQuota, "more than "+strconv.Itoa(perMinute)+" items a minute").after(pause)
	}
	if err := s.settle(ctx, c.key.ID, p); err != nil {
		return answer{}, err
	}
	if err := s.reject(ctx, p.rejections()...); err != nil {
		return answer{}, err
	}
	r := kulkul.Receipt{ID: receipt.NewID(), Source: p.source.ID, Feed: p.feed.ID, Key: c.key.ID, At: p.at,
		Counts: map[kulkul.Fate]int{}, Items: p.lines}
	for _, l := range p.lines {
		r.Counts[l.Fate]++
		s.metrics.items.WithLabelValues(string(l.Fate)).Inc()
	}
	if err := s.book.Save(ctx, r); err != nil {
		return answer{}, err
	}
	s.log.Debug("push taken", "source", r.Source, "key", r.Key, "receipt", r.ID, "counts", r.Counts)
	return answerOf(r), nil
}

// settle gives every good item its fate.
func (s *Service) settle(ctx context.Context, key string, p *parcel) error {
	good := p.good()
	items := make([]kulkul.Item, len(good))
	for i, at := range good {
		items[i] = p.items[at]
	}
	if p.quarantine {
		fates, err := s.ward.Put(ctx, key, items)
		for i, at := range good {
			p.lines[at].Fate = fates[i]
		}
		return err
	}
	outcomes, err := s.reviser.Publish(ctx, items, telemetry.Traceparent())
	if err != nil {
		return err
	}
	for i, at := range good {
		p.lines[at].Fate, p.lines[at].Revision = fateOf(outcomes[i].Fate), outcomes[i].Item.Revision
	}
	return nil
}

func fateOf(f revise.Fate) kulkul.Fate {
	switch f {
	case revise.New:
		return kulkul.Accepted
	case revise.Revised:
		return kulkul.Changed
	case revise.Withdrawn:
		return kulkul.TakenBack
	}
	return kulkul.Duplicate
}

// rejections are the refused items as they are kept for an operator.
func (p *parcel) rejections() []kulkul.Rejection {
	var out []kulkul.Rejection
	for i, l := range p.lines {
		if l.Fate != kulkul.Refused {
			continue
		}
		it, f := p.items[i], l.Problems[0]
		payload, err := json.Marshal(it)
		if err != nil {
			payload = []byte(it.Title + "\n" + it.Link)
		}
		out = append(out, kulkul.Rejection{
			ID:    kulkul.Hash("rejection", p.source.ID, p.at.Format(time.RFC3339Nano), strconv.Itoa(i)),
			Stage: "intake", Source: p.source.ID, Feed: p.feed.ID, At: p.at, Where: f.Pointer, Reason: f.Detail, Code: f.Code,
			Payload: payload[:min(len(payload), kulkul.MaxPayload)]})
	}
	return out
}

// reject keeps what could not be taken in.
func (s *Service) reject(ctx context.Context, list ...kulkul.Rejection) error {
	messages := make([]bus.Message, 0, len(list))
	for _, r := range list {
		m, err := bus.NewMessage(bus.RejectedSubject(r.Source), "rejected:"+r.ID, r)
		if err != nil {
			return err
		}
		messages = append(messages, m)
		s.metrics.rejections.WithLabelValues(r.Code).Inc()
	}
	if len(messages) == 0 {
		return nil
	}
	return s.deps.Bus.Publish(ctx, messages...)
}

// refuseBody keeps a body that could not be read at all, and gives the problem
// back.
func (s *Service) refuseBody(ctx context.Context, c call, p *problem) error {
	src, f, err := s.source(c.key, c.r)
	if err != nil {
		return err
	}
	now := s.deps.Now().UTC()
	body := c.body[:min(len(c.body), kulkul.MaxPayload)]
	err = s.reject(ctx, kulkul.Rejection{ID: kulkul.Hash("rejection", src.ID, string(body), p.code()), Stage: "intake",
		Source: src.ID, Feed: f.ID, At: now, Where: "body", Reason: p.Detail, Code: p.code(), Payload: body})
	if err != nil {
		return err
	}
	return p
}
