package schedule

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Queue orders feeds by the moment they are due and keeps hosts polite: one
// request at a time to each, and a gap after it. Safe for concurrent use.
type Queue struct {
	gap time.Duration
	now func() time.Time

	mu    sync.Mutex
	feeds map[string]*entry
	hosts map[string]*host
	ready hosts // hosts that are not busy and have feeds, by the next moment
	wake  chan struct{}
	// changed is closed and replaced whenever a turn is given back.
	changed chan struct{}
}

// entry is one feed that waits.
type entry struct {
	id   string
	due  time.Time
	host *host
	at   int // place in its host's heap; -1 while it is being asked
}

type host struct {
	name  string
	feeds entries
	busy  bool
	free  time.Time // no request before
	at    int       // place in ready; -1 while it is not there
	users int       // feeds that belong to it, asked ones included
}

// NewQueue makes a queue that leaves the gap given between two requests to a host.
func NewQueue(gap time.Duration, now func() time.Time) *Queue {
	return &Queue{gap: gap, now: now, feeds: map[string]*entry{}, hosts: map[string]*host{},
		wake: make(chan struct{}, 1), changed: make(chan struct{})}
}

// Put sets when a feed is due and at which host, whether it is known or not.
func (q *Queue) Put(id, hostName string, due time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.remove(id)
	h := q.host(hostName)
	h.users++
	e := &entry{id: id, due: due, host: h}
	q.feeds[id] = e
	heap.Push(&h.feeds, e)
	q.settle(h)
	q.signal()
}

// Remove forgets a feed.
func (q *Queue) Remove(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.remove(id)
}

// Len is how many feeds wait or are being asked.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.feeds)
}

// Take gives the feed whose turn it is, with the turn at its host, which Leave
// gives back. It waits until there is one; the error is that of ctx.
func (q *Queue) Take(ctx context.Context) (id, host string, err error) {
	for {
		e, pause := q.poll()
		if e != nil {
			return e.id, e.host.name, nil
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return "", "", ctx.Err()
		case <-q.wake:
			t.Stop()
		case <-t.C:
		}
	}
}

// idle is how long Take sleeps where nothing is due: Put and Leave wake it.
const idle = time.Hour

func (q *Queue) poll() (*entry, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ready) == 0 {
		return nil, idle
	}
	h := q.ready[0]
	if pause := h.next().Sub(q.now()); pause > 0 {
		return nil, pause
	}
	e := heap.Pop(&h.feeds).(*entry)
	h.busy = true
	q.settle(h)
	return e, 0
}

// Enter waits for the turn at a host, for a redirect that leads there.
func (q *Queue) Enter(ctx context.Context, name string) error {
	for {
		q.mu.Lock()
		h := q.host(name)
		pause, changed := h.free.Sub(q.now()), q.changed
		if !h.busy && pause <= 0 {
			h.busy = true
			q.settle(h)
			q.mu.Unlock()
			return nil
		}
		q.mu.Unlock()
		if pause <= 0 {
			pause = idle
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-changed:
			t.Stop()
		case <-t.C:
		}
	}
}

// Leave gives a host's turn back; the gap starts now.
func (q *Queue) Leave(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.host(name)
	h.busy, h.free = false, later(h.free, q.now().Add(q.gap))
	q.settle(h)
	close(q.changed)
	q.changed = make(chan struct{})
	q.signal()
}

// Hold keeps a host from being asked before the moment given.
func (q *Queue) Hold(name string, until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.host(name)
	h.free = later(h.free, until)
	q.settle(h)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) host(name string) *host {
	h, ok := q.hosts[name]
	if !ok {
		q.sweep()
		h = &host{name: name, at: -1}
		q.hosts[name] = h
	}
	return h
}

// sweep forgets the hosts that redirects led to, once they outnumber the feeds.
func (q *Queue) sweep() {
	if len(q.hosts) < 2*len(q.feeds)+256 {
		return
	}
	for _, h := range q.hosts {
		q.settle(h)
	}
}

func (q *Queue) remove(id string) {
	e, ok := q.feeds[id]
	if !ok {
		return
	}
	delete(q.feeds, id)
	if e.at >= 0 {
		heap.Remove(&e.host.feeds, e.at)
	}
	e.host.users--
	q.settle(e.host)
}

// settle puts the host where it belongs after a change, and forgets hosts that
// no feed needs and no gap protects.
func (q *Queue) settle(h *host) {
	waiting := !h.busy && len(h.feeds) > 0
	switch {
	case waiting && h.at < 0:
		heap.Push(&q.ready, h)
	case waiting:
		heap.Fix(&q.ready, h.at)
	case h.at >= 0:
		heap.Remove(&q.ready, h.at)
	}
	if h.users == 0 && !h.busy && !h.free.After(q.now()) {
		delete(q.hosts, h.name)
	}
}
