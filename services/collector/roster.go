package collector

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
	"github.com/kulkul-ews/kulkul/services/collector/schedule"
	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// subject is one feed that is polled. Its settings are replaced, never changed,
// when the configuration changes; its record belongs to the poll in progress.
type subject struct {
	source kulkul.Source
	feed   kulkul.Feed
	rule   schedule.Rule
	asked  atomic.Bool // a poll is in progress

	mu       sync.Mutex
	record   record
	revision uint64 // of the record in the bucket; 0: not there
}

func (f *subject) id() string { return f.feed.ID }

func (f *subject) state() (record, uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.record, f.revision
}

func (f *subject) keep(r record, revision uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.record, f.revision = r, revision
}

func (f *subject) host() string {
	r, _ := f.state()
	return fetch.Host(r.address())
}

func (f *subject) due() time.Time {
	r, _ := f.state()
	return r.Next
}

// slow reports whether the feed did not answer in time when last asked.
func (f *subject) slow() bool {
	r, _ := f.state()
	return r.Fault == string(fetch.Timeout)
}

// roster holds the feeds that are polled, by id, and what is remembered of
// those that were.
type roster struct {
	mu    sync.Mutex
	feeds map[string]*subject
	past  map[string]*subject
}

func newRoster() *roster { return &roster{feeds: map[string]*subject{}, past: map[string]*subject{}} }

// known gives what is remembered of a feed, polled or not; nil where nothing is.
func (r *roster) known(id string) *subject {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.feeds[id]; f != nil {
		return f
	}
	return r.past[id]
}

func (r *roster) get(id string) (*subject, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.feeds[id]
	return f, ok
}

// current reports whether f still is what is polled under its id.
func (r *roster) current(f *subject) bool {
	now, ok := r.get(f.id())
	return ok && now == f
}

// replace takes the new feeds and gives those that are no longer there.
func (r *roster) replace(feeds map[string]*subject) (gone []*subject) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, f := range r.feeds {
		if feeds[id] == nil {
			gone = append(gone, f)
			r.past[id] = f
		}
	}
	for id := range feeds {
		delete(r.past, id)
	}
	r.feeds = feeds
	return gone
}

func (r *roster) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.feeds)
}

// fault is a feed that cannot be polled as it is configured.
type fault struct {
	source, feed, reason string
}

// wanted lists the feeds of the configuration that are to be polled: enabled,
// with an address and a schedule, and one for each canonical address.
func wanted(sources []kulkul.Source) ([]*subject, []fault) {
	var (
		out    []*subject
		faults []fault
	)
	addresses := map[string]string{}
	for _, src := range sources {
		for _, f := range src.Feeds {
			if src.Disabled || f.Disabled || f.URL == "" || f.Schedule == "" {
				continue
			}
			bad := func(reason string) { faults = append(faults, fault{src.ID, f.ID, reason}) }
			rule, err := schedule.ParseRule(f.Schedule)
			if err != nil {
				bad(err.Error())
				continue
			}
			canonical := feed.Canonical(f.URL)
			if other, taken := addresses[canonical]; taken {
				bad("its address is polled as feed " + other + " already")
				continue
			}
			if fetch.Host(f.URL) == "" {
				bad("its address has no host")
				continue
			}
			addresses[canonical] = f.ID
			out = append(out, &subject{source: src, feed: f, rule: rule})
		}
	}
	return out, faults
}
