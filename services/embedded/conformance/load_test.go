package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

func loadCases() []testCase {
	return []testCase{
		{"a big result streams", bigResult},
		{"readers beside a writer", readersAndWriter},
		{"a cancelled context stops the statement", cancelled},
		{"a cancelled insert stores nothing", cancelledInsert},
		{"a result given up half way", halfRead},
	}
}

func bigResult(e env) {
	const rows = 3_000_000
	got, err := e.conn.Query(e.ctx, "SELECT number, toString(number) FROM numbers(?)", rows)
	if err != nil {
		e.Fatal(err)
	}
	defer got.Close()
	var n, count uint64
	var s string
	for got.Next() {
		if err := got.Scan(&n, &s); err != nil {
			e.Fatal(err)
		}
		count++
	}
	if err := got.Err(); err != nil {
		e.Fatal(err)
	}
	equal(e, "the rows", count, rows)
	equal(e, "the last", s, fmt.Sprint(rows-1))
}

// readersAndWriter reads while rows come in, and never sees half a batch.
func readersAndWriter(e env) {
	name := e.table(itemLike)
	conn := e.open(func(o *clickhouse.Options) { o.MaxOpenConns = 8 })
	const batches, perBatch = 30, 1000
	ctx, stop := context.WithCancel(e.ctx)
	defer stop()
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				var n uint64
				err := conn.QueryRow(ctx, "SELECT count() FROM "+name+" WHERE source != ''").Scan(&n)
				if ctx.Err() != nil {
					return
				}
				if err != nil || n%perBatch != 0 {
					e.Errorf("a reader saw %d rows, error %v", n, err)
					return
				}
			}
		})
	}
	for i := range batches {
		if err := fill(e.ctx, conn, name, i*perBatch, perBatch); err != nil {
			e.Error(err)
			break
		}
	}
	stop()
	readers.Wait()
	equal(e, "the rows", value[uint64](e, "SELECT count() FROM "+name), batches*perBatch)
}

// running counts the statements that carry a mark.
func running(e env, mark string) uint64 {
	return value[uint64](e, "SELECT count() FROM system.processes WHERE query LIKE ? AND query NOT LIKE '%system.processes%'", "%"+mark+"%")
}

// wantGone waits until no statement with the mark runs.
func wantGone(e env, mark string) {
	e.Helper()
	for deadline := time.Now().Add(90 * time.Second); running(e, mark) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			e.Fatalf("the statement with %q still runs", mark)
		}
	}
}

func cancelled(e env) {
	for i, sql := range []string{
		"SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 7",
		"SELECT number FROM numbers(100000000000) WHERE sipHash64(number) = 7",
		"SELECT number FROM numbers(100000000000)",
	} {
		mark := fmt.Sprintf("cancelled-%d", i)
		ctx, cancel := context.WithTimeout(e.ctx, 200*time.Millisecond)
		began := time.Now()
		rows, err := e.conn.Query(ctx, "/* "+mark+" */ "+sql)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			e.Errorf("%s: the error is %v, want the context's", sql, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			e.Errorf("%s: it took %v to stop", sql, took)
		}
		wantGone(e, mark)
	}
}

func cancelledInsert(e env) {
	name := e.table("(n UInt64) ENGINE = MergeTree ORDER BY n")
	ctx, cancel := context.WithTimeout(e.ctx, 200*time.Millisecond)
	defer cancel()
	if err := e.conn.Exec(ctx, "INSERT INTO "+name+" SELECT number FROM numbers(100000000000) WHERE sipHash64(number) = 7"); err == nil {
		e.Error("an insert that cannot end has ended well")
	}
	wantGone(e, name)
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name), 0)
}

func halfRead(e env) {
	ctx, cancel := context.WithCancel(e.ctx)
	rows, err := e.conn.Query(ctx, "/* half-read */ SELECT number FROM numbers(1000000000)")
	if err != nil {
		e.Fatal(err)
	}
	if !rows.Next() {
		e.Fatal("no first row")
	}
	cancel()
	rows.Close()
	wantGone(e, "half-read")
}
