package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/platform/dial"
	"github.com/kulkul-ews/kulkul/services/platform/unpack"
)

// Turns keeps one request at a time per host. Enter waits for the host's turn,
// Leave gives it back; Hold says that the host asks to be left alone so long.
type Turns interface {
	Enter(ctx context.Context, host string) error
	Leave(host string)
	Hold(host string, pause time.Duration)
}

// Request is one question to a publisher.
type Request struct {
	URL string
	// ETag and LastModified are the validators of the last answer, sent back
	// as they came; empty: the whole document is wanted.
	ETag         string
	LastModified string
	// Turns, where set, is asked before a redirect to another host is followed.
	// The turn at the URL's own host is taken by the caller; Do gives it back.
	Turns Turns
}

// Result is what came of it. Fault is "" for an answer of 200 with its body and
// for 304.
type Result struct {
	Status       int
	Body         []byte // decoded
	Sizes        unpack.Sizes
	ContentType  string
	ETag         string
	LastModified string
	// Final is where the answer came from. Moved is the address that permanent
	// redirects (301, 308) at the start of the way lead to; "" where there is none.
	Final string
	Moved string
	Hops  int
	// Protocol is as the answer says: HTTP/1.1, HTTP/2.0.
	Protocol string
	// Fresh is how long the server says the answer stays good; 0 where it does
	// not. RetryAfter is how long it asks to be left alone; 0 where it does not.
	Fresh      time.Duration
	RetryAfter time.Duration
	// Links of the Link header by relation, for WebSub: "hub", "self".
	Links map[string]string
	Took  time.Duration

	Fault Fault
	Err   error // in words, where Fault is set

	release func()
}

// Release says that the body is done with. It must be called for every result.
func (res *Result) Release() {
	res.Body = nil
	if res.release != nil {
		res.release()
		res.release = nil
	}
}

// Fetcher asks. Safe for concurrent use.
type Fetcher struct {
	config    Config
	guard     *dial.Guard
	transport *http.Transport
	large     chan struct{} // one place for each body of more than 1 MiB
	now       func() time.Time
	metrics   *metrics
}

// New makes a fetcher whose connections go through the guard.
func New(c Config, guard *dial.Guard, now func() time.Time, reg prometheus.Registerer) *Fetcher {
	return &Fetcher{config: c, guard: guard, transport: guard.Transport(), now: now, metrics: newMetrics(reg),
		large: make(chan struct{}, max(c.LargeBodies, 1))}
}

// Close lets idle connections go.
func (f *Fetcher) Close() { f.transport.CloseIdleConnections() }

// Do asks once. It never fails: what went wrong is in the result. It counts what
// came of it, except where ctx ended.
func (f *Fetcher) Do(ctx context.Context, r Request) Result {
	start := f.now()
	limited, cancel := context.WithTimeout(ctx, f.config.Timeout)
	defer cancel()
	res := Result{Final: r.URL}
	err := f.do(limited, r, &res)
	res.Took = f.now().Sub(start)
	if err != nil {
		res.Fault, res.Err = classify(err), err
		res.Release()
	}
	if err == nil || ctx.Err() == nil {
		f.metrics.fetched(res)
	}
	return res
}

func (f *Fetcher) do(ctx context.Context, r Request, res *Result) error {
	u, err := url.Parse(r.URL)
	if err != nil {
		return fmt.Errorf("%w: %w", dial.ErrRefused, err)
	}
	w := &way{guard: f.guard, turns: r.Turns, limit: f.config.MaxRedirects, at: hostOf(u)}
	defer w.leave()
	if err := f.guard.CheckURL(u); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("%w: %w", dial.ErrRefused, err)
	}
	f.headers(req.Header, r)
	client := http.Client{Transport: f.transport, CheckRedirect: w.step}
	resp, err := client.Do(req)
	if err != nil {
		return strip(err)
	}
	defer resp.Body.Close()
	res.Moved, res.Hops = w.moved, w.hops
	res.head(resp, f.now())
	if statusFault(res.Status) == Limited {
		w.hold(res.RetryAfter)
	}
	return f.answer(resp, res)
}

// answer judges the status and reads the body of a 200.
func (f *Fetcher) answer(resp *http.Response, res *Result) error {
	switch {
	case resp.StatusCode == http.StatusNotModified:
		return nil
	case resp.StatusCode != http.StatusOK:
		return statusError(resp.StatusCode)
	}
	if resp.ContentLength > f.config.MaxWire {
		return fmt.Errorf("%w: %d bytes announced", unpack.ErrTooBig, resp.ContentLength)
	}
	limits := f.config.limits()
	limits.Large = func() error { return f.reserve(resp.Request.Context(), res) }
	var err error
	res.Body, res.Sizes, err = unpack.Read(resp.Body, resp.Header.Get("Content-Encoding"), limits)
	return err
}

// reserve waits for a large body's place, which Release gives back.
func (f *Fetcher) reserve(ctx context.Context, res *Result) error {
	select {
	case f.large <- struct{}{}:
		res.release = func() { <-f.large }
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for other large bodies: %w", ctx.Err())
	}
}

func (f *Fetcher) headers(h http.Header, r Request) {
	h.Set("User-Agent", f.config.UserAgent)
	h.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "+
		"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1")
	h.Set("Accept-Encoding", unpack.Accept)
	if f.config.From != "" {
		h.Set("From", f.config.From)
	}
	if r.ETag != "" {
		h.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		h.Set("If-Modified-Since", r.LastModified)
	}
}

// strip takes the "Get <address>:" off an error of net/http: the caller names
// the feed, and an address may hold a token.
func strip(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() && !errors.Is(u.Err, context.DeadlineExceeded) {
			return fmt.Errorf("%w: %w", context.DeadlineExceeded, u.Err)
		}
		return u.Err
	}
	return err
}
