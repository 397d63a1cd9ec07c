package view

import (
	"context"
	"errors"
	"testing"
	"time"
)

// While one request loads, others get the last value, unless that is much too
// old or no longer good; an error is not kept.
func TestSharedServesTheLastValueWhileTheNextIsLoaded(t *testing.T) {
	var s shared[int]
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(after time.Duration, load func(context.Context) (int, error)) (int, error) {
		return s.get(t.Context(), start.Add(after), 10*time.Second, load)
	}
	give := func(n int) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { return n, nil }
	}
	if v, err := at(0, give(1)); v != 1 || err != nil {
		t.Fatal(v, err)
	}
	if v, _ := at(9*time.Second, give(2)); v != 1 {
		t.Errorf("fresh: %d", v)
	}
	loading, end, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		if v, err := at(15*time.Second, func(context.Context) (int, error) { close(loading); <-end; return 3, nil }); v != 3 || err != nil {
			t.Errorf("loaded: %d, %v", v, err)
		}
	}()
	<-loading
	if v, _ := at(20*time.Second, give(4)); v != 1 {
		t.Errorf("while the next is loaded: %d, want the last", v)
	}
	waited := make(chan int)
	go func() { v, _ := at(20*time.Second+tooOld*10*time.Second, give(5)); waited <- v }()
	close(end)
	<-done
	if v := <-waited; v != 5 {
		t.Errorf("much too old: %d, want what was loaded then", v)
	}
	if _, err := at(time.Hour, func(context.Context) (int, error) { return 0, errors.New("away") }); err == nil {
		t.Error("a failed load gave no error")
	}
	if v, _ := at(time.Hour, give(6)); v != 6 {
		t.Errorf("after a failed load: %d", v)
	}
}

// What was asked for is loaded anew before it is old; what nobody asked for since,
// or is young, is left alone.
func TestSharedIsKeptForWhoeverAsks(t *testing.T) {
	var s shared[int]
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	loads := 0
	load := func(context.Context) (int, error) { loads++; return loads, nil }
	keep := func(after time.Duration) {
		t.Helper()
		if err := s.keep(t.Context(), start.Add(after), 10*time.Second, load); err != nil {
			t.Fatal(err)
		}
	}
	want := func(after time.Duration, value int) {
		t.Helper()
		if v, err := s.get(t.Context(), start.Add(after), 10*time.Second, load); v != value || err != nil {
			t.Fatalf("after %v: %d, %v, want %d", after, v, err, value)
		}
	}
	keep(0) // nobody asked
	want(0, 1)
	keep(9 * time.Second) // nobody asked since it was loaded
	want(9*time.Second, 1)
	keep(7 * time.Second) // young
	keep(9 * time.Second)
	want(18*time.Second, 2)
	if loads != 2 {
		t.Errorf("%d loads, want 2", loads)
	}
}
