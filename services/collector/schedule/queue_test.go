package schedule

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestQueueOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(10*time.Second, time.Now)
		start := time.Now()
		at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
		q.Put("b", "one", at(2))
		q.Put("a", "one", at(1))
		q.Put("c", "two", at(3))
		q.Put("d", "two", at(0))
		q.Put("gone", "two", at(0))
		q.Remove("gone")
		q.Remove("never there")
		for _, want := range []struct {
			id, host string
			at       int
		}{{"d", "two", 0}, {"a", "one", 1}, {"c", "two", 10}, {"b", "one", 11}} {
			id, host, err := q.Take(t.Context())
			if err != nil || id != want.id || host != want.host || !time.Now().Equal(at(want.at)) {
				t.Fatalf("%s of %s after %s (%v), want %+v", id, host, time.Since(start), err, want)
			}
			q.Leave(host)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if id, _, err := q.Take(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("taken again: %q, %v", id, err)
		}
		if q.Len() != 4 {
			t.Errorf("%d feeds", q.Len())
		}
	})
}

// A feed put while Take sleeps wakes it.
func TestQueueWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(0, time.Now)
		start := time.Now()
		q.Put("later", "h", start.Add(24*time.Hour))
		go func() {
			time.Sleep(time.Minute)
			q.Put("sooner", "g", time.Now().Add(time.Minute))
		}()
		id, _, err := q.Take(t.Context())
		if err != nil || id != "sooner" || time.Since(start) != 2*time.Minute {
			t.Errorf("%q after %s, %v", id, time.Since(start), err)
		}
	})
}

func TestQueueTurnsAndHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(5*time.Second, time.Now)
		start := time.Now()
		q.Put("a", "h", start)
		if _, _, err := q.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
		entered := make(chan time.Duration)
		go func() { // a redirect that leads to h
			if err := q.Enter(t.Context(), "h"); err != nil {
				t.Error(err)
			}
			entered <- time.Since(start)
			q.Leave("h")
		}()
		time.Sleep(30 * time.Second)
		q.Put("b", "h", time.Now())
		q.Leave("h")
		if got := <-entered; got != 35*time.Second {
			t.Errorf("entered after %s", got)
		}
		if id, _, _ := q.Take(t.Context()); id != "b" || time.Since(start) != 40*time.Second {
			t.Errorf("%s after %s", id, time.Since(start))
		}
		q.Hold("h", start.Add(time.Hour))
		q.Leave("h")
		q.Put("c", "h", time.Now())
		if id, _, _ := q.Take(t.Context()); id != "c" || time.Since(start) != time.Hour {
			t.Errorf("%s after %s", id, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Enter(ctx, "h"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("entered a busy host: %v", err)
		}
	})
}

// Hosts that redirects lead to are forgotten.
func TestQueueForgetsHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(time.Second, time.Now)
		for i := range 5000 {
			name := fmt.Sprint("host-", i)
			if err := q.Enter(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			q.Leave(name)
			time.Sleep(100 * time.Millisecond)
		}
		if len(q.hosts) > 600 {
			t.Errorf("%d hosts are remembered", len(q.hosts))
		}
	})
}
