package quota

import (
	"fmt"
	"testing"
	"time"
)

func TestTake(t *testing.T) {
	l := New()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, s := range []struct {
		after time.Duration
		n     int
		ok    bool
		wait  time.Duration
	}{
		{0, 100, true, 0},
		{0, 1, false, time.Second},
		{0, 30, false, 30 * time.Second},
		{30 * time.Second, 30, true, 0},
		{30 * time.Second, 1, false, time.Second},
		{time.Hour, 100, true, 0},          // no more than the size gathers
		{time.Hour, 1, false, time.Second}, // all of it is gone
		{2 * time.Hour, 5000, true, 0},     // more than the size is as much as the size
		{time.Hour, 1, false, time.Second}, // a clock that goes back gives nothing
	} {
		ok, wait := l.Take("k", s.n, 60, 100, start.Add(s.after))
		if ok != s.ok || wait.Round(time.Millisecond) != s.wait {
			t.Errorf("step %d: %v %s, want %v %s", i, ok, wait, s.ok, s.wait)
		}
	}
	if ok, _ := l.Take("other", 100, 60, 100, start); !ok {
		t.Error("names share a bucket")
	}
	if ok, _ := l.Take("k", 1e6, 0, 100, start); !ok {
		t.Error("no limit limits")
	}
}

// However many names come, memory stays bounded, and one that has used its
// bucket up is not forgotten before those that are full.
func TestForget(t *testing.T) {
	l := New()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l.Take("busy", 100, 1, 100, start)
	for i := range 3 * maxBuckets {
		l.Take(fmt.Sprint(i), 1, 60, 1, start.Add(time.Duration(i)*time.Millisecond))
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets", len(l.buckets))
	}
}
