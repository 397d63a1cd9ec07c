package e2e

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// drip serves feeds that grow: of each the part that was released so far.
type drip struct {
	sources []kulkul.Source
	items   int
	part    atomic.Int64 // released, in thousandths
}

// dripped serves feeds, each on a loopback address of its own, from owners in
// five countries.
func dripped(t testing.TB, feeds map[string][]rssItem) *drip {
	t.Helper()
	d := &drip{}
	countries := []string{"SG", "MY", "PH", "TH", "VN"}
	for n, name := range slices.Sorted(maps.Keys(feeds)) {
		l, err := net.Listen("tcp", fmt.Sprintf("127.1.%d.%d:0", n/200, 1+n%200))
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: d.handler(name, feeds[name]), ReadHeaderTimeout: 5 * time.Second}
		go func() { _ = server.Serve(l) }() // ends with Close
		t.Cleanup(func() { _ = server.Close() })
		id := fmt.Sprintf("feed-%03d", n)
		d.items += len(feeds[name])
		d.sources = append(d.sources, kulkul.Source{ID: id, Name: name, Owner: id, Country: countries[n%5], Track: kulkul.TrackMedia, Reliability: "B", Language: "en",
			Since: time.Now().AddDate(-1, 0, 0).UTC().Truncate(24 * time.Hour),
			Feeds: []kulkul.Feed{{ID: id, URL: "http://" + l.Addr().String() + "/feed", Schedule: "@every 1s"}}})
	}
	return d
}

// release makes the first of every thousand items of each feed seen.
func (d *drip) release(thousandths int) { d.part.Store(int64(thousandths)) }

func (d *drip) handler(name string, items []rssItem) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := len(items) * int(d.part.Load()) / 1000
		if len(items) == 1 && (d.part.Load() >= 500 || strings.HasPrefix(name, "Past ")) {
			n = 1
		}
		tag := fmt.Sprintf("%q", fmt.Sprint(n))
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		_ = xml.NewEncoder(w).Encode(struct { // whoever asked may be dead by now
			XMLName xml.Name  `xml:"rss"`
			Version string    `xml:"version,attr"`
			Title   string    `xml:"channel>title"`
			Items   []rssItem `xml:"channel>item"`
		}{Version: "2.0", Title: name, Items: items[:n]})
	})
}

// invented feeds: each of n has as many items; and a burst.
func invented(n, items int) map[string][]rssItem {
	feeds := map[string][]rssItem{}
	for f := range n {
		name := fmt.Sprintf("Gazette %02d", f)
		for i := range items {
			id := fmt.Sprintf("%d-%d", f, i)
			feeds[name] = append(feeds[name], rssItem{GUID: id, Link: "https://gazette.example/" + id, Title: fmt.Sprintf("Harbour report %s of the season", id),
				Date: time.Now().UTC().AddDate(0, 0, -i%20).Format(time.RFC1123Z)})
		}
	}
	return burst(feeds)
}

// burst adds five feeds that report one event, and two more from its series'
// past.
func burst(feeds map[string][]rssItem) map[string][]rssItem {
	words := []string{"at dawn", "before noon prayers", "while ships waited", "as talks stalled again", "under heavy rain"}
	for n, word := range words {
		id := fmt.Sprintf("burst-%d", n)
		feeds["Press "+id] = []rssItem{{GUID: id, Link: "https://" + id + ".example/1", Date: time.Now().UTC().Format(time.RFC1123Z),
			Title: fmt.Sprintf("Coast guard vessels collide near Scarborough Shoal, witness number %d of the South China Sea says %s", n*37+11, word)}}
	}
	for days := range 2 {
		id := fmt.Sprintf("past-%d", days)
		feeds["Past "+id] = []rssItem{{GUID: id, Link: "https://" + id + ".example/1", Date: time.Now().AddDate(0, 0, -60-days).UTC().Format(time.RFC1123Z),
			Title: fmt.Sprintf("A quiet quarter near Scarborough Shoal in the South China Sea, part %d", days)}}
	}
	return feeds
}

// ofTheStream is about as many items of the stream, by whole feeds, with a
// burst.
func ofTheStream(t testing.TB, limit int) map[string][]rssItem {
	t.Helper()
	all, _ := stream(t)
	feeds, n := map[string][]rssItem{}, 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if n >= limit && len(feeds) >= 5 {
			break
		}
		feeds[name] = all[name]
		n += len(all[name])
	}
	return burst(feeds)
}

// configured writes a configuration folder that watches these feeds.
func (d *drip) configured(t testing.TB, engines string) string {
	t.Helper()
	dir := t.TempDir()
	for path, raw := range withSources(t, files(t), d.sources) {
		at := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "kulkul.yaml"),
		"telemetry: {listen: '127.0.0.1:0', level: error}", "console: {listen: '127.0.0.1:0'}",
		"intake: {listen: '127.0.0.1:0', dial: {allow: [127.0.0.0/8]}}",
		"collector: {dial: {allow: [127.0.0.0/8]}, host_gap: 10ms, spread: 0s, schedule: {floor: 1s, ceiling: 1s, back_off: 1s, jitter: 0, adapt: 0}}",
		engines)
	if _, err := os.Stat(filepath.Join(dir, config.SourcesFile)); err != nil {
		t.Fatal(err)
	}
	return dir
}
