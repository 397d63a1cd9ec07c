package collector

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
	"github.com/kulkul-ews/kulkul/services/collector/schedule"
	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// Glance is what one polite fetch of an address shows, and what the scheduler
// would do next and why.
type Glance struct {
	URL          string        `json:"url"`
	Final        string        `json:"final"`           // where the answer came from
	Moved        string        `json:"moved,omitempty"` // where permanent redirects lead
	Redirects    int           `json:"redirects"`
	Status       int           `json:"status"`
	Protocol     string        `json:"protocol,omitempty"`
	Took         time.Duration `json:"took"` // nanoseconds
	Wire         int64         `json:"wire"` // bytes as sent
	Bytes        int64         `json:"bytes"`
	ContentType  string        `json:"content_type,omitempty"`
	ETag         string        `json:"etag,omitempty"`
	LastModified string        `json:"last_modified,omitempty"`
	Fault        string        `json:"fault,omitempty"` // short constant
	Error        string        `json:"error,omitempty"`
	// Title, Format and Items are the feed's; Newest is its latest publication.
	Title  string    `json:"title,omitempty"`
	Format string    `json:"format,omitempty"`
	Items  int       `json:"items"`
	Newest time.Time `json:"newest,omitzero"`
	Hub    string    `json:"hub,omitempty"`
	// First are the document's first entries, as they would be taken in.
	First []Headline `json:"first,omitempty"`
	// Problems are what had to be mended in the document.
	Problems []feed.Problem `json:"problems,omitempty"`
	// Feeds are what a page points to, where the address is a page's.
	Feeds []feed.Link `json:"feeds,omitempty"`
	Next  time.Time   `json:"next"`
	Why   string      `json:"why"`
}

// Headline is an entry in short.
type Headline struct {
	Title     string    `json:"title"`
	Link      string    `json:"link,omitempty"`
	Published time.Time `json:"published,omitzero"`
}

// firstEntries is how many entries a glance shows.
const firstEntries = 5

// FetchOnce asks an address once, as the collector would under the schedule
// given, and keeps nothing. The error is for a configuration or a schedule that
// cannot work; what comes of the fetch is in the Glance.
func FetchOnce(ctx context.Context, c Config, address, expression string, now func() time.Time) (Glance, error) {
	if err := c.check(); err != nil {
		return Glance{}, err
	}
	rule, err := schedule.ParseRule(expression)
	if err != nil {
		return Glance{}, err
	}
	guard, err := dial.New(c.Dial)
	if err != nil {
		return Glance{}, fmt.Errorf("collector: %w", err)
	}
	f := fetch.New(c.Fetch, guard, now, prometheus.NewRegistry())
	defer f.Close()
	res := f.Do(ctx, fetch.Request{URL: address})
	defer res.Release()
	g := Glance{URL: address, Final: res.Final, Moved: res.Moved, Redirects: res.Hops, Status: res.Status, Protocol: res.Protocol,
		Took: res.Took, Wire: res.Sizes.Wire, Bytes: res.Sizes.Decoded, ContentType: res.ContentType, ETag: res.ETag,
		LastModified: res.LastModified, Fault: string(res.Fault)}
	var r record
	if res.Err != nil {
		g.Error = res.Err.Error()
	} else {
		g.read(res, &r, now(), c)
	}
	if g.Fault != "" {
		r.Health.Failures = 1
	}
	w := r.wishes(now())
	w.Fresh, w.RetryAfter = res.Fresh, res.RetryAfter
	g.Next, g.Why = c.Schedule.Next(rule, w, now(), 0)
	return g, nil
}

// read takes the body apart.
func (g *Glance) read(res fetch.Result, r *record, now time.Time, c Config) {
	doc, err := feed.Parse(res.Body, feed.Options{URL: res.Final, ContentType: res.ContentType, MaxBytes: int(c.Fetch.MaxDecoded)})
	if err != nil {
		g.Fault, g.Error = documentFault(err), err.Error()
		g.Feeds = feed.Discover(res.Body, res.Final)
		return
	}
	r.learn(doc.Feed, res.Links, res.Final)
	g.Title, g.Format, g.Items, g.Problems, g.Hub = doc.Feed.Title, doc.Feed.Format, len(doc.Items), doc.Problems, r.Hub
	var dates []time.Time
	for _, it := range doc.Normalise(kulkul.Source{}, kulkul.Feed{}, now) {
		if len(g.First) < firstEntries {
			g.First = append(g.First, Headline{Title: it.Title, Link: it.Link, Published: it.Published})
		}
		if !it.Published.IsZero() {
			dates = append(dates, it.Published)
			if it.Published.After(g.Newest) {
				g.Newest = it.Published
			}
		}
	}
	r.Health.Rhythm = r.Health.Rhythm.With(dates, now)
}
