package notifier

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
)

func entry(id, recipient string, episode int, order int64) ledger.Entry {
	return ledger.Entry{Delivery: kulkul.Delivery{ID: id, Recipient: recipient, Flashpoint: "sabah", Episode: episode}, Order: order}
}

func next(t *testing.T, q *queue) ledger.Entry {
	t.Helper()
	e, ok := q.next(t.Context())
	if !ok {
		t.Fatal("the queue ended")
	}
	return e
}

func TestOneRecipientsTroubleHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(time.Now)
		q.add(entry("a2", "ana", 1, 2), entry("a1", "ana", 1, 1), entry("b1", "ben", 1, 3))
		a1 := next(t, q)
		if a1.Delivery.ID != "a1" {
			t.Fatalf("first came %s", a1.Delivery.ID)
		}
		q.later(a1, time.Minute)
		if got := next(t, q); got.Delivery.ID != "b1" {
			t.Fatalf("while ana's rests came %s", got.Delivery.ID)
		}
		start := time.Now()
		for _, want := range []string{"a1", "a2"} { // order is kept
			got := next(t, q)
			if got.Delivery.ID != want || time.Since(start) != time.Minute {
				t.Errorf("%s after %s, want %s after a minute", got.Delivery.ID, time.Since(start), want)
			}
			q.done(got)
		}
	})
}

func TestWhatIsQueuedIsNotQueuedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(time.Now)
		q.add(entry("a1", "ana", 1, 1))
		q.add(entry("a1", "ana", 1, 1))
		e := next(t, q)
		q.add(entry("a1", "ana", 1, 1)) // in hand
		q.done(e)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if e, ok := q.next(ctx); ok {
			t.Errorf("%s came twice", e.Delivery.ID)
		}
	})
}

func TestQuietHoursAreWaitedForAndAnUrgentMailTakesItsThreadAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, start := newQueue(time.Now), time.Now()
		first, other, urgent := entry("first", "ana", 1, 1), entry("other", "ana", 2, 2), entry("urgent", "ana", 1, 3)
		first.Next, other.Next = start.Add(6*time.Hour), start.Add(6*time.Hour)
		q.add(first, other)
		q.add(urgent)
		for _, want := range []struct {
			id    string
			after time.Duration
		}{{"first", 0}, {"urgent", 0}, {"other", 6 * time.Hour}} {
			got := next(t, q)
			if got.Delivery.ID != want.id || time.Since(start) != want.after {
				t.Errorf("%s after %s, want %s after %s", got.Delivery.ID, time.Since(start), want.id, want.after)
			}
			q.done(got)
		}
	})
}
