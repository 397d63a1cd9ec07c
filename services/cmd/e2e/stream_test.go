package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// streamItem is a line of the stream.
type streamItem struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Summary   string    `json:"summary"`
	Link      string    `json:"link"`
	Source    string    `json:"source"`
	Published time.Time `json:"published"`
	Language  string    `json:"language"`
}

// rssItem is an item of the document it is served in.
type rssItem struct {
	GUID        string `xml:"guid"`
	Link        string `xml:"link"`
	Title       string `xml:"title"`
	Description string `xml:"description,omitempty"`
	Date        string `xml:"pubDate"`
}

// stream reads the stream: by feed, the RSS items.
func stream(t testing.TB) (map[string][]rssItem, int) {
	t.Helper()
	f, err := os.Open(shared(t, "corpora/stream.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	feeds, n := map[string][]rssItem{}, 0
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var i streamItem
		if err := json.Unmarshal(lines.Bytes(), &i); err != nil {
			t.Fatal(err)
		}
		feeds[i.Source] = append(feeds[i.Source], rssItem{i.ID, i.Link, i.Title, i.Summary, i.Published.Format(time.RFC1123Z)})
		n++
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return feeds, n
}

// publishers serves the stream's feeds, each on a loopback address of its own.
type publishers struct {
	sources     []kulkul.Source
	full, spare atomic.Int64 // answers with 200, with 304
}

func publish(t testing.TB, feeds map[string][]rssItem) *publishers {
	t.Helper()
	p := &publishers{}
	for n, name := range slices.Sorted(maps.Keys(feeds)) {
		body, err := xml.Marshal(struct {
			XMLName xml.Name  `xml:"rss"`
			Version string    `xml:"version,attr"`
			Title   string    `xml:"channel>title"`
			Items   []rssItem `xml:"channel>item"`
		}{Version: "2.0", Title: name, Items: feeds[name]})
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.%d.%d:0", 2+n/200, 1+n%200))
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: p.handler(body), ReadHeaderTimeout: 5 * time.Second}
		go func() { _ = server.Serve(l) }() // ends with Close
		t.Cleanup(func() { _ = server.Close() })
		id := fmt.Sprintf("feed-%03d", n)
		p.sources = append(p.sources, kulkul.Source{ID: id, Name: name, Owner: id, Track: kulkul.TrackMedia, Reliability: "C", Language: "en",
			Feeds: []kulkul.Feed{{ID: id, URL: "http://" + l.Addr().String() + "/feed", Schedule: "@every 20s"}}})
	}
	return p
}

func (p *publishers) handler(body []byte) http.Handler {
	tag := `"` + kulkul.Hash(string(body)) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			p.spare.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		p.full.Add(1)
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = w.Write(body)
	})
}

// withSources replaces the sources of the running configuration.
func withSources(t testing.TB, list map[string][]byte, sources []kulkul.Source) map[string][]byte {
	t.Helper()
	raw, err := yaml.MarshalWithOptions(map[string]any{"sources": sources}, yaml.UseJSONMarshaler())
	if err != nil {
		t.Fatal(err)
	}
	out := maps.Clone(list)
	out[config.SourcesFile] = raw
	return out
}

// stored lists what the store holds, by item.
func stored(t testing.TB, u *assemble.Upped) []kulkul.Observation {
	t.Helper()
	return rows(t, u.Process)
}

func rows(t testing.TB, p *assemble.Process) []kulkul.Observation {
	t.Helper()
	active, err := taxonomy.Open(t.Context(), p.Bus)
	if err != nil {
		t.Fatal(err)
	}
	version := active.Version()
	if version == "" {
		return nil
	}
	list, err := p.Store.Observations(t.Context(), version, 0, kulkul.DayOf(time.Now())+1, store.ObservationFilter{Untagged: true})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTenDaysOfRealFeeds pulls 158 real feeds through the whole pipeline: every
// item is stored exactly once, tagged and found; a second pull is answered with
// 304 and adds nothing.
func TestTenDaysOfRealFeeds(t *testing.T) {
	feeds, n := stream(t)
	p := publish(t, feeds)
	f := process()
	if sync := os.Getenv("KULKUL_SYNC"); sync != "" { // to measure what it costs
		f.Embedded.Sync = sync
	}
	policy := &f.Collector.Schedule
	policy.Floor, policy.Ceiling, policy.Jitter, policy.Adapt = 20*time.Second, 20*time.Second, 0, 0
	began := time.Now()
	u, _ := up(t, t.TempDir(), f, withSources(t, files(t), p.sources))
	ready := time.Now()
	eventually(t, 5*time.Minute, "storing every item", func() bool { return len(stored(t, u)) >= n })
	took := time.Since(ready)
	t.Logf("%d items of %d feeds stored in %v (%v after the start): %.0f items/s", n, len(feeds), took, time.Since(began), float64(n)/took.Seconds())

	list := stored(t, u)
	seen, tagged := map[string]int{}, 0
	for _, o := range list {
		seen[o.Item]++
		if len(o.Pairs) > 0 {
			tagged++
		}
	}
	if len(list) != n || len(seen) != n {
		t.Errorf("%d rows of %d items stored, want %d of each", len(list), len(seen), n)
	}
	t.Logf("%d of %d items carry a tag", tagged, n)
	if tagged == 0 {
		t.Error("nothing is tagged")
	}
	for name, items := range map[string][]rssItem{"first": feeds[p.sources[0].Name][:1], "last": feeds[p.sources[len(feeds)-1].Name][:1]} {
		title := items[0].Title
		page, err := u.Store.Items(t.Context(), store.ItemQuery{View: store.All(), Taxonomy: u.Active.Version(), Text: firstWords(title, 4), Limit: 50})
		if err != nil {
			t.Fatalf("search for %q: %v", title, err)
		}
		if !slices.ContainsFunc(page.Items, func(i kulkul.Tagged) bool { return i.Item.Title == title }) {
			t.Errorf("the %s feed's %q is not found by its words", name, title)
		}
	}

	eventually(t, 3*time.Minute, "a second pull of every feed", func() bool { return p.spare.Load() >= int64(len(feeds)) })
	if full := p.full.Load(); full != int64(len(feeds)) {
		t.Errorf("%d whole answers for %d feeds", full, len(feeds))
	}
	time.Sleep(2 * time.Second)
	if again := len(stored(t, u)); again != n {
		t.Errorf("%d rows after the second pull, want %d", again, n)
	}
}

func firstWords(s string, n int) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words[:min(n, len(words))], " ")
}
