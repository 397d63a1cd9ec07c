package collector

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"sort"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type streamItem struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Summary   string    `json:"summary"`
	Link      string    `json:"link"`
	Source    string    `json:"source"`
	Published time.Time `json:"published"`
}

type xmlItem struct {
	GUID        string `xml:"guid"`
	Link        string `xml:"link"`
	Title       string `xml:"title"`
	Description string `xml:"description"`
	Date        string `xml:"pubDate"`
}

// documents makes one RSS document of each feed of the stream.
func documents(t testing.TB) (map[string][]byte, int) {
	t.Helper()
	feeds, n := map[string][]xmlItem{}, 0
	lines(t, sharedFile(t, "corpora/stream.jsonl.gz"), func(raw json.RawMessage) {
		var it streamItem
		if err := json.Unmarshal(raw, &it); err != nil {
			t.Fatal(err)
		}
		feeds[it.Source] = append(feeds[it.Source], xmlItem{it.ID, it.Link, it.Title, it.Summary, it.Published.Format(time.RFC1123Z)})
		n++
	})
	out := map[string][]byte{}
	for name, items := range feeds {
		body, err := xml.Marshal(struct {
			XMLName xml.Name  `xml:"rss"`
			Version string    `xml:"version,attr"`
			Title   string    `xml:"channel>title"`
			Items   []xmlItem `xml:"channel>item"`
		}{Version: "2.0", Title: name, Items: items})
		if err != nil {
			t.Fatal(err)
		}
		out[name] = body
	}
	return out, n
}

// Ten days of 158 real feeds come in once; a second pull costs 158 answers of
// 304 and adds nothing.
func TestRealStream(t *testing.T) {
	docs, n := documents(t)
	w := newWorld(t)
	names := make([]string, 0, len(docs))
	for name := range docs {
		names = append(names, name)
	}
	sort.Strings(names)
	var sources []kulkul.Source
	for i, name := range names {
		tag := fmt.Sprintf(`"%d"`, i)
		url := publisher(t, fmt.Sprintf("127.0.%d.%d", 1+i/200, 1+i%200), func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				rw.WriteHeader(http.StatusNotModified)
				return
			}
			rw.Write(docs[name])
		})
		sources = append(sources, source(fmt.Sprintf("s%d", i), url, yearly))
	}
	w.sources(sources...)
	start := time.Now()
	stop := w.run()
	w.until("every feed was asked", func() bool { return len(w.fetches) >= len(names) })
	took := time.Since(start)
	w.until("every item came in", func() bool { return len(w.items) >= n })
	t.Logf("%d items of %d feeds in %s: %.0f items/s", n, len(names), took.Round(time.Millisecond), float64(n)/took.Seconds())
	stop()
	ids := map[string]bool{}
	for _, it := range w.items {
		ids[it.ID] = true
	}
	if len(ids) != n || len(w.items) != n || len(w.rejects) != 0 {
		t.Fatalf("%d items with %d ids, want %d; %d rejected", len(w.items), len(ids), n, len(w.rejects))
	}
	for i := range sources {
		sources[i].Feeds[0].Schedule = "@every 1s"
	}
	w.sources(sources...)
	stop = w.run()
	w.until("every feed was asked again", func() bool { return len(w.fetches) >= 2*len(names) })
	stop()
	for _, f := range w.fetches[len(names):] {
		if f.Status != http.StatusNotModified || f.New+f.Revised > 0 {
			t.Errorf("%s: status %d, %d new", f.Feed, f.Status, f.New)
		}
	}
	if len(w.items) != n {
		t.Errorf("the second pull added %d", len(w.items)-n)
	}
}
