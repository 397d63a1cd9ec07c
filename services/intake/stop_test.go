package intake

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Stopped at whatever moment of its start, Run ends without an error.
func TestStoppedAtAnyMoment(t *testing.T) {
	w := newWorld(t, nil)
	for i := range 12 {
		s, err := New(w.config, Deps{Bus: w.bus, Settings: w.settings, Metrics: prometheus.NewRegistry(), Now: time.Now,
			Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*2*time.Millisecond)
		if err := s.Run(ctx); err != nil {
			t.Errorf("stopped after %d ms: %v", 2*i, err)
		}
		cancel()
	}
}

// What is pushed before everything is open is told to wait; an address that is
// taken is an error of Run.
func TestNotReadyYet(t *testing.T) {
	w := newWorld(t, nil)
	c := w.config
	c.Listen = strings.TrimPrefix(w.url, "http://")
	s, err := New(c, Deps{Bus: w.bus, Settings: w.settings, Metrics: prometheus.NewRegistry(), Now: time.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if s.Ready(t.Context()) == nil || s.Addr() != nil {
		t.Error("ready before Run")
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("Run on a taken address: %v", err)
	}
	w.service.ready.Store(false)
	for _, path := range []string{"/v1/items", "/v1/feeds", "/v1/websub/tank-web"} {
		if s := w.ask("POST", path, "kk_a_b", "{}"); s.status != 503 || s.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, s.status, s)
		}
	}
	w.service.ready.Store(true)
}

func TestConfigurationThatCannotWork(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"wire": func(c *Config) { c.MaxWire = 0 }, "decoded": func(c *Config) { c.MaxDecoded = 0 }, "items": func(c *Config) { c.MaxItems = 0 },
		"too many items": func(c *Config) { c.MaxItems = 5000 }, "places": func(c *Config) { c.Concurrent = 0 },
		"address": func(c *Config) { c.PublicURL = "push.example" }, "scheme": func(c *Config) { c.PublicURL = "ftp://push.example" },
		"network": func(c *Config) { c.Dial.Allow = []string{"home"} },
	} {
		c := DefaultConfig()
		change(&c)
		if _, err := New(c, Deps{Metrics: prometheus.NewRegistry()}); err == nil || !strings.HasPrefix(err.Error(), "intake: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
