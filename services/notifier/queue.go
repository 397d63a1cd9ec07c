package notifier

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
)

// queue hands deliveries to workers, each recipient's always to the same
// worker and in order of decision.
type queue struct {
	mu      sync.Mutex
	waiting [][]ledger.Entry
	wake    []chan struct{}
}

func newQueue(workers int) *queue {
	q := &queue{waiting: make([][]ledger.Entry, workers), wake: make([]chan struct{}, workers)}
	for i := range q.wake {
		q.wake[i] = make(chan struct{}, 1)
	}
	return q
}

func (q *queue) add(entries ...ledger.Entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range entries {
		h := fnv.New32a()
		_, _ = h.Write([]byte(e.Delivery.Recipient)) // never fails
		w := int(h.Sum32() % uint32(len(q.waiting)))
		q.waiting[w] = append(q.waiting[w], e)
		slices.SortStableFunc(q.waiting[w], func(a, b ledger.Entry) int { return int(a.Order - b.Order) })
		select {
		case q.wake[w] <- struct{}{}:
		default:
		}
	}
}

// next waits for a worker's next delivery; false when ctx ends.
func (q *queue) next(ctx context.Context, worker int) (ledger.Entry, bool) {
	for {
		if ctx.Err() != nil {
			return ledger.Entry{}, false
		}
		q.mu.Lock()
		if list := q.waiting[worker]; len(list) > 0 {
			q.waiting[worker] = list[1:]
			q.mu.Unlock()
			return list[0], true
		}
		q.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-q.wake[worker]:
		}
	}
}
