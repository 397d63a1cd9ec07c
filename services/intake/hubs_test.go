package intake

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// hub is a WebSub hub: it notes what it was asked and calls back when told to.
type hub struct {
	t      *testing.T
	server *httptest.Server
	status int

	mu    sync.Mutex
	asked []url.Values
}

func newHub(t *testing.T) *hub {
	h := &hub{t: t, status: http.StatusAccepted}
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asked = append(h.asked, r.PostForm)
		w.WriteHeader(h.status)
	}))
	t.Cleanup(h.server.Close)
	return h
}

func (h *hub) last(n int) (url.Values, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.asked) < n {
		return nil, false
	}
	return h.asked[n-1], true
}

// call sends a request to the callback, wherever the public address points.
func (w *world) call(callback, method, query, body, signature string) said {
	w.t.Helper()
	u, err := url.Parse(callback)
	if err != nil {
		w.t.Fatal(err)
	}
	path := u.RequestURI()
	if query != "" {
		path += "&" + query
	}
	headers := []string{"Content-Type", "application/rss+xml"}
	if signature != "" {
		headers = append(headers, "X-Hub-Signature", signature)
	}
	return w.ask(method, path, "", body, headers...)
}

func sign(method string, h func() hash.Hash, secret, body string) string {
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(body))
	return method + "=" + hex.EncodeToString(m.Sum(nil))
}

// learn writes what the collector would have learnt of a feed.
func (w *world) learn(feed, hub, topic string) {
	w.t.Helper()
	bucket, err := w.bus.Bucket(w.t.Context(), bus.BucketPolls)
	if err != nil {
		w.t.Fatal(err)
	}
	polls, old := bus.NewOutbox(bucket), map[string]any{}
	revision, err := polls.Get(w.t.Context(), feed, &old)
	if err != nil && revision > 0 {
		w.t.Fatal(err)
	}
	if _, err := polls.Put(w.t.Context(), feed, map[string]string{"hub": hub, "topic": topic}, revision); err != nil {
		w.t.Fatal(err)
	}
}

func hubWorld(t *testing.T) (*world, *hub) {
	w := newWorld(t, func(c *Config) {
		c.PublicURL, c.WebSub.Every, c.Dial.Allow = "https://push.example/", 20*time.Millisecond, []string{"127.0.0.0/8"}
	})
	return w, newHub(t)
}

const topic = "https://tank.example/feed"

func TestSubscription(t *testing.T) {
	w, h := hubWorld(t)
	w.learn("tank-web", h.server.URL, topic)
	w.learn("somebody-elses", h.server.URL, topic) // no feed of the configuration
	var q url.Values
	w.until("the hub is asked", func() bool { var ok bool; q, ok = h.last(1); return ok })
	callback := q.Get("hub.callback")
	if q.Get("hub.mode") != "subscribe" || q.Get("hub.topic") != topic || q.Get("hub.lease_seconds") != "864000" || len(q.Get("hub.secret")) != 64 ||
		!strings.HasPrefix(callback, "https://push.example/v1/websub/tank-web?token=") {
		t.Fatalf("asked %v", q)
	}
	good := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.challenge": {"c<1>"}, "hub.lease_seconds": {"3600"}}
	with := func(name, value string) string {
		c := url.Values{}
		for k, v := range good {
			c[k] = v
		}
		c.Set(name, value)
		return c.Encode()
	}
	for name, c := range map[string][2]string{
		"other topic": {callback, with("hub.topic", "https://evil.example/")}, "other mode": {callback, with("hub.mode", "publish")},
		"unsubscribe that nobody wants": {callback, with("hub.mode", "unsubscribe")},
		"other token":                   {callback + "x", good.Encode()}, "other feed": {strings.Replace(callback, "tank-web", "tank-push", 1), good.Encode()},
		"odd feed": {strings.Replace(callback, "tank-web", "..%2f", 1), good.Encode()},
	} {
		if s := w.call(c[0], "GET", c[1], "", ""); s.status != 404 {
			t.Errorf("%s: %d %s", name, s.status, s)
		}
	}
	s := w.call(callback, "GET", good.Encode(), "", "")
	if s.status != 200 || string(s.body) != "c<1>" || !strings.HasPrefix(s.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %s", s.status, s)
	}
	if _, again := h.last(2); again {
		t.Error("asked again without need")
	}
	// Near the lease's end the hub is asked again, under the same address.
	w.set(time.Now().Add(50 * time.Minute))
	w.until("the subscription is renewed", func() bool { q, ok := h.last(2); return ok && q.Get("hub.callback") == callback })
	// A feed that names its hub no longer is unsubscribed at the next delivery.
	w.learn("tank-web", "", "")
	w.until("the subscription has ended", func() bool { return w.call(callback, "POST", "", "x", "").status == 410 })
	if s := w.call(callback, "GET", with("hub.mode", "unsubscribe"), "", ""); s.status != 200 || string(s.body) != "c<1>" {
		t.Errorf("unsubscribe: %d %s", s.status, s)
	}
}

func TestDelivery(t *testing.T) {
	w, h := hubWorld(t)
	w.learn("tank-web", h.server.URL, topic)
	var q url.Values
	w.until("the hub is asked", func() bool { var ok bool; q, ok = h.last(1); return ok })
	callback, secret := q.Get("hub.callback"), q.Get("hub.secret")
	body := `<rss version="2.0"><channel><title>T</title><item><guid>1</guid><title>One</title></item></channel></rss>`
	for name, c := range map[string]struct {
		signature string
		status    int
		result    string
	}{
		"unsigned":     {"", 202, "forged"},
		"wrong secret": {sign("sha256", sha256.New, "guess", body), 202, "forged"},
		"sha1":         {sign("sha1", sha1.New, secret, body), 202, "forged"},
		"other body":   {sign("sha256", sha256.New, secret, body+" "), 202, "forged"},
		"odd":          {"sha256=xyz", 202, "forged"},
		"no method":    {"=" + strings.Repeat("ab", 32), 202, "forged"},
	} {
		if s := w.call(callback, "POST", "", body, c.signature); s.status != c.status {
			t.Errorf("%s: %d %s", name, s.status, s)
		}
	}
	if got := w.metric("kulkul_intake_websub_deliveries_total", "result=forged"); got != 6 {
		t.Errorf("%v forged deliveries counted", got)
	}
	if s := w.call(strings.Replace(callback, "token=", "token=x", 1), "POST", "", body, sign("sha256", sha256.New, secret, body)); s.status != 404 {
		t.Errorf("other token: %d", s.status)
	}
	w.collected(0)
	for i, m := range []struct {
		name string
		hash func() hash.Hash
	}{{"sha256", sha256.New}, {"SHA384", sha512.New384}, {"sha512", sha512.New}} {
		one := strings.ReplaceAll(body, "One", m.name)
		if s := w.call(callback, "POST", "", one, sign(m.name, m.hash, secret, one)); s.status != 202 {
			t.Errorf("%s: %d %s", m.name, s.status, s)
		}
		it := w.collected(1)[0]
		if it.Title != m.name || it.Feed != "tank-web" || it.ID != kulkul.ItemID("tank", "1") || it.Revision != uint64(i+1) {
			t.Errorf("item %+v", it)
		}
	}
	page := "<html>no feed</html>"
	if s := w.call(callback, "POST", "", page, sign("sha256", sha256.New, secret, page)); s.status != 202 {
		t.Errorf("no feed: %d %s", s.status, s)
	}
	if r := w.rejected(1)[0]; r.Code != codeNotFeed || r.Feed != "tank-web" || string(r.Payload) != page {
		t.Errorf("rejection %+v", r)
	}
	fetches := consumed(w, bus.Health, bus.Archiver, 3, func(f kulkul.Fetch) bool { return f.Feed == "tank-web" })
	if fetches[0].Items != 1 || fetches[0].New != 1 || fetches[1].New != 0 || fetches[1].Revised != 1 {
		t.Errorf("fetches %+v", fetches)
	}
}

// Hubs that refuse or are not there are asked again, later and later.
func TestHubsThatFail(t *testing.T) {
	w, h := hubWorld(t)
	h.status = http.StatusForbidden
	w.learn("tank-web", h.server.URL, topic)
	start := time.Now()
	for i, after := range []time.Duration{0, 2*time.Hour + time.Minute, 6*time.Hour + 2*time.Minute} {
		w.set(start.Add(after))
		w.until("the hub is asked", func() bool { _, ok := h.last(i + 1); return ok })
		time.Sleep(60 * time.Millisecond)
		if _, more := h.last(i + 2); more {
			t.Fatalf("after %s: asked more often than it should be", after)
		}
	}
	w.until("it is logged", func() bool { return strings.Count(w.logged(), "hub not subscribed to") == 3 })
	q, _ := h.last(3)
	denied := url.Values{"hub.mode": {"denied"}, "hub.topic": {topic}, "hub.reason": {"full"}}
	if s := w.call(q.Get("hub.callback"), "GET", denied.Encode(), "", ""); s.status != 200 || !strings.Contains(w.logged(), "hub denied") {
		t.Errorf("denied: %d %s", s.status, s)
	}
}

// A hub on an address that must not be asked is not asked.
func TestHubBehindTheGuard(t *testing.T) {
	asked := make(chan struct{}, 10)
	inner := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { asked <- struct{}{}; io.WriteString(rw, "x") }))
	defer inner.Close()
	w := newWorld(t, func(c *Config) { c.PublicURL, c.WebSub.Every = "https://push.example", 20*time.Millisecond })
	w.learn("tank-web", inner.URL, topic)
	w.until("the refusal is logged", func() bool { return strings.Contains(w.logged(), "address refused") })
	if len(asked) > 0 {
		t.Error("the inner server was asked")
	}
}
