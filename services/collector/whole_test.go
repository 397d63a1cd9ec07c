package collector

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Validators go back as they came; a feed that is to be asked unconditionally
// never gets them, and every feed is asked without them now and then, since some
// servers never change theirs.
func TestWholeAnswers(t *testing.T) {
	w := newWorld(t)
	w.config.WholeEvery = 4 * time.Second
	var mu sync.Mutex
	asked := map[string][]bool{} // by path: with validators or without
	url := publisher(t, "127.0.0.2", func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		with := r.Header.Get("If-None-Match") == `W/"odd, one"` && r.Header.Get("If-Modified-Since") == "yesterday"
		asked[r.URL.Path] = append(asked[r.URL.Path], with)
		rw.Header().Set("ETag", `W/"odd, one"`)
		rw.Header().Set("Last-Modified", "yesterday")
		if with {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(rw, rss("T"))
	})
	plain, never := source("plain", url+"/plain", often), source("never", url+"/never", often)
	never.Feeds[0].Unconditional = true
	w.sources(plain, never)
	w.run()
	count := func(path string) (with, without int) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range asked[path] {
			if v {
				with++
			} else {
				without++
			}
		}
		return with, without
	}
	w.until("both ways are seen", func() bool {
		with, without := count("/plain")
		_, always := count("/never")
		return with >= 3 && without >= 3 && always >= 4
	})
	if with, _ := count("/never"); with > 0 {
		t.Errorf("validators were sent %d times to a feed that is to be asked without", with)
	}
	mu.Lock()
	defer mu.Unlock()
	if asked["/plain"][0] || !asked["/plain"][1] {
		t.Errorf("the first answers: %v", asked["/plain"])
	}
}
