package view

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// The first error ends the other parts, and a panic is the caller's.
func TestAtOnce(t *testing.T) {
	broken := errors.New("broken")
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	if err := AtOnce(t.Context(), wait, func(context.Context) error { return broken }, wait); !errors.Is(err, broken) {
		t.Errorf("got %v, want the first error", err)
	}
	done := 0
	if err := AtOnce(t.Context(), func(context.Context) error { done++; return nil }); err != nil || done != 1 {
		t.Errorf("one part: %v, done %d times", err, done)
	}
	defer func() {
		if p, _ := recover().(string); !strings.Contains(p, "no such chart") || !strings.Contains(p, "atonce_test.go") {
			t.Errorf("thrown: %q, want the panic and where it was", p)
		}
	}()
	err := AtOnce(t.Context(), func(context.Context) error { panic("no such chart") })
	t.Errorf("a panic became %v", err)
}
