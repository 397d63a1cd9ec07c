// Package telemetry is how a process tells of itself: a structured log, a
// registry of metrics, health answers over HTTP, trace identities.
//
// In: what a service counts and logs. Out: text on stderr, /metrics, /healthz
// and /readyz. Called by cmd, which hands its parts to the services.
package telemetry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Config says how much is told and where.
type Config struct {
	// Listen is the address of /metrics, /healthz and /readyz; empty: none.
	Listen string `yaml:"listen"`
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // text, json
}

// DefaultConfig tells at info level, as text, and listens nowhere.
func DefaultConfig() Config { return Config{Level: "info", Format: "text"} }

// Logger writes to w as the configuration says.
func Logger(w io.Writer, c Config) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		return nil, fmt.Errorf("log level %q: want debug, info, warn or error", c.Level)
	}
	opts := &slog.HandlerOptions{Level: level}
	switch c.Format {
	case "json":
		return slog.New(slog.NewJSONHandler(w, opts)), nil
	case "text":
		return slog.New(slog.NewTextHandler(w, opts)), nil
	}
	return nil, fmt.Errorf("log format %q: want text or json", c.Format)
}

// Registry holds the process's metrics, Go's and the process's own included.
func Registry(version string) *prometheus.Registry {
	reg := prometheus.NewRegistry()
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_build_info",
		Help: "1, labelled with the version that runs.", ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	reg.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// Handler answers /metrics from the registry, /healthz while the process
// lives, and /readyz with 200 where ready gives nil and else 503 with its text.
func Handler(reg *prometheus.Registry, ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}

// Traceparent makes a W3C Trace Context header (version 00, sampled) for a new
// trace; it travels with an item from the first fetch to the last mail.
func Traceparent() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return "00-" + hex.EncodeToString(b[:16]) + "-" + hex.EncodeToString(b[16:]) + "-01"
}
