package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

func fetcher(t testing.TB, change func(*Config)) *Fetcher {
	t.Helper()
	g, err := dial.New(dial.Config{Allow: []string{"127.0.0.0/8"}, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.Timeout = 3 * time.Second
	if change != nil {
		change(&c)
	}
	f := New(c, g, time.Now, prometheus.NewRegistry())
	t.Cleanup(f.Close)
	return f
}

func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func do(t testing.TB, f *Fetcher, r Request) Result {
	t.Helper()
	res := f.Do(t.Context(), r)
	body := res.Body
	res.Release()
	res.Body = body
	return res
}

// counted is how often the metric says that a question ended in a fault.
func counted(t testing.TB, f *Fetcher, fault Fault) float64 {
	t.Helper()
	var m dto.Metric
	if err := f.metrics.fetches.WithLabelValues(string(fault)).Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestQuestion(t *testing.T) {
	var got http.Header
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Set("ETag", `W/"x,\"odd"`)
		w.Header().Set("Last-Modified", "yesterday, more or less")
		w.Header().Set("Content-Type", "application/rss+xml")
		io.WriteString(w, "body")
	})
	f := fetcher(t, func(c *Config) { c.From = "desk@example.org" })
	res := do(t, f, Request{URL: url})
	if res.Err != nil || string(res.Body) != "body" || res.ETag != `W/"x,\"odd"` || res.LastModified != "yesterday, more or less" ||
		res.ContentType != "application/rss+xml" || res.Protocol != "HTTP/1.1" || res.Sizes.Decoded != 4 || res.Took <= 0 {
		t.Errorf("%+v", res)
	}
	for name, want := range map[string]string{"User-Agent": "Kulkul/1", "From": "desk@example.org", "Accept-Encoding": "zstd, br, gzip", "Accept": "application/atom+xml"} {
		if !strings.HasPrefix(got.Get(name), want) {
			t.Errorf("%s: %q", name, got.Get(name))
		}
	}
	if got.Get("If-None-Match") != "" || got.Get("If-Modified-Since") != "" || got.Get("Cookie") != "" {
		t.Errorf("asked with %v", got)
	}
	// Validators go back exactly as they came.
	do(t, f, Request{URL: url, ETag: res.ETag, LastModified: res.LastModified})
	if got.Get("If-None-Match") != res.ETag || got.Get("If-Modified-Since") != res.LastModified {
		t.Errorf("asked with %v", got)
	}
}

func TestNotModified(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.WriteHeader(http.StatusNotModified)
	})
	if res := do(t, fetcher(t, nil), Request{URL: url, ETag: `"1"`}); res.Fault != "" || res.Status != 304 || res.Body != nil {
		t.Errorf("%+v", res)
	}
}

func TestCodings(t *testing.T) {
	text := strings.Repeat("Talks on the code of conduct go on. ", 5000)
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
	}
	for coding, open := range pack {
		var b bytes.Buffer
		z := open(&b)
		io.WriteString(z, text)
		z.Close()
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			w.Write(b.Bytes())
		})
		res := do(t, fetcher(t, nil), Request{URL: url})
		if res.Err != nil || string(res.Body) != text || res.Sizes.Wire != int64(b.Len()) || res.Sizes.Decoded != int64(len(text)) {
			t.Errorf("%s: %d bytes, %+v, %v", coding, len(res.Body), res.Sizes, res.Err)
		}
	}
}

func TestHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "two") }))
	s.EnableHTTP2, s.Config.ErrorLog = true, log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	f := fetcher(t, nil)
	if res := do(t, f, Request{URL: s.URL}); res.Fault != TLS {
		t.Errorf("an unknown authority: %s %v", res.Fault, res.Err)
	}
	f.transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	f.transport.TLSClientConfig.NextProtos = []string{"h2", "http/1.1"}
	if res := do(t, f, Request{URL: s.URL}); res.Err != nil || res.Protocol != "HTTP/2.0" || string(res.Body) != "two" {
		t.Errorf("%s %v", res.Protocol, res.Err)
	}
}

func TestRedirects(t *testing.T) {
	mux := http.NewServeMux()
	to := func(from string, status int, target string) {
		mux.HandleFunc(from, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", target)
			w.WriteHeader(status)
		})
	}
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != `"v"` || r.Header.Get("Referer") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("asked with %v", r.Header)
		}
		io.WriteString(w, "end")
	})
	to("/301", 301, "/end")
	to("/308", 308, "/end")
	to("/302", 302, "/end")
	to("/307", 307, "/301")
	to("/303", 303, "/end")
	to("/301-301", 301, "/301")
	to("/301-302", 301, "/302")
	to("/301-307-301", 301, "/307")
	to("/loop", 302, "/loop2")
	to("/loop2", 302, "/loop")
	to("/self", 301, "/self")
	to("/nowhere", 302, "")
	to("/bad", 302, "http://[::bad")
	to("/ftp", 302, "ftp://example.org/feed")
	to("/file", 302, "file:///etc/passwd")
	to("/private", 302, "http://10.0.0.1/feed")
	to("/metadata", 301, "http://169.254.169.254/latest/meta-data/")
	for i := range 9 {
		to(fmt.Sprintf("/chain%d", i), 301, fmt.Sprintf("/chain%d", i+1))
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	to("/user", 301, strings.Replace(server.URL, "http://", "http://user:secret@", 1)+"/end")
	for path, c := range map[string]struct {
		fault Fault
		moved string
		hops  int
	}{
		"/end": {"", "", 0}, "/301": {"", "/end", 1}, "/308": {"", "/end", 1}, "/302": {"", "", 1}, "/303": {"", "", 1},
		"/307": {"", "", 2}, "/301-301": {"", "/end", 2}, "/301-302": {"", "/302", 2}, "/301-307-301": {"", "/307", 3}, "/user": {"", "/end", 1},
		"/loop": {Redirects, "", 0}, "/self": {Redirects, "", 0}, "/chain0": {Redirects, "", 0}, "/nowhere": {Status, "", 0}, "/bad": {Protocol, "", 0},
		"/ftp": {Refused, "", 0}, "/file": {Refused, "", 0}, "/private": {Refused, "", 0}, "/metadata": {Refused, "", 0},
	} {
		res := do(t, fetcher(t, nil), Request{URL: server.URL + path, ETag: `"v"`})
		want := c.moved
		if want != "" {
			want = server.URL + want
		}
		if res.Fault != c.fault || res.Moved != want || res.Hops != c.hops {
			t.Errorf("%s: fault %q (%v), moved %q after %d; want %q, %q after %d", path, res.Fault, res.Err, res.Moved, res.Hops, c.fault, want, c.hops)
		}
		if strings.Contains(res.Final+res.Moved+fmt.Sprint(res.Err), "secret") {
			t.Errorf("%s keeps a secret: %s %v", path, res.Final, res.Err)
		}
	}
}

func TestStatuses(t *testing.T) {
	for status, want := range map[int]Fault{429: Limited, 503: Limited, 410: Gone, 404: NotFound, 401: Denied, 403: Denied, 451: Denied, 400: Client,
		418: Client, 500: Server, 502: Server, 204: Status, 206: Status, 300: Status} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(status)
		})
		res := do(t, fetcher(t, nil), Request{URL: url})
		if res.Fault != want || res.Status != status || res.RetryAfter != 2*time.Minute || res.Err == nil {
			t.Errorf("%d: %s, %s, %v", status, res.Fault, res.RetryAfter, res.Err)
		}
	}
}

func TestTimes(t *testing.T) {
	now := time.Date(2026, 1, 14, 10, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for s, want := range map[string]time.Duration{"": 0, "120": 2 * time.Minute, " 7 ": 7 * time.Second, "-5": 0, "soon": 0, "1.5": 0,
		"99999999999999": 0, in(time.Hour): time.Hour, in(-time.Hour): 0, "Wednesday, 14-Jan-26 10:01:00 GMT": time.Minute} {
		if got := RetryAfter(s, now); got != want {
			t.Errorf("Retry-After %q: %s, want %s", s, got, want)
		}
	}
	for name, c := range map[string]struct {
		headers []string
		want    time.Duration
	}{
		"none":                 {nil, 0},
		"max-age":              {[]string{"Cache-Control", "public, max-age=600"}, 10 * time.Minute},
		"quoted":               {[]string{"Cache-Control", `max-age="60"`}, time.Minute},
		"aged":                 {[]string{"Cache-Control", "max-age=600", "Age", "500"}, 100 * time.Second},
		"too old":              {[]string{"Cache-Control", "max-age=600", "Age", "700"}, 0},
		"no-cache":             {[]string{"Cache-Control", "No-Cache, max-age=600"}, 0},
		"no-store":             {[]string{"Cache-Control", "no-store", "Expires", in(time.Hour)}, 0},
		"odd":                  {[]string{"Cache-Control", "max-age=soon", "Expires", in(time.Hour)}, 0},
		"expires":              {[]string{"Expires", in(time.Hour)}, time.Hour},
		"expires and date":     {[]string{"Expires", in(time.Hour), "Date", in(30 * time.Minute)}, 30 * time.Minute},
		"expired":              {[]string{"Expires", in(-time.Hour)}, 0},
		"expires zero":         {[]string{"Expires", "0"}, 0},
		"max-age beats it":     {[]string{"Cache-Control", "max-age=60", "Expires", in(time.Hour)}, time.Minute},
		"s-maxage is not ours": {[]string{"Cache-Control", "s-maxage=600"}, 0},
	} {
		h := http.Header{}
		for i := 0; i+1 < len(c.headers); i += 2 {
			h.Set(c.headers[i], c.headers[i+1])
		}
		if got := fresh(h, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestLinkHeaders(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Link", `<https://hub.example/>; rel="hub", </feed>; title="x"; rel="Self alternate"`)
		w.Header().Add("Link", `<https://second.example/>; rel=hub`)
		w.Header().Add("Link", `broken; rel=self, <::>; rel=self`)
	})
	res := do(t, fetcher(t, nil), Request{URL: url})
	if res.Links["hub"] != "https://hub.example/" || res.Links["self"] != url+"/feed" || len(res.Links) != 2 {
		t.Errorf("%v", res.Links)
	}
}

// turns notes who holds which host.
type turns struct {
	mu   sync.Mutex
	held map[string]bool
	log  []string
}

func (x *turns) Enter(_ context.Context, host string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.log = append(x.log, "enter "+host)
	if len(x.held) > 0 {
		x.log = append(x.log, "while holding")
	}
	x.held[host] = true
	return nil
}

func (x *turns) Leave(host string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.log = append(x.log, "leave "+host)
	delete(x.held, host)
}

func (x *turns) Hold(host string, pause time.Duration) {
	x.log = append(x.log, fmt.Sprint("hold ", host, " ", pause))
}

// A host that asks for patience is held before its turn is given back.
func TestTurnsAreHeld(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(503)
	})
	x := &turns{held: map[string]bool{"127.0.0.1": true}}
	do(t, fetcher(t, nil), Request{URL: url, Turns: x})
	if got := strings.Join(x.log, ", "); got != "hold 127.0.0.1 1m0s, leave 127.0.0.1" {
		t.Errorf("%s", got)
	}
}

// On a redirect to another host the turn at the first is given back before the
// other's is waited for, and the last is given back at the end.
func TestTurnsOnRedirects(t *testing.T) {
	second, err := net.Listen("tcp", "127.0.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	end := &httptest.Server{Listener: second, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}}
	end.Start()
	defer end.Close()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/same" {
			http.Redirect(w, r, end.URL, http.StatusFound)
			return
		}
		http.Redirect(w, r, "/same", http.StatusFound)
	})
	x := &turns{held: map[string]bool{"127.0.0.1": true}}
	if res := do(t, fetcher(t, nil), Request{URL: url, Turns: x}); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := strings.Join(x.log, ", "); got != "leave 127.0.0.1, enter 127.0.0.9, leave 127.0.0.9" {
		t.Errorf("%s", got)
	}
	for _, bad := range []string{"http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://user@127.0.0.1/"} {
		x = &turns{held: map[string]bool{"127.0.0.1": true}}
		if res := do(t, fetcher(t, nil), Request{URL: bad, Turns: x}); res.Err == nil || len(x.held) > 0 {
			t.Errorf("%s: %v, held %v", bad, res.Err, x.held)
		}
	}
}

// No more bodies of over 1 MiB are held at once than configured; small ones
// don't wait for them.
func TestLargeBodiesWait(t *testing.T) {
	large := strings.Repeat("x", 2<<20)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			io.WriteString(w, large)
		}
	})
	f := fetcher(t, func(c *Config) { c.LargeBodies, c.Timeout = 1, 500*time.Millisecond })
	first := f.Do(t.Context(), Request{URL: url + "/large"})
	if first.Err != nil || len(first.Body) != len(large) {
		t.Fatal(first.Err)
	}
	if res := do(t, f, Request{URL: url + "/large"}); res.Fault != Timeout {
		t.Errorf("a second large body: %s %v", res.Fault, res.Err)
	}
	if res := do(t, f, Request{URL: url}); res.Err != nil {
		t.Errorf("a small body: %v", res.Err)
	}
	first.Release()
	first.Release()
	if res := do(t, f, Request{URL: url + "/large"}); res.Err != nil {
		t.Errorf("after the first was released: %v", res.Err)
	}
}
