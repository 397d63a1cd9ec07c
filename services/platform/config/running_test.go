package config_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

func open(t *testing.T) *bus.Bus {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func start(t *testing.T, b *bus.Bus, seed fstest.MapFS) *config.Running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := config.Start(ctx, b, seed)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); r.Wait() })
	return r
}

func TestRunningConfiguration(t *testing.T) {
	b := open(t)
	seed := fstest.MapFS{
		"sources.yaml":          {Data: []byte(goodSource)},
		"taxonomy/areas/x.yaml": {Data: []byte("name: {en: X}")},
		"kulkul.yaml":           {Data: []byte("bus: {}")},
		"taxonomy/README.md":    {Data: []byte("not read")},
	}
	r := start(t, b, seed)
	s := r.Current()
	if s.Version != 1 || len(s.Files) != 2 {
		t.Fatalf("version %d with %v; want 1 with sources and one taxonomy file", s.Version, s.Paths())
	}
	if _, ok := s.Source("bukit"); !ok {
		t.Error("source bukit is not found")
	}

	// A second process starts on what the bucket holds, whatever its files say.
	other := start(t, b, fstest.MapFS{"sources.yaml": {Data: []byte("sources: []")}})
	if len(other.Current().Sources) != 1 {
		t.Fatalf("the second process sees %d sources, want 1", len(other.Current().Sources))
	}

	changed := other.Subscribe(t.Context())
	files := maps.Clone(s.Files)
	files["sources.yaml"] = []byte("sources: []")
	if _, err := r.Save(t.Context(), files, 1, "ana", "nobody publishes"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	case <-time.After(90 * time.Second):
		t.Fatal("the second process was not told of the change")
	}
	if got := other.Current(); got.Version != 2 || len(got.Sources) != 0 {
		t.Errorf("version %d with %d sources, want 2 with none", got.Version, len(got.Sources))
	}

	if _, err := r.Save(t.Context(), files, 1, "bob", "too late"); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("saving on an old version gave %v, want a conflict", err)
	}
	files["sources.yaml"] = []byte("sources: [{id: BAD}]")
	var faults config.Problems
	if _, err := r.Save(t.Context(), files, 2, "bob", "broken"); !errors.As(err, &faults) {
		t.Errorf("saving faults gave %v, want Problems", err)
	}
	history, err := r.History(t.Context())
	if err != nil || len(history) != 2 || history[0].By != "ana" || history[1].By != "kulkul" {
		t.Errorf("history %+v, %v", history, err)
	}
	old, err := r.Load(t.Context(), 1)
	if err != nil || len(old.Sources) != 1 {
		t.Errorf("version 1 read back: %v, %v", old, err)
	}
}

func TestSeedWithFaultsIsRefused(t *testing.T) {
	b := open(t)
	_, err := config.Start(t.Context(), b, fstest.MapFS{"sources.yaml": {Data: []byte("sorces: []")}})
	var faults config.Problems
	if !errors.As(err, &faults) {
		t.Fatalf("got %v, want Problems", err)
	}
}
