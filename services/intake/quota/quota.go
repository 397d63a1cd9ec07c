// Package quota bounds how much a key may push in a minute.
//
// In: a key's id and how many items it brings. Out: whether it may, and if not
// how long to wait. Called by the intake. Buckets of tokens are held in memory
// of this instance; a restart fills them.
package quota

import (
	"sync"
	"time"
)

// Limiter holds one bucket of tokens per name. Safe for concurrent use.
type Limiter struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// New makes a limiter with full buckets.
func New() *Limiter { return &Limiter{buckets: map[string]*bucket{}} }

// maxBuckets bounds how many names are remembered; full buckets are forgotten
// first.
const maxBuckets = 10_000

// Take takes n tokens from the name's bucket, which holds at most size and
// gains perMinute in a minute. Where there are fewer it takes none and gives
// the time until there are. More than size is as much as size.
func (l *Limiter) Take(name string, n, perMinute, size int, now time.Time) (bool, time.Duration) {
	if perMinute <= 0 {
		return true, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	rate := float64(perMinute) / float64(time.Minute)
	b, ok := l.buckets[name]
	if !ok {
		l.forget(rate, size, now)
		b = &bucket{tokens: float64(size), at: now}
		l.buckets[name] = b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens, b.at = min(b.tokens+rate*float64(passed), float64(size)), now
	}
	want := float64(min(n, size))
	if b.tokens < want {
		return false, time.Duration((want - b.tokens) / rate)
	}
	b.tokens -= want
	return true, 0
}

func (l *Limiter) forget(rate float64, size int, now time.Time) {
	if len(l.buckets) < maxBuckets {
		return
	}
	for name, b := range l.buckets {
		if b.tokens+rate*float64(now.Sub(b.at)) >= float64(size) {
			delete(l.buckets, name)
		}
	}
	for name := range l.buckets {
		if len(l.buckets) < maxBuckets {
			return
		}
		delete(l.buckets, name)
	}
}
