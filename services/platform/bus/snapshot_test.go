package bus_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// TestSnapshotOrderFollowsTheFlow: a stream comes after what its publishers
// remember and before what its consumers do, but for reviews, which the console
// writes without remembering, and health, which all write and nobody waits for.
func TestSnapshotOrderFollowsTheFlow(t *testing.T) {
	streams, buckets := bus.Topology()
	order := bus.SnapshotOrder()
	at := func(name string) int {
		n := slices.Index(order, name)
		if n < 0 {
			t.Errorf("%s is in no backup", name)
		}
		return n
	}
	written := map[string][]string{} // by service
	for _, k := range buckets {
		if k.Name == bus.BucketLeases {
			continue
		}
		for _, w := range k.Writers {
			written[w] = append(written[w], "KV_"+k.Name)
		}
		at("KV_" + k.Name)
	}
	// What an input leaves is taken after it; the journal and the amendments
	// follow from messages, so they stand between input and output.
	for _, s := range streams {
		if at(s.Name) < 0 {
			continue
		}
		for _, d := range s.Durables {
			if s.Name == bus.Jobs || s.Name == bus.Rejected || s.Name == bus.Deliveries {
				continue
			}
			for _, k := range written[d.Name] {
				if at(k) < at(s.Name) {
					t.Errorf("%s is taken before %s, which the %s reads: what it did would be remembered and done no more", k, s.Name, d.Name)
				}
			}
		}
		if s.Name == bus.Reviews || s.Name == bus.Health {
			continue
		}
		for _, p := range s.Publishers {
			for _, k := range written[p] {
				if at(k) > at(s.Name) && p != "kulkul" && s.Name != bus.Rejected {
					t.Errorf("%s is taken after %s, into which the %s publishes: what it remembers as published would be missing", k, s.Name, p)
				}
			}
		}
	}
	if want := len(streams) + len(buckets) - 1; len(order) != want {
		t.Errorf("%d streams and buckets in the order, want %d", len(order), want)
	}
}

// TestSnapshotComesBackWithSequencesAndHowFarDurablesAre, on another server.
func TestSnapshotComesBackWithSequencesAndHowFarDurablesAre(t *testing.T) {
	from, ctx := open(t), t.Context()
	for n, id := range []string{"a", "b", "c"} {
		if err := from.Publish(ctx, message(t, bus.CollectedSubject("s"), "collected:"+id, n)); err != nil {
			t.Fatal(err)
		}
	}
	consume(t, from, bus.Collected, bus.Tagger, bus.Batch{Size: 2, Linger: 0}, func(got []bus.Delivered) (bool, error) {
		return true, got[0].Ack() // the first only
	})
	bucket := must(from.Bucket(ctx, bus.BucketAlerts))
	must(bucket.Put(ctx, "alert.x", []byte("1")))
	rev := must(bucket.Put(ctx, "alert.x", []byte("2")))

	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	bare := must(bus.Dial(ctx, "test", c, prometheus.NewRegistry()))
	defer bare.Close()
	if found, err := bare.Occupied(ctx); err != nil || len(found) != 0 {
		t.Fatalf("an empty server has %v, error %v", found, err)
	}
	for _, name := range bus.SnapshotOrder() {
		var data bytes.Buffer
		s, err := from.Snapshot(ctx, name, &data)
		if err != nil {
			t.Fatal(err)
		}
		raw := data.Bytes()
		if err := bare.Restore(ctx, s, bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
		if err := bare.Restore(ctx, s, bytes.NewReader(raw)); err == nil {
			t.Errorf("%s was restored over itself", name)
		}
	}
	if found, err := bare.Occupied(ctx); err != nil || !slices.Equal(found, bus.SnapshotOrder()) {
		t.Errorf("after the restore there is %v, error %v", found, err)
	}
	if _, err := bare.Snapshot(ctx, "NOTHING", new(bytes.Buffer)); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("a snapshot of nothing: %v", err)
	}

	to := connect(t, e) // provisioning finds them as they should be
	again := must(to.Bucket(ctx, bus.BucketAlerts))
	if entry, err := again.Get(ctx, "alert.x"); err != nil || string(entry.Value) != "2" || entry.Revision != rev {
		t.Errorf("entry %+v, error %v, want revision %d", entry, err, rev)
	}
	for _, s := range must(to.Streams(ctx)) {
		if s.Name != bus.Collected {
			continue
		}
		if d := s.Durables[0]; s.Messages != 2 || d.Waiting+uint64(d.Out) != 2 {
			t.Errorf("%d messages, %d wait and %d are out, want the 2 that were not acknowledged", s.Messages, d.Waiting, d.Out)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
