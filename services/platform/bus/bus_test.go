package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

func connect(t *testing.T, e enginetest.Engines) *bus.Bus {
	t.Helper()
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func open(t *testing.T) *bus.Bus { return connect(t, enginetest.Start(t, enginetest.NATS)) }

func message(t *testing.T, subject, id string, v any) bus.Message {
	t.Helper()
	m, err := bus.NewMessage(subject, id, v)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// consume runs a consumer until stop says so, and fails the test after 20 s.
func consume(t *testing.T, b *bus.Bus, stream, durable string, batch bus.Batch, handle func([]bus.Delivered) (stop bool, err error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	stopped := false
	err := b.Consume(ctx, stream, durable, batch, func(_ context.Context, got []bus.Delivered) error {
		stop, err := handle(got)
		if stop {
			stopped = true
			cancel()
		}
		return err
	}, nil)
	if err != nil || !stopped {
		t.Fatalf("consume ended: %v, stopped %v", err, stopped)
	}
}

func TestPublishedMessagesArriveOnceInOrder(t *testing.T) {
	b := open(t)
	var out []bus.Message
	for i := range 1000 {
		out = append(out, message(t, bus.CollectedSubject("s"), fmt.Sprintf("collected:%d", i), i))
	}
	for range 2 { // the second time deduplicated by id
		if err := b.Publish(t.Context(), out...); err != nil {
			t.Fatal(err)
		}
	}
	next := 0
	consume(t, b, bus.Collected, bus.Tagger, bus.Batch{Size: 100, Linger: 20 * time.Millisecond}, func(got []bus.Delivered) (bool, error) {
		if len(got) > 100 {
			t.Errorf("a batch of %d", len(got))
		}
		for _, d := range got {
			var v int
			if err := d.Decode(&v); err != nil || v != next {
				t.Fatalf("got %d, %v; want %d", v, err, next)
			}
			next++
			if err := d.Ack(); err != nil {
				t.Fatal(err)
			}
		}
		return next == 1000, nil
	})
}

func TestFailedBatchesComeAgainAndOthersGoOn(t *testing.T) {
	b := open(t)
	if err := b.Publish(t.Context(), message(t, bus.TaggedSubject("s"), "a", "a"), message(t, bus.TaggedSubject("s"), "b", "b")); err != nil {
		t.Fatal(err)
	}
	acked, failed := map[string]bool{}, false
	consume(t, b, bus.TaggedItem, bus.Archiver, bus.Batch{Size: 10, Linger: 50 * time.Millisecond}, func(got []bus.Delivered) (bool, error) {
		if !failed {
			failed = true
			return false, errors.New("database is away")
		}
		for _, d := range got {
			if d.Attempt < 2 {
				t.Errorf("%s: attempt %d, want a later one", d.ID, d.Attempt)
			}
			acked[d.ID] = d.Ack() == nil
		}
		return acked["a"] && acked["b"], nil
	})
}

func TestRejectedMessageDoesNotComeBack(t *testing.T) {
	b := open(t)
	if err := b.Publish(t.Context(), message(t, bus.TaggedSubject("s"), "bad", "bad"), message(t, bus.TaggedSubject("s"), "good", "good")); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	consume(t, b, bus.TaggedItem, bus.Archiver, bus.Batch{Size: 1}, func(got []bus.Delivered) (bool, error) {
		d := got[0]
		seen[d.ID]++
		if d.ID == "bad" {
			return false, d.Reject("cannot be read")
		}
		if d.Attempt == 1 {
			return false, d.Retry(300 * time.Millisecond)
		}
		return true, d.Ack()
	})
	if seen["bad"] != 1 || seen["good"] != 2 {
		t.Errorf("seen %v; want bad once, good twice", seen)
	}
}

func TestOtherPayloadVersions(t *testing.T) {
	b := open(t)
	for _, version := range []string{"2", "0", ""} {
		m := message(t, bus.TaggedSubject("s"), "v"+version, map[string]any{"item": 5})
		m.Version = version
		if err := b.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var sequences []uint64
	consume(t, b, bus.TaggedItem, bus.Archiver, bus.Batch{Size: 1}, func(got []bus.Delivered) (bool, error) {
		var v kulkul.Tagged
		err := got[0].Decode(&v)
		sequences = append(sequences, got[0].Sequence)
		want := "decode items.tagged.s #" + strconv.FormatUint(got[0].Sequence, 10)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "not read any more") != (got[0].Sequence == 2) {
			t.Errorf("decode gave %v; want an error that names subject and sequence, and the version of #2", err)
		}
		return len(sequences) == 2, got[0].Ack()
	})
	if slices.Contains(sequences, 1) {
		t.Error("a message of a newer version was handed over")
	}
}

func TestTouchedKeepsOneMessagePerSeries(t *testing.T) {
	b := open(t)
	pair := kulkul.Pair{Flashpoint: "kashmir", Area: kulkul.None}
	for i := range 50 {
		if err := b.Publish(t.Context(), message(t, bus.TouchedSubject(pair), "", i)); err != nil {
			t.Fatal(err)
		}
	}
	consume(t, b, bus.Touched, bus.Detector, bus.Batch{Size: 50, Linger: 100 * time.Millisecond}, func(got []bus.Delivered) (bool, error) {
		if len(got) != 1 || string(got[0].Body) != "49" {
			t.Errorf("%d messages, first %s; want the last one only", len(got), got[0].Body)
		}
		return true, got[0].Ack()
	})
}

func TestFollowersSeeAndHoldNothingBack(t *testing.T) {
	b := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	seen, standing := make(chan string, 10), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Follow(ctx, func() { close(standing) }, func(subject string, body []byte) { seen <- subject + " " + string(body) }, bus.AllTagged, bus.AllAlerts); err != nil {
			t.Error(err)
		}
	})
	<-standing
	if err := b.Publish(t.Context(), message(t, bus.TaggedSubject("s"), "1", 1)); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-seen:
		if got != "items.tagged.s 1" {
			t.Errorf("got %q", got)
		}
	case <-time.After(90 * time.Second):
		t.Error("nothing was seen")
	}
	cancel()
	wg.Wait()
}

func TestBucketComparesAndSets(t *testing.T) {
	b := open(t)
	k, err := b.Bucket(t.Context(), bus.BucketRevisions)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if _, err := k.Get(ctx, "a"); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("get of nothing: %v", err)
	}
	rev, err := k.Update(ctx, "a", []byte("1"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Update(ctx, "a", []byte("2"), 0); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("create over a key: %v", err)
	}
	if _, err := k.Update(ctx, "a", []byte("2"), rev+7); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("update at a wrong revision: %v", err)
	}
	revs, errs := k.UpdateMany(ctx, []bus.Entry{{Key: "a", Value: []byte("2"), Revision: rev}, {Key: "b", Value: []byte("1")}, {Key: "a", Value: []byte("3"), Revision: rev}})
	if errs[0] != nil || errs[1] != nil || !errors.Is(errs[2], bus.ErrConflict) {
		t.Errorf("update many: %v", errs)
	}
	if rev, err := k.Update(ctx, "a", []byte("2"), revs[0]); err != nil || rev <= revs[1] {
		t.Errorf("update at the revision that update many gave: %d, %v", rev, err)
	}
	if err := k.Delete(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	keys := []string{"a", "b", "missing"}
	for i := range 1500 {
		keys = append(keys, fmt.Sprintf("k%d", i))
	}
	if _, err := k.Put(ctx, "k1400", []byte("far")); err != nil {
		t.Fatal(err)
	}
	got, err := k.GetMany(ctx, keys)
	if err != nil || len(got) != 2 || string(got["a"].Value) != "2" || string(got["k1400"].Value) != "far" {
		t.Errorf("get many: %v, %v", got, err)
	}
	if got, err := k.GetMany(ctx, []string{"nothing"}); err != nil || len(got) != 0 {
		t.Errorf("get many of nothing: %v, %v", got, err)
	}
	entries, err := k.Load(ctx, ">")
	if err != nil || len(entries) != 2 {
		t.Errorf("load: %v, %v", entries, err)
	}
}

func TestOutboxPublishesWhatACrashLeft(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	b := connect(t, e)
	k, err := b.Bucket(t.Context(), bus.BucketAlerts)
	if err != nil {
		t.Fatal(err)
	}
	event := message(t, bus.AlertSubject(kulkul.Firing, kulkul.High), "event-1", "fired")
	// What a process leaves that dies between the write and the publish.
	left, err := json.Marshal(map[string]any{"state": "s1", "events": []bus.Message{event}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Put(t.Context(), "alert.x", left); err != nil {
		t.Fatal(err)
	}
	box := bus.NewOutbox(k)
	recovered := 0
	for range 2 { // the second time there is nothing left to publish
		if err := box.Recover(t.Context(), "alert.>", func(key string, state json.RawMessage, rev uint64) error {
			recovered++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if recovered != 2 {
		t.Errorf("recover saw %d states, want 1 each time", recovered)
	}
	var state string
	rev, err := box.Get(t.Context(), "alert.x", &state)
	if err != nil || state != "s1" {
		t.Fatalf("state %q, %v", state, err)
	}
	if _, err := box.Put(t.Context(), "alert.x", "s2", rev-1); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("write behind the fence: %v", err)
	}
	if rev, err = box.Put(t.Context(), "alert.x", "s2", rev, message(t, bus.AlertSubject(kulkul.Resolved, kulkul.High), "event-2", "over")); err != nil {
		t.Fatal(err)
	}
	if again, err := box.Get(t.Context(), "alert.x", &state); err != nil || again != rev || state != "s2" {
		t.Errorf("revision %d state %q %v, want %d s2", again, state, err, rev)
	}
	var ids []string
	consume(t, b, bus.Alerts, bus.Notifier, bus.Batch{Size: 10, Linger: 100 * time.Millisecond}, func(got []bus.Delivered) (bool, error) {
		for _, d := range got {
			ids = append(ids, d.ID)
			if err := d.Ack(); err != nil {
				return true, err
			}
		}
		return len(ids) >= 2, nil
	})
	if fmt.Sprint(ids) != "[event-1 event-2]" {
		t.Errorf("published %v", ids)
	}
}

// TestOutboxTellsWhatABrokenPublishLeft: the state is written, its event is
// refused by the stream; whoever reads the state before writing over it tells it.
func TestOutboxTellsWhatABrokenPublishLeft(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	b := connect(t, e)
	k, err := b.Bucket(t.Context(), bus.BucketAlerts)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(e.NATS.URL, nats.Token(e.NATS.Token))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(size int32) { // messages over a size are refused; -1: none is
		s, err := js.Stream(t.Context(), bus.Alerts)
		if err != nil {
			t.Fatal(err)
		}
		c := s.CachedInfo().Config
		c.MaxMsgSize = size
		if _, err := js.UpdateStream(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	box := bus.NewOutbox(k)
	seal(1)
	if _, err := box.Put(t.Context(), "alert.x", "s1", 0, message(t, bus.AlertSubject(kulkul.Firing, kulkul.High), "event-1", "fired")); err == nil {
		t.Fatal("the event was published into a stream that takes none")
	}
	var state string
	if _, err := box.Get(t.Context(), "alert.x", &state); err == nil {
		t.Fatal("a state was given out whose event can't be told")
	}
	seal(-1)
	if _, err := box.Put(t.Context(), "alert.x", "s2", 0); !errors.Is(err, bus.ErrConflict) {
		t.Fatalf("write over what was not read: %v", err)
	}
	first, err := box.Get(t.Context(), "alert.x", &state)
	if err != nil || state != "s1" {
		t.Fatalf("state %q, %v", state, err)
	}
	if _, err := box.Put(t.Context(), "alert.x", "s2", first, message(t, bus.AlertSubject(kulkul.Resolved, kulkul.High), "event-2", "over")); err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), bus.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.CachedInfo().State.Msgs; n != 2 {
		t.Errorf("%d events told, want 2", n)
	}
}

func TestOnlyOneHoldsTheLease(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	one, two := connect(t, e), connect(t, e)
	var mu sync.Mutex
	holders, most := 0, 0
	hold := func(context.Context) error {
		mu.Lock()
		holders++
		most = max(most, holders)
		mu.Unlock()
		time.Sleep(200 * time.Millisecond)
		mu.Lock()
		holders--
		mu.Unlock()
		return nil
	}
	var wg sync.WaitGroup
	for _, b := range []*bus.Bus{one, two} {
		wg.Go(func() {
			if err := b.WithLease(t.Context(), "tagger", "me", hold); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d held the lease at once", most)
	}
}

func TestWrongTokenIsRefusedAtOnce(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, "wrong"
	if _, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry()); err == nil || !strings.Contains(err.Error(), e.NATS.URL) {
		t.Errorf("got %v, want a refusal that names the server", err)
	}
}
