package collector

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFetchOnce(t *testing.T) {
	url := publisher(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			w.Header().Set("ETag", `"7"`)
			w.Header().Set("Cache-Control", "max-age=7200")
			w.Header().Set("Link", `<https://hub.example/>; rel="hub"`)
			io.WriteString(w, rss("One", "Two"))
		case "/old":
			http.Redirect(w, r, "/feed", http.StatusMovedPermanently)
		case "/page":
			io.WriteString(w, `<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/feed"></head></html>`)
		case "/busy":
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	c := DefaultConfig()
	c.Dial.Allow = []string{"127.0.0.0/8"}
	now := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	look := func(path string) Glance {
		t.Helper()
		g, err := FetchOnce(t.Context(), c, url+path, "@every 30m", func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	g := look("/feed")
	if g.Status != 200 || g.Items != 2 || g.Title != "Feed" || g.Format != "rss" || g.ETag != `"7"` || g.Hub != "https://hub.example/" ||
		g.Newest.Format(time.DateOnly) != "2026-01-06" || g.Fault != "" || len(g.First) != 2 || g.First[1].Title != "Two" {
		t.Errorf("%+v", g)
	}
	if g.Next.Sub(now) != 2*time.Hour || !strings.Contains(g.Why, "Cache-Control") {
		t.Errorf("next in %s because of %s", g.Next.Sub(now), g.Why)
	}
	if g = look("/old"); g.Moved != url+"/feed" || g.Final != url+"/feed" || g.Redirects != 1 || g.Items != 2 {
		t.Errorf("%+v", g)
	}
	if g = look("/page"); g.Fault != "not_a_feed" || len(g.Feeds) != 1 || g.Feeds[0].URL != url+"/feed" || g.Feeds[0].Title != "News" {
		t.Errorf("%+v", g)
	}
	if g = look("/busy"); g.Fault != "limited" || g.Next.Sub(now) != 24*time.Hour || !strings.Contains(g.Why, "Retry-After") {
		t.Errorf("%+v", g)
	}
	c.Dial.Allow = nil
	if g = look("/feed"); g.Fault != "refused_address" || !strings.Contains(g.Error, "loopback") {
		t.Errorf("%+v", g)
	}
	if _, err := FetchOnce(t.Context(), c, url, "now and then", time.Now); err == nil {
		t.Error("a schedule that is none")
	}
}

func TestConfigurationThatCannotWork(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"connections": func(c *Config) { c.Connections = 0 },
		"slow":        func(c *Config) { c.SlowConnections = 0 },
		"timeout":     func(c *Config) { c.Fetch.Timeout = 0 },
		"ceiling":     func(c *Config) { c.Schedule.Ceiling = c.Schedule.Floor - 1 },
		"floor":       func(c *Config) { c.Schedule.Floor = -1 },
		"jitter":      func(c *Config) { c.Schedule.Jitter = 1.5 },
		"adopt":       func(c *Config) { c.AdoptAfter = 0 },
		"gone":        func(c *Config) { c.GoneAfter = 0 },
		"network":     func(c *Config) { c.Dial.Allow = []string{"home"} },
	} {
		c := DefaultConfig()
		change(&c)
		if _, err := FetchOnce(t.Context(), c, "http://example.org/", "@every 1h", time.Now); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := DefaultConfig().check(); err != nil {
		t.Error(err)
	}
}
