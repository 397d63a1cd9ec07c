package schedule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A watch holds what publishers would see of an hour and what was wrong with it.
type watch struct {
	mu       sync.Mutex
	gap      time.Duration
	busy     map[string]bool
	left     map[string]time.Time
	earliest map[string]time.Time // by feed: no fetch before
	fetches  map[string]int
	wrong    []string
}

func (w *watch) begin(feed, host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	switch {
	case w.busy[host]:
		w.wrong = append(w.wrong, host+" is asked twice at once")
	case !w.left[host].IsZero() && now.Sub(w.left[host]) < w.gap:
		w.wrong = append(w.wrong, fmt.Sprintf("%s is asked %s after the last", host, now.Sub(w.left[host])))
	case now.Before(w.earliest[feed]):
		w.wrong = append(w.wrong, fmt.Sprintf("%s is asked %s too early", feed, w.earliest[feed].Sub(now)))
	}
	w.busy[host] = true
	w.fetches[feed]++
}

func (w *watch) end(feed, host string, earliest time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy[host], w.left[host], w.earliest[feed] = false, time.Now(), earliest
}

// 5,000 feeds on 1,250 hosts, a fifth of them slow, hanging, failing or asking
// for patience, are asked for an hour of virtual time: no host twice at once,
// none without the gap, no feed before floor, ttl or Retry-After allow; the
// slow ones don't delay the others; memory stays as it is.
func TestAnHourOfFiveThousandFeeds(t *testing.T) {
	const feeds, hosts, hanging = 5000, 1250, 200
	synctest.Test(t, func(t *testing.T) {
		start, random := time.Now(), rand.New(rand.NewPCG(1, 2))
		w := &watch{gap: 2 * time.Second, busy: map[string]bool{}, left: map[string]time.Time{}, earliest: map[string]time.Time{}, fetches: map[string]int{}}
		q := NewQueue(w.gap, time.Now)
		policy, every := DefaultPolicy(), rule(t, "@every 10m")
		host := func(i int) string { return fmt.Sprint("host-", i%hosts) }
		for i := range feeds {
			q.Put(fmt.Sprint(i), host(i), start.Add(time.Duration(random.IntN(60))*time.Second))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		var lock sync.Mutex // of random
		failures := make([]int, feeds)
		for {
			id, name, err := q.Take(ctx)
			if err != nil {
				break
			}
			wg.Go(func() {
				w.begin(id, name)
				var n int
				fmt.Sscan(id, &n)
				lock.Lock()
				wishes, took := behaviour(n%hosts < hanging, n, random)
				jitter := random.Float64()
				lock.Unlock()
				time.Sleep(took)
				if wishes.Failures > 0 {
					failures[n]++
					wishes.Failures = failures[n]
				} else {
					failures[n] = 0
				}
				next, _ := policy.Next(every, wishes, time.Now(), jitter)
				w.end(id, name, time.Now().Add(max(policy.Floor, wishes.RetryAfter, wishes.TTL, wishes.Fresh)))
				q.Leave(name)
				q.Put(id, name, next)
			})
		}
		wg.Wait()
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
		total, unasked := 0, 0
		for i := range feeds {
			n := w.fetches[fmt.Sprint(i)]
			total += n
			if n < 3 && i%hosts >= hanging && i%7 != 0 {
				unasked++
			}
		}
		if unasked > 0 || total < 4*feeds/2 {
			t.Errorf("%d fetches in all; %d feeds on good hosts were asked less than three times", total, unasked)
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		t.Logf("%d fetches of %d feeds on %d hosts in an hour, no violation; heap %d MiB", total, feeds, hosts, mem.HeapAlloc>>20)
	})
}

// behaviour is how a publisher answers: what it asks for and how long it takes.
func behaviour(hangs bool, n int, random *rand.Rand) (Wishes, time.Duration) {
	switch {
	case hangs:
		return Wishes{Failures: 1}, 30 * time.Second
	case n%7 == 0:
		return Wishes{Failures: 1, RetryAfter: time.Duration(random.IntN(1200)) * time.Second}, time.Second
	case n%11 == 0:
		return Wishes{TTL: 15 * time.Minute}, 300 * time.Millisecond
	case n%13 == 0:
		return Wishes{Fresh: 12 * time.Minute, Rhythm: time.Hour}, 2 * time.Second
	}
	return Wishes{}, time.Duration(50+random.IntN(900)) * time.Millisecond
}
