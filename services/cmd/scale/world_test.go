package scale

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/collector"
	"github.com/kulkul-ews/kulkul/services/embedded/natsd"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// world is the collector on a NATS server of its own, with everything taken off
// COLLECTED as the tagger would.
type world struct {
	items atomic.Int64
	close func()
}

// start runs the collector of a configuration against the publishers.
func start(t *testing.T, dir string, p *publishers, c collector.Config, connect dial.Connect) *world {
	t.Helper()
	server, err := natsd.Start(t.Context(), natsd.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	bc := bus.DefaultConfig()
	bc.InProcess = server.Provider()
	b, err := bus.Connect(t.Context(), "scale", bc, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	settings, err := config.Start(ctx, b, fstest.MapFS{config.SourcesFile: {Data: p.sources(t)}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := collector.New(c, collector.Deps{Bus: b, Settings: settings, Metrics: prometheus.NewRegistry(), Now: time.Now, Connect: connect,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{}
	done := make(chan error, 2)
	go func() { done <- s.Run(ctx) }()
	go func() {
		done <- b.Consume(ctx, bus.Collected, bus.Tagger, bus.Batch{Size: 500, Linger: time.Second}, func(_ context.Context, batch []bus.Delivered) error {
			for _, d := range batch {
				w.items.Add(1)
				if err := d.Ack(); err != nil {
					return err
				}
			}
			return nil
		}, func(error) {})
	}()
	w.close = func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		settings.Wait()
		b.Close()
		server.Shutdown()
	}
	return w
}

// sources is a configuration of all feeds, those of one host in one source.
func (p *publishers) sources(t *testing.T) []byte {
	t.Helper()
	list := make([]kulkul.Source, p.hosts)
	for h := range list {
		id := fmt.Sprint("host-", h)
		list[h] = kulkul.Source{ID: id, Name: id, Owner: id, Track: kulkul.TrackMedia, Reliability: "C"}
	}
	for n := range p.feeds {
		h := n % p.hosts
		list[h].Feeds = append(list[h].Feeds, kulkul.Feed{ID: fmt.Sprint("feed-", n), URL: fmt.Sprint(p.address(h), "/feed/", n),
			Schedule: "@every " + p.every.String()})
	}
	raw, err := json.Marshal(map[string]any{"sources": list}) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// heap is what lives after a collection, in bytes. Two collections empty the
// pools, whose timers must not go from virtual to real time.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
