package accounts

import (
	"fmt"
	"sync"
	"time"
)

// Limited says that too many attempts failed.
type Limited struct{ Wait time.Duration }

// Error implements error.
func (l Limited) Error() string {
	return fmt.Sprintf("too many attempts; wait %s", l.Wait.Round(time.Second))
}

// Attempts allowed within the window. A name from one address is allowed few;
// an address or a name as a whole more, so that one office behind one address
// and one name under attack from many still get in.
const (
	window         = 15 * time.Minute
	perNameAddress = 5
	perAddress     = 50
	perName        = 100
)

// limiter counts attempts to sign in, in this process.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	tries map[string][]time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, tries: map[string][]time.Time{}}
}

func keys(name, address string) map[string]int {
	return map[string]int{"both " + name + " " + address: perNameAddress, "address " + address: perAddress, "name " + name: perName}
}

// try counts an attempt and gives how long to wait: 0 where it may go on.
func (l *limiter) try(name, address string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, limits := l.now(), keys(name, address)
	var wait time.Duration
	for key, most := range limits {
		recent := l.recent(key, now)
		if len(recent) >= most {
			wait = max(wait, recent[len(recent)-most].Add(window).Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for key := range limits {
		l.tries[key] = append(l.tries[key], now)
	}
	return 0
}

// forgive forgets the attempts of a name from an address that got in.
func (l *limiter) forgive(name, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range keys(name, address) {
		if tries := l.tries[key]; len(tries) > 0 {
			l.tries[key] = tries[:len(tries)-1]
		}
	}
	delete(l.tries, "both "+name+" "+address)
}

// recent drops what lies before the window.
func (l *limiter) recent(key string, now time.Time) []time.Time {
	tries := l.tries[key]
	for len(tries) > 0 && now.Sub(tries[0]) >= window {
		tries = tries[1:]
	}
	if len(tries) == 0 {
		delete(l.tries, key)
	} else {
		l.tries[key] = tries
	}
	return tries
}

// sweep forgets everything before the window.
func (l *limiter) sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for key := range l.tries {
		l.recent(key, now)
	}
}
