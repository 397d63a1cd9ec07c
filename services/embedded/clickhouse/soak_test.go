package clickhouse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSoak mixes a writer, readers, statements that are given up and changes
// of tables, and looks for what grows, breaks or gets lost. It runs for 5 s, or
// for $KULKUL_SOAK (a duration).
func TestSoak(t *testing.T) {
	length := 5 * time.Second
	if given := os.Getenv("KULKUL_SOAK"); given != "" {
		var err error
		if length, err = time.ParseDuration(given); err != nil {
			t.Fatal(err)
		}
	}
	s := supervise(t, Options{Dir: t.TempDir()})
	at := s.Endpoint()
	ask(t, at, "CREATE TABLE t (n UInt64, s LowCardinality(String), text String) ENGINE = ReplacingMergeTree ORDER BY n")
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var batches, reads, givenUp atomic.Int64
	must := func(user, password, sql string) {
		text, code, err := try(context.WithoutCancel(ctx), at, user, password, sql, "")
		if err != nil || code != 0 {
			t.Errorf("%s: %v %s", sql, err, text)
			cancel()
		}
	}
	var wg sync.WaitGroup
	loop := func(pause time.Duration, step func()) {
		wg.Go(func() {
			for ctx.Err() == nil {
				step()
				time.Sleep(pause)
			}
		})
	}
	loop(5*time.Millisecond, func() {
		n := batches.Add(1) - 1
		must(at.User, at.Password, fmt.Sprintf("INSERT INTO t SELECT number, toString(number %% 50), randomPrintableASCII(200) FROM numbers(%d, 500)", n*500))
	})
	for range 3 {
		loop(0, func() {
			reads.Add(1)
			must(at.Reader, at.ReaderPassword, "SELECT s, count(), max(n) FROM t FINAL WHERE text LIKE '%abc%' GROUP BY s ORDER BY s")
		})
	}
	for range 2 {
		loop(0, func() {
			givenUp.Add(1)
			short, stop := context.WithTimeout(ctx, time.Duration(rand.IntN(60))*time.Millisecond)
			defer stop()
			_, _, _ = try(short, at, at.Reader, at.ReaderPassword, "SELECT n, text, sleepEachRow(0.001) FROM t", "")
		})
	}
	loop(50*time.Millisecond, func() {
		must(at.User, at.Password, "CREATE OR REPLACE TABLE u (n UInt64) ENGINE = MergeTree ORDER BY n")
		must(at.User, at.Password, "INSERT INTO u SELECT n FROM t LIMIT 100")
	})
	wg.Wait()
	within(t, 5*time.Second, "all statements end", func() bool { return ask(t, at, "SELECT count() FROM system.processes") == "1" })
	if got, want := ask(t, at, "SELECT count() FROM t FINAL"), fmt.Sprint(batches.Load()*500); got != want {
		t.Errorf("the table holds %s rows, want %s", got, want)
	}
	if s.Restarts() != 0 {
		t.Errorf("the child died %d times", s.Restarts())
	}
	time.Sleep(time.Second) // freed memory goes back
	rss := status(t, s.PID(), "VmRSS") / 1024
	t.Logf("%d batches, %d reads, %d given up; %d MB resident, %d threads, %d files open",
		batches.Load(), reads.Load(), givenUp.Load(), rss, status(t, s.PID(), "Threads"), openFiles(t, s.PID()))
	if rss > 600 {
		t.Errorf("%d MB resident after the load", rss)
	}
}

func openFiles(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
