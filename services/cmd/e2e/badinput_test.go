package e2e

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// logged keeps what is logged, for the test to look at.
type logged struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(p)
}

// line is the first line that holds every word; empty where there is none.
func (l *logged) line(words ...string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.lines.String()) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			return line
		}
	}
	return ""
}

func entry(n int) string {
	return fmt.Sprintf("<item><guid>g%d</guid><title>Harbour notice %d of the week</title><link>https://harbour.example/%d</link></item>", n, n, n)
}

// badFeed is a feed that cannot be read, or not wholly.
type badFeed struct {
	id    string
	serve http.HandlerFunc // nil: url is asked
	url   string
	items int // that are taken in all the same
	// says is what the fetch's error says, and the log; empty: it is read.
	says string
	// metric is a line of /metrics.
	metric string
	// kept is the code and a part of the payload of what is set aside for an
	// operator; empty: the fetch says all.
	kept, payload string
}

func document(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = io.WriteString(w, body)
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, cmp.Or(to, r.URL.Path+"x"), http.StatusFound)
	}
}

func badFeeds() []badFeed {
	const head, foot = `<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title>`, `</channel></rss>`
	fetches := func(result string) string { return "kulkul_collector_fetches_total{result=\"" + result + "\"}" }
	rejections := func(code string) string { return "kulkul_collector_rejections_total{code=\"" + code + "\"}" }
	return []badFeed{
		{id: "sound", serve: document(head + entry(1) + entry(2) + foot), items: 2, metric: fetches("read")},
		{id: "no-feed", serve: document("<!doctype html><html><body><h1>Welcome</h1></body></html>"), says: "not a feed: an HTML page",
			metric: rejections("not_a_feed"), kept: "not_a_feed", payload: "<h1>Welcome</h1>"},
		{id: "empty", serve: document(""), says: "empty body", metric: rejections("empty"), kept: "empty"},
		{id: "truncated", serve: document(head + entry(1) + entry(2) + "<item><title>Cut he"), items: 2,
			metric: rejections("truncated"), kept: "truncated", payload: "<title>Cut he"},
		{id: "charset", serve: document(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour</title>` +
			"<item><guid>c</guid><title>Caf\xe9 at the pier</title></item>" + foot), items: 1, metric: "kulkul_collector_problems_total{code=\"charset\"}"},
		{id: "untitled", serve: document(head + entry(1) + "<item><guid>none</guid></item>" + foot), items: 1,
			metric: rejections("empty"), kept: "empty", payload: `"guid":"none"`},
		{id: "huge", serve: huge, says: "body too large: more than 16777216 bytes sent", metric: fetches("too_big")},
		{id: "gzip-bomb", serve: gzipBomb, says: "body expands too much", metric: fetches("expands")},
		{id: "entity-bomb", serve: document(`<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">` + entities() + `]><rss version="2.0"><channel><title>&j;</title>` + entry(1) + foot),
			items: 1, metric: fetches("read")},
		{id: "endless", serve: redirect(""), says: "redirects lead nowhere: more than 5", metric: fetches("redirects")},
		{id: "private", url: "http://10.255.255.1/feed", says: "address refused: 10.255.255.1 is private", metric: fetches("refused_address")},
		{id: "private-redirect", serve: redirect("http://169.254.169.254/latest/meta-data/"), says: "address refused: 169.254.169.254 is link-local",
			metric: fetches("refused_address")},
	}
}

func huge(w http.ResponseWriter, _ *http.Request) {
	part := strings.Repeat("x", 1<<16)
	for range 50 << 20 / len(part) {
		if _, err := io.WriteString(w, part); err != nil {
			return
		}
	}
}

func gzipBomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	for range 200 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			return
		}
	}
	_ = z.Close()
}

// entities are nine, each ten of the one before: a thousand million letters.
func entities() string {
	var b strings.Builder
	for c := 'b'; c <= 'j'; c++ {
		fmt.Fprintf(&b, "<!ENTITY %c %q>", c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	return b.String()
}

// TestBadFeeds: whatever a publisher sends, the fetch says why it was not read
// and so does the log, a metric counts it, an operator finds what was set aside,
// and every other feed is read.
func TestBadFeeds(t *testing.T) {
	var list []kulkul.Source
	cases := badFeeds()
	for n, c := range cases {
		if c.serve != nil {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.9.%d:0", n+1))
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{Handler: c.serve, ReadHeaderTimeout: 5 * time.Second}
			go func() { _ = server.Serve(l) }() // ends with Close
			t.Cleanup(func() { _ = server.Close() })
			c.url = "http://" + l.Addr().String() + "/feed"
		}
		list = append(list, kulkul.Source{ID: c.id, Name: c.id, Owner: c.id, Track: kulkul.TrackMedia, Reliability: "C", Language: "en",
			Feeds: []kulkul.Feed{{ID: c.id, URL: c.url, Schedule: "@every 1h"}}})
	}
	log, settings := &logged{}, process()
	settings.Telemetry.Listen = "127.0.0.1:0"
	u, _ := upLogging(t, t.TempDir(), settings, withSources(t, files(t), list),
		slog.New(slog.NewTextHandler(io.MultiWriter(log, testWriter{t}), &slog.HandlerOptions{Level: slog.LevelWarn})))
	for _, c := range cases {
		t.Run(c.id, func(t *testing.T) {
			var fetches []kulkul.Fetch
			var kept []kulkul.Rejection
			eventually(t, 2*time.Minute, "the fetch and what was set aside being stored", func() bool {
				var err, failed error
				fetches, err = u.Store.Fetches(t.Context(), store.FetchFilter{Source: c.id})
				kept, failed = u.Store.Rejections(t.Context(), store.RejectionFilter{Source: c.id})
				return errors.Join(err, failed) == nil && len(fetches) > 0 && (c.kept == "" || len(kept) > 0)
			})
			if f := fetches[0]; f.New != c.items || c.says == "" && f.Error != "" || !strings.HasPrefix(f.Error, c.says) {
				t.Errorf("the fetch says %+v; want %d items and %q", f, c.items, c.says)
			}
			if c.says != "" && log.line("feed not read", "feed="+c.id+" ", c.says) == "" {
				t.Errorf("the log does not say %q", c.says)
			}
			if c.kept != "" && !slices.ContainsFunc(kept, func(r kulkul.Rejection) bool {
				return r.Code == c.kept && strings.Contains(string(r.Payload), c.payload) && r.Reason != "" && r.Where != ""
			}) {
				t.Errorf("set aside: %+v", kept)
			}
			if lines := metrics(t, u, c.metric); lines == "" {
				t.Errorf("no metric %s", c.metric)
			}
			eventually(t, time.Minute, "what could be read being stored", func() bool {
				page, err := u.Store.Items(t.Context(), store.ItemQuery{View: store.All(), Taxonomy: u.Active.Version(), Sources: []string{c.id}, Limit: 10})
				return err == nil && len(page.Items) == c.items
			})
		})
	}
}

// TestBadPushes: the answer says what is wrong and where, a metric counts it, an
// operator finds it, and the rest of the push is taken in.
func TestBadPushes(t *testing.T) {
	log, settings := &logged{}, process()
	settings.Telemetry.Listen = "127.0.0.1:0"
	u, _ := upLogging(t, t.TempDir(), settings, withSources(t, files(t), sources("press")),
		slog.New(slog.NewTextHandler(io.MultiWriter(log, testWriter{t}), &slog.HandlerOptions{Level: slog.LevelWarn})))
	press := newPartner(t, u, "press")
	stranger := partner{"press", "kkk_stranger_0000000000000000000000000000000000000000000", press.base}
	now := time.Now().UTC()
	item := func(id, title string, at time.Time) string {
		return fmt.Sprintf(`{"id":%q,"title":%q,"link":"https://press.example/%s","published":%q}`, id, title, id, at.Format(time.RFC3339))
	}
	many := strings.Repeat(item("same", "A notice", now)+",", 10_000)
	for _, c := range []struct {
		name   string
		by     partner
		body   string
		status int
		says   []string // in the answer
		metric string
		kept   string // code of what is set aside; "" where the body is nobody's
	}{
		{"a bad key", stranger, "[" + item("a", "A notice", now) + "]", http.StatusUnauthorized, []string{"not accepted"},
			`kulkul_intake_requests_total{request="items",result="unauthorized"}`, ""},
		{"bad JSON", press, "[\n{\"id\":\"a\",\n\"title\": nothing}]", http.StatusBadRequest, []string{"at byte 16"},
			`kulkul_intake_requests_total{request="items",result="syntax"}`, "syntax"},
		{"ten thousand items", press, "[" + strings.TrimSuffix(many, ",") + "]", http.StatusRequestEntityTooLarge, []string{"1000"},
			`kulkul_intake_requests_total{request="items",result="limit"}`, "limit"},
		{"faults among good items", press, "[" + strings.Join([]string{item("good", "Ferries run again", now), item("bare", "", now),
			item("later", "Tomorrow's news", now.AddDate(0, 0, 9)), item("good", "Ferries run again", now)}, ",") + "]",
			http.StatusAccepted, []string{`"/1/title"`, `"/2/published"`, "future", `"/3`, "duplicate"}, `kulkul_intake_rejections_total{code="future"}`, "future"},
		{"a duplicate", press, "[" + item("good", "Ferries run again", now) + "]", http.StatusAccepted, []string{`"fate":"duplicate"`},
			`kulkul_intake_items_total{fate="duplicate"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := c.by.ask(t, c.body)
			t.Log(status, answer[:min(len(answer), 900)])
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			for _, want := range c.says {
				if !strings.Contains(answer, want) {
					t.Errorf("the answer does not say %q", want)
				}
			}
			if metrics(t, u, c.metric) == "" {
				t.Errorf("no metric %s; there are\n%s", c.metric, metrics(t, u, "kulkul_intake_re"))
			}
			if c.kept != "" {
				eventually(t, time.Minute, "what was refused being stored", func() bool {
					kept, err := u.Store.Rejections(t.Context(), store.RejectionFilter{Source: "press", Stage: "intake", Code: c.kept})
					return err == nil && len(kept) > 0 && len(kept[0].Payload) > 0
				})
			}
		})
	}
	if log.line("push refused", "key=") == "" {
		t.Error("the log does not tell of the bad key")
	}
	eventually(t, time.Minute, "the good item being stored, once", func() bool {
		page, err := u.Store.Items(t.Context(), store.ItemQuery{View: store.All(), Taxonomy: u.Active.Version(), Limit: 10})
		return err == nil && len(page.Items) == 1 && page.Items[0].Item.Title == "Ferries run again"
	})
}

// ask pushes a body and gives the answer's status and body.
func (p partner) ask(t *testing.T, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/v1/items", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.secret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// metrics are the lines of the process's metrics with a prefix.
func metrics(t *testing.T, u *assemble.Upped, prefix string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.Info.Metrics+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, prefix) {
			out.WriteString(line)
		}
	}
	return out.String()
}
