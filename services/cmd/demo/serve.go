package demo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// SlowBy is how long the slow institute takes to answer.
const SlowBy = 4 * time.Second

// Site is one institute's web site, on a loopback address of its own so that
// politeness per host holds.
type Site struct {
	Institute
	URL      string // of its feed
	listener net.Listener
}

// Sites opens a listener for every institute of the world, on 127.0.1.1,
// 127.0.1.2 and so on, at ports the system chooses.
func (w World) Sites() ([]Site, error) {
	sites := make([]Site, 0, len(w.Institutes))
	for n, i := range w.Institutes {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.1.%d:0", n+1))
		if err != nil {
			for _, s := range sites {
				_ = s.listener.Close()
			}
			return nil, fmt.Errorf("listen for %s: %w", i.ID, err)
		}
		sites = append(sites, Site{Institute: i, URL: "http://" + l.Addr().String() + "/feed", listener: l})
	}
	return sites, nil
}

// Serve answers for all sites until ctx ends. now is the moment from which the
// stories' ages count.
func Serve(ctx context.Context, sites []Site, now time.Time) error {
	var wg sync.WaitGroup
	errs := make(chan error, len(sites))
	for _, s := range sites {
		server := &http.Server{Handler: s.handler(now), ReadHeaderTimeout: 5 * time.Second}
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		wg.Go(func() {
			defer stop()
			if err := server.Serve(s.listener); ctx.Err() == nil {
				errs <- fmt.Errorf("serve %s: %w", s.ID, err)
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func (s Site) handler(now time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed", func(w http.ResponseWriter, r *http.Request) {
		switch s.Behaviour {
		case "gone":
			http.Error(w, "this series has ended", http.StatusGone)
			return
		case "page":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintln(w, "<!doctype html><title>Monsoon Notes</title><p>The feed has moved, we forget where.")
			return
		case "slow":
			select {
			case <-time.After(SlowBy):
			case <-r.Context().Done():
				return
			}
		}
		kind, body, err := s.Render("http://"+s.listener.Addr().String(), now)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		tag := `"` + kulkul.Hash(string(body)) + `"`
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // the reader has gone: nobody to tell
	})
	return mux
}
