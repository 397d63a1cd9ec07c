package view

import (
	"context"
	"sync"
	"time"
)

// shared is a value that many requests read and one of them loads. While it is
// loaded the others get the last one, if that is not much too old, and else
// wait. The zero value is empty.
type shared[T any] struct {
	loading sync.Mutex // held by who loads

	mu    sync.Mutex
	at    time.Time
	value T
	took  time.Duration // to load the value
	asked bool          // since the value was loaded
}

// thrift is how many times as long as it took to load it a value serves, up to
// thriftiest, so that where there are millions of items loading takes little of a
// machine's time.
const (
	thrift     = 50
	thriftiest = time.Minute
)

// tooOld is how many times its freshness a value may be old while another
// request loads the next one.
const tooOld = 3

// get gives the value if it is younger than fresh at the instant now, and else
// what load gives. An error is given to the caller and not kept.
func (s *shared[T]) get(ctx context.Context, now time.Time, fresh time.Duration, load func(context.Context) (T, error)) (T, error) {
	return s.getIf(ctx, now, fresh, func(T) bool { return true }, load)
}

// getIf is get for a value that may have become another's before it is old.
func (s *shared[T]) getIf(ctx context.Context, now time.Time, fresh time.Duration, good func(T) bool, load func(context.Context) (T, error)) (T, error) {
	value, age, ok := s.have(now)
	fresh = s.want(fresh)
	ok = ok && good(value)
	if ok && age < fresh {
		return value, nil
	}
	if !s.loading.TryLock() {
		if ok && age < tooOld*fresh {
			return value, nil
		}
		s.loading.Lock()
	}
	defer s.loading.Unlock()
	if value, age, ok := s.have(now); ok && good(value) && age < fresh {
		return value, nil // somebody else has loaded it meanwhile
	}
	return s.load(ctx, now, load)
}

// keep loads the value anew before it is old, if anybody has asked for it since
// it was loaded, so that none of them waits.
func (s *shared[T]) keep(ctx context.Context, now time.Time, fresh time.Duration, load func(context.Context) (T, error)) error {
	_, age, ok := s.have(now)
	fresh, wanted := s.wanted(fresh)
	if !wanted || ok && age < fresh*4/5 {
		return nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	_, err := s.load(ctx, now, load)
	return err
}

// load loads and keeps the value; the caller holds loading.
func (s *shared[T]) load(ctx context.Context, now time.Time, load func(context.Context) (T, error)) (T, error) {
	start := time.Now()
	value, err := load(ctx)
	if err != nil {
		return value, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.at, s.took, s.asked = value, now, time.Since(start), false
	return value, nil
}

// want notes that the value is asked for, and gives how long it serves.
func (s *shared[T]) want(fresh time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = true
	return s.serves(fresh)
}

// wanted reports whether somebody has asked for the value since it was loaded,
// and how long it serves.
func (s *shared[T]) wanted(fresh time.Duration) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serves(fresh), s.asked
}

// serves is how long the value serves; the caller holds mu.
func (s *shared[T]) serves(fresh time.Duration) time.Duration {
	return max(fresh, min(thrift*s.took, thriftiest))
}

// have gives the value and how old it is; false where there is none, or a clock
// that went back.
func (s *shared[T]) have(now time.Time) (value T, age time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	age = now.Sub(s.at)
	return s.value, age, !s.at.IsZero() && age >= 0
}
