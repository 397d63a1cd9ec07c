package tagger

import (
	"context"
	"runtime"
	"strconv"
	"sync"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// items tags what was collected.
func (s *Service) items(ctx context.Context) error {
	batch := bus.Batch{Size: s.config.Batch, Linger: s.config.Linger}
	return s.deps.Bus.Consume(ctx, bus.Collected, bus.Tagger, batch, s.tagItems, s.report)
}

// work is one item on its way through the tagger.
type work struct {
	message bus.Delivered
	item    kulkul.Item

	tagged []kulkul.Tagged
}

// tagItems tags a batch: tags in parallel, stories in order of arrival. The
// story index's journal is durable before the items go out, so that an item
// delivered again keeps its story; items are acknowledged after they are
// stored in TAGGED.
func (s *Service) tagItems(ctx context.Context, messages []bus.Delivered) error {
	list, err := s.read(ctx, messages)
	if err != nil || len(list) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tagAll(list)
	out, err := s.place(ctx, list)
	if err != nil {
		return err
	}
	if err := s.deps.Bus.Publish(ctx, out...); err != nil {
		return err
	}
	for _, w := range list {
		if err := w.message.Ack(); err != nil {
			return err
		}
	}
	return nil
}

// read decodes the messages; what cannot be read is set aside.
func (s *Service) read(ctx context.Context, messages []bus.Delivered) ([]*work, error) {
	list := make([]*work, 0, len(messages))
	for _, m := range messages {
		w := &work{message: m}
		if err := m.Decode(&w.item); err == nil {
			list = append(list, w)
		} else if err := s.reject(ctx, m, err); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// tagAll tags every item under every taxonomy in use, on all processors.
func (s *Service) tagAll(list []*work) {
	snapshot, taxonomies := s.deps.Settings.Current(), s.rules.list()
	next := make(chan *work)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		wg.Go(func() {
			for w := range next {
				s.tagOne(w, snapshot, taxonomies)
			}
		})
	}
	for _, w := range list {
		next <- w
	}
	close(next)
	wg.Wait()
}

func (s *Service) tagOne(w *work, snapshot *config.Snapshot, taxonomies []*lexicon.Taxonomy) {
	a := s.amends.Of(w.item.ID)
	a.Apply(&w.item)
	for _, t := range taxonomies {
		tagged := s.tag(t, w.item, snapshot)
		a.Tags(&tagged)
		w.tagged = append(w.tagged, tagged)
	}
}

// place gives every item its story, makes that durable, and gives the messages
// to publish.
func (s *Service) place(ctx context.Context, list []*work) ([]bus.Message, error) {
	for _, w := range list {
		story, entered, aliases := s.stories.Place(w.tagged[0])
		for i := range w.tagged {
			t := &w.tagged[i]
			t.Story, t.Item.Entered, t.Aliases = story, entered, aliases
		}
	}
	if err := s.stories.Flush(ctx); err != nil {
		return nil, err
	}
	var out []bus.Message
	for _, w := range list {
		for _, t := range w.tagged {
			m, err := message(t)
			if err != nil {
				return nil, err
			}
			m.Trace = w.message.Trace
			out = append(out, m)
		}
		s.metrics.item(w.tagged[0])
	}
	return out, nil
}

// message is the TAGGED message of an item.
func message(t kulkul.Tagged) (bus.Message, error) {
	return bus.NewMessage(bus.TaggedSubject(t.Item.Source), bus.MessageID("tagged", t.Item.ID, t.Item.Version(), t.Taxonomy), t)
}

// reject keeps an unreadable message aside.
func (s *Service) reject(ctx context.Context, m bus.Delivered, reason error) error {
	where := m.Subject + " #" + strconv.FormatUint(m.Sequence, 10)
	r := kulkul.Rejection{ID: kulkul.Hash("rejection", "tagger", where), Stage: "tagger", Source: kulkul.None,
		At: s.deps.Now().UTC(), Where: where, Reason: reason.Error(), Code: "unreadable",
		Payload: m.Body[:min(len(m.Body), kulkul.MaxPayload)]}
	out, err := bus.NewMessage(bus.RejectedSubject(r.Source), r.ID, r)
	if err != nil {
		return err
	}
	if err := s.deps.Bus.Publish(ctx, out); err != nil {
		return err
	}
	s.metrics.rejected.Inc()
	return m.Reject(r.Reason)
}
