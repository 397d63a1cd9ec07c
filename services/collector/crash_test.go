package collector

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Whenever the collector is stopped, what it had fetched comes in once and
// whole after the next start.
func TestStoppedAtAnyMoment(t *testing.T) {
	w := newWorld(t)
	const feeds, entries = 6, 200
	var list []kulkul.Source
	for i := range feeds {
		titles := make([]string, entries)
		for j := range titles {
			titles[j] = fmt.Sprintf("Feed %d item %d", i, j)
		}
		text, tag := rss(titles...), fmt.Sprintf(`"%d"`, i)
		url := publisher(t, fmt.Sprintf("127.4.0.%d", i+1), func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				rw.WriteHeader(http.StatusNotModified)
				return
			}
			io.WriteString(rw, text)
		})
		list = append(list, source(fmt.Sprint("s", i), url, often))
	}
	w.sources(list...)
	for i := range 8 {
		stop := w.run()
		time.Sleep(time.Duration(i*7) * time.Millisecond)
		stop()
	}
	w.run()
	seen := map[string]bool{}
	w.until("every item came in", func() bool {
		for _, it := range w.items {
			if it.Revision != 1 {
				t.Fatalf("%s has revision %d", it.ID, it.Revision)
			}
			seen[it.ID] = true
		}
		return len(seen) == feeds*entries
	})
	for i := range feeds {
		w.until("validators are stored", func() bool { return w.record(fmt.Sprintf("s%d-feed", i)).ETag != "" })
	}
}

// A record that another has written meanwhile is no obstacle, and what a crash
// left untold is told at the next start.
func TestRecordsWrittenByAnother(t *testing.T) {
	w := newWorld(t)
	n := atomic.Int32{}
	w.sources(source("tank", publisher(t, "127.0.0.2", func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, rss(fmt.Sprint("Title ", n.Add(1))))
	}), often))
	stop := w.run()
	w.until("it is asked", func() bool { return len(w.fetches) >= 1 })
	bucket, err := w.bus.Bucket(t.Context(), bus.BucketPolls)
	if err != nil {
		t.Fatal(err)
	}
	r := w.record("tank-feed")
	m, err := bus.NewMessage(bus.FetchSubject("tank"), "fetch:left", kulkul.Fetch{ID: "left", Source: "tank", Feed: "tank-feed"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Put(t.Context(), "tank-feed", encoded(t, map[string]any{"state": r})); err != nil {
		t.Fatal(err)
	}
	w.until("it goes on", func() bool { return len(w.fetches) >= 3 })
	stop()
	if _, err := bucket.Put(t.Context(), "tank-feed", encoded(t, map[string]any{"state": r, "events": []bus.Message{m}})); err != nil {
		t.Fatal(err)
	}
	w.run()
	w.until("what was left is told", func() bool {
		for _, f := range w.fetches {
			if f.ID == "left" {
				return true
			}
		}
		return false
	})
}
