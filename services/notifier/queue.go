package notifier

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
)

// queue hands deliveries to workers. Each recipient has a lane: deliveries
// leave it in order of decision and one at a time, so that a thread arrives in
// order, and a lane that must wait holds up no other.
type queue struct {
	now   func() time.Time // by which deliveries that must wait are measured
	mu    sync.Mutex
	lanes map[string]*lane
	known map[string]bool // deliveries (ids) in a lane or in hand
	wake  chan struct{}   // closed and made anew whenever a lane may have become ready
}

type lane struct {
	waiting []ledger.Entry
	busy    bool      // a worker has one in hand
	until   time.Time // rests after a failure; by the machine's own clock
}

func newQueue(now func() time.Time) *queue {
	return &queue{now: now, lanes: map[string]*lane{}, known: map[string]bool{}, wake: make(chan struct{})}
}

// add queues deliveries; one that is queued or in hand already is left out.
func (q *queue) add(entries ...ledger.Entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range entries {
		if q.known[e.Delivery.ID] {
			continue
		}
		q.known[e.Delivery.ID] = true
		l := q.lanes[e.Delivery.Recipient]
		if l == nil {
			l = &lane{}
			q.lanes[e.Delivery.Recipient] = l
		}
		l.put(e)
	}
	q.ring()
}

// put inserts a delivery in order. One that must not wait for its reader's quiet
// hours to end takes those of its thread before it along.
func (l *lane) put(e ledger.Entry) {
	i, _ := slices.BinarySearchFunc(l.waiting, e.Order, func(w ledger.Entry, order int64) int {
		if w.Order <= order {
			return -1
		}
		return 1
	})
	l.waiting = slices.Insert(l.waiting, i, e)
	for k := range l.waiting[:i] {
		if w := &l.waiting[k]; w.Delivery.Flashpoint == e.Delivery.Flashpoint && w.Delivery.Episode == e.Delivery.Episode && w.Next.After(e.Next) {
			w.Next = e.Next
		}
	}
}

// first is the place of the delivery that goes out next; those of its thread
// before it wait no longer than it does.
func (l *lane) first(now time.Time) (at int, wait time.Duration) {
	at, wait = -1, time.Hour
	for i, e := range l.waiting {
		if !e.Next.After(now) {
			return i, 0
		}
		wait = min(wait, e.Next.Sub(now))
	}
	return at, wait
}

// tell makes those who wait look at the clock again.
func (q *queue) tell() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ring()
}

func (q *queue) ring() {
	close(q.wake)
	q.wake = make(chan struct{})
}

// next waits for a delivery that may go out now; false when ctx ends. The
// caller gives it back with done or later.
func (q *queue) next(ctx context.Context) (ledger.Entry, bool) {
	for ctx.Err() == nil {
		q.mu.Lock()
		e, wait, ok := q.take(time.Now())
		wake := q.wake
		q.mu.Unlock()
		if ok {
			return e, true
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-t.C:
		}
		t.Stop()
	}
	return ledger.Entry{}, false
}

// take gives the delivery decided first among the lanes that are ready, or how
// long until a lane is.
func (q *queue) take(now time.Time) (ledger.Entry, time.Duration, bool) {
	wait := time.Hour
	var best *lane
	var place int
	for _, l := range q.lanes {
		if l.busy || len(l.waiting) == 0 {
			continue
		}
		if l.until.After(now) {
			wait = min(wait, l.until.Sub(now))
			continue
		}
		i, rest := l.first(q.now())
		if wait = min(wait, max(rest, time.Second)); i >= 0 && (best == nil || l.waiting[i].Order < best.waiting[place].Order) {
			best, place = l, i
		}
	}
	if best == nil {
		return ledger.Entry{}, wait, false
	}
	e := best.waiting[place]
	best.waiting, best.busy = slices.Delete(best.waiting, place, place+1), true
	return e, 0, true
}

// done ends a delivery that was in hand.
func (q *queue) done(e ledger.Entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.known, e.Delivery.ID)
	l := q.lanes[e.Delivery.Recipient]
	if l.busy, l.until = false, (time.Time{}); len(l.waiting) == 0 {
		delete(q.lanes, e.Delivery.Recipient)
	}
	q.ring()
}

// later puts a delivery that was in hand back at the head of its lane, which
// rests for as long as given.
func (q *queue) later(e ledger.Entry, after time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[e.Delivery.Recipient]
	l.put(e)
	l.busy, l.until = false, time.Now().Add(after)
	q.ring()
}
