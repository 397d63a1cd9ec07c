package bus_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// shorten gives a durable an AckWait that a test can wait for.
func shorten(t *testing.T, e enginetest.Engines, stream, durable string, to time.Duration) {
	t.Helper()
	conn, err := nats.Connect(e.NATS.URL, nats.Token(e.NATS.Token))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	c, err := js.Consumer(t.Context(), stream, durable)
	if err != nil {
		t.Fatal(err)
	}
	config := c.CachedInfo().Config
	config.AckWait = to
	if _, err := js.UpdateConsumer(t.Context(), stream, config); err != nil {
		t.Fatal(err)
	}
}

// TestASlowHandlerKeepsItsBatchAndNoMore: one consumer stands over its batch for
// many times the AckWait. Nothing of it is delivered again, and what it has not
// taken goes to another consumer meanwhile.
func TestASlowHandlerKeepsItsBatchAndNoMore(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	b, other := connect(t, e), connect(t, e)
	shorten(t, e, bus.Alerts, bus.Notifier, 600*time.Millisecond)
	var out []bus.Message
	for i := range 7 {
		out = append(out, message(t, bus.AlertSubject(kulkul.Firing, kulkul.High), fmt.Sprint(i), i))
	}
	if err := b.Publish(t.Context(), out...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	seen, by := map[string]int{}, map[string]int{}
	holding, free := make(chan struct{}), make(chan struct{})
	take := func(name string, slow bool) func(context.Context, []bus.Delivered) error {
		return func(_ context.Context, got []bus.Delivered) error {
			if slow {
				select {
				case <-holding:
				default:
					close(holding)
					<-free
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, d := range got {
				if err := d.Ack(); err != nil {
					return err
				}
				seen[d.ID]++
				by[name]++
				if d.Attempt != 1 {
					t.Errorf("%s was delivered %d times", d.ID, d.Attempt)
				}
			}
			if len(seen) == len(out) {
				cancel()
			}
			return nil
		}
	}
	var wait sync.WaitGroup
	run := func(b *bus.Bus, name string, slow bool) {
		wait.Go(func() {
			if err := b.Consume(ctx, bus.Alerts, bus.Notifier, bus.Batch{Size: 3, Linger: 50 * time.Millisecond}, take(name, slow), nil); err != nil {
				t.Error(err)
			}
		})
	}
	run(b, "slow", true)
	<-holding
	run(other, "quick", false)
	time.Sleep(3 * time.Second) // five AckWaits: what comes again would have come
	close(free)
	wait.Wait()
	if len(seen) != 7 || by["slow"] != 3 || by["quick"] != 4 {
		t.Errorf("seen %v, by %v", seen, by)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was handled %d times", id, n)
		}
	}
}
