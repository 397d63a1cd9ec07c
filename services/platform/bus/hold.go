package bus

import (
	"sync"
	"time"
)

// longestHold is how long a batch is held at most: a handler that is stuck gives
// its messages to another process, or to a person who looks why.
const longestHold = 15 * time.Minute

// hold keeps the messages of a batch from being delivered again while they are
// worked on: it tells the bus so three times in each AckWait.
type hold struct {
	every time.Duration

	mu   sync.Mutex
	held []Delivered
	stop chan struct{} // nil before the first message and after release
	done sync.WaitGroup
}

func newHold(ackWait time.Duration) *hold { return &hold{every: ackWait / 3} }

// add holds one more message.
func (h *hold) add(d Delivered) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held = append(h.held, d)
	if h.stop == nil {
		h.stop = make(chan struct{})
		stop := h.stop
		h.done.Go(func() { h.keep(stop) })
	}
}

func (h *hold) keep(stop chan struct{}) {
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	end := time.NewTimer(longestHold)
	defer end.Stop()
	for {
		select {
		case <-stop:
			return
		case <-end.C:
			return
		case <-tick.C:
			h.mu.Lock()
			for _, d := range h.held {
				_ = d.msg.InProgress() // one that is acknowledged already says so, and nothing is sent
			}
			h.mu.Unlock()
		}
	}
}

// release lets go of everything; nothing is said of the messages afterwards.
func (h *hold) release() {
	h.mu.Lock()
	if h.stop != nil {
		close(h.stop)
		h.stop = nil
	}
	h.held = nil
	h.mu.Unlock()
	h.done.Wait()
}
