package collector

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/health"
	"github.com/kulkul-ews/kulkul/services/collector/schedule"
	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// record is what the polls bucket keeps of a feed, under the feed's id.
type record struct {
	URL      string `json:"url"`      // as configured when it was written
	Schedule string `json:"schedule"` // likewise
	// Moved is the address adopted from permanent redirects; Candidate is one
	// that Seen answers in a row led to.
	Moved     string `json:"moved,omitempty"`
	Candidate string `json:"candidate,omitempty"`
	Seen      int    `json:"seen,omitempty"`
	// ETag and LastModified stand for a body whose items are all durable; Body
	// is the hash of that body.
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	Body         string    `json:"body,omitempty"`
	Broken       string    `json:"broken,omitempty"` // hash of the last body that was no feed
	Whole        time.Time `json:"whole,omitzero"`   // last answer to a question without validators
	At           time.Time `json:"at,omitzero"`      // last asked
	Next         time.Time `json:"next,omitzero"`
	Why          string    `json:"why,omitempty"`
	Fault        string    `json:"fault,omitempty"` // of the last fetch
	Gone         int       `json:"gone,omitempty"`  // answers of 410 in a row
	Retired      bool      `json:"retired,omitempty"`
	// What the feed says of itself.
	TTL       time.Duration  `json:"ttl,omitempty"`
	Update    time.Duration  `json:"update,omitempty"`
	SkipHours []int          `json:"skip_hours,omitempty"`
	SkipDays  []time.Weekday `json:"skip_days,omitempty"`
	// Hub and Topic are where and under which name the feed may be subscribed
	// to (WebSub); the intake reads them.
	Hub   string `json:"hub,omitempty"`
	Topic string `json:"topic,omitempty"`
	// Shared are the guids that the feed uses for several things; the intake
	// reads them too.
	Shared []string      `json:"shared,omitempty"`
	Health health.Memory `json:"health"`
}

// fits reports whether the record still is about the feed as it is configured.
func (r record) fits(f kulkul.Feed) bool { return r.URL == f.URL }

// over reports whether the feed is not asked any more: retired, or on a schedule
// that has no further moment.
func (r record) over() bool { return r.Retired || !r.At.IsZero() && r.Next.IsZero() }

// address is what is asked.
func (r record) address() string {
	if r.Moved != "" {
		return r.Moved
	}
	return r.URL
}

// learn takes what the feed says of itself.
func (r *record) learn(i feed.Info, links map[string]string, at string) {
	r.TTL, r.Update, r.SkipHours, r.SkipDays = i.TTL, i.UpdateEvery, i.SkipHours, i.SkipDays
	r.Hub, r.Topic = first(links["hub"], i.Hub), first(links["self"], i.Self, at)
	if r.Hub == "" {
		r.Topic = ""
	}
}

// wishes is what bears on the next fetch, beside what the answer itself says.
func (r record) wishes(now time.Time) schedule.Wishes {
	return schedule.Wishes{Failures: r.Health.Failures, TTL: r.TTL, Update: r.Update, SkipHours: r.SkipHours,
		SkipDays: r.SkipDays, Rhythm: r.Health.Rhythm.Expected(now)}
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
