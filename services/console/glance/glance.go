// Package glance looks at a feed before it is added.
//
// In: an address that a person typed. Out: what stands there now, read as the
// collector would read it, or why it cannot be. Called by the console's root.
// It goes out through the guarded dialer alone, once, and keeps nothing.
package glance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// Bounds of one look.
const (
	timeout   = 20 * time.Second
	maxBody   = 8 << 20
	redirects = 5
)

// agent is how the look names itself.
const agent = "Kulkul/1 (feed preview by a person)"

// Seen is what stands at an address.
type Seen struct {
	Asked, Final string // the address asked, and where redirects ended
	Status       int
	Type         string // content type as sent
	Bytes        int
	Took         time.Duration
	// Feed is the document; nil where it is none. Found are the feeds that a
	// page of another kind names.
	Feed  *feed.Document
	Found []feed.Link
	// Fault says in words why there is nothing to see; empty: there is.
	Fault string
}

// Glass looks. Safe for concurrent use.
type Glass struct {
	guard  *dial.Guard
	client *http.Client
	free   chan struct{}
}

// New makes a glass that goes out through guard.
func New(guard *dial.Guard) *Glass {
	g := &Glass{guard: guard, free: make(chan struct{}, 2)}
	g.client = &http.Client{Transport: guard.Transport(), Timeout: timeout, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > redirects {
			return errors.New("too many redirects")
		}
		return guard.CheckURL(r.URL)
	}}
	return g
}

// Look asks an address once.
func (g *Glass) Look(ctx context.Context, address string) Seen {
	s := Seen{Asked: address}
	u, err := url.Parse(strings.TrimSpace(address))
	if err == nil {
		err = g.guard.CheckURL(u)
	}
	if err != nil {
		s.Fault = "This address may not be asked: " + err.Error()
		return s
	}
	select {
	case g.free <- struct{}{}:
		defer func() { <-g.free }()
	case <-ctx.Done():
		s.Fault = "Given up."
		return s
	}
	start := time.Now()
	if err := g.ask(ctx, u, &s); err != nil {
		s.Fault = words(err)
	}
	s.Took = time.Since(start)
	return s
}

func (g *Glass) ask(ctx context.Context, u *url.URL, s *Seen) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5")
	answer, err := g.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	s.Final, s.Status, s.Type = answer.Request.URL.String(), answer.StatusCode, answer.Header.Get("Content-Type")
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return err
	}
	s.Bytes = len(body)
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	if len(body) > maxBody {
		return fmt.Errorf("it is longer than %d MiB", maxBody>>20)
	}
	d, err := feed.Parse(body, feed.Options{URL: s.Final, ContentType: s.Type})
	if err == nil {
		s.Feed = &d
		return nil
	}
	if s.Found = feed.Discover(body, s.Final); len(s.Found) > 0 {
		return errors.New("this is no feed; it names the feeds below")
	}
	return fmt.Errorf("this is no feed: %w", err)
}

// words says what went wrong without the address, which stands beside it.
func words(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
