package lives_test

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// What cannot be told leaves its flashpoint open, and nothing is decided on it
// until it is told.
func TestAWriteThatFailsStaysOpenUntilItIsTold(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	bucket, err := b.Bucket(t.Context(), bus.BucketAlerts)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lives.Open(t.Context(), bus.NewOutbox(bucket))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context()); err != nil {
		t.Fatalf("nothing is open: %v", err)
	}
	sabah := life.Flashpoint{Flashpoint: "sabah", Episode: 7}
	astray, err := bus.NewMessage("no.stream.takes.this", "event-1", "fired")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Put(t.Context(), sabah, astray); err == nil || errors.Is(err, bus.ErrConflict) {
		t.Fatalf("told where nobody takes it: %v", err)
	}
	if err := l.Settle(t.Context()); err == nil {
		t.Fatal("settled what is still not told")
	}
	// Now somebody takes it, and the flashpoint is read as it was written.
	e1, err := bus.NewMessage(bus.AlertSubject(kulkul.Firing, kulkul.High), "event-1", "fired")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.UpdateJSON(t.Context(), "flashpoint.sabah", map[string]any{"state": sabah, "events": []bus.Message{e1}}, last(t, bucket)); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := l.Get("sabah").Episode; got != 7 {
		t.Errorf("episode %d, want what was written", got)
	}
	sabah.Episode++
	if err := l.Put(t.Context(), sabah); err != nil {
		t.Errorf("write after settling: %v", err)
	}
}

func last(t *testing.T, b *bus.Bucket) uint64 {
	t.Helper()
	e, err := b.Get(t.Context(), "flashpoint.sabah")
	if err != nil {
		t.Fatal(err)
	}
	return e.Revision
}
