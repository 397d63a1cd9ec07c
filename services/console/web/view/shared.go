package view

import (
	"context"
	"sync"
	"time"
)

// shared is a value that many requests read and one of them loads. While it is
// loaded the others wait. The zero value is empty.
type shared[T any] struct {
	mu    sync.Mutex
	at    time.Time
	value T
}

// get gives the value if it is younger than fresh at the instant now, and else
// what load gives. An error is given to the caller and not kept.
func (s *shared[T]) get(ctx context.Context, now time.Time, fresh time.Duration, load func(context.Context) (T, error)) (T, error) {
	return s.getIf(ctx, now, fresh, func(T) bool { return true }, load)
}

// getIf is get for a value that may have become another's before it is old.
func (s *shared[T]) getIf(ctx context.Context, now time.Time, fresh time.Duration, good func(T) bool, load func(context.Context) (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := now.Sub(s.at); !s.at.IsZero() && age >= 0 && age < fresh && good(s.value) {
		return s.value, nil
	}
	value, err := load(ctx)
	if err != nil {
		return value, err
	}
	s.value, s.at = value, now
	return value, nil
}
