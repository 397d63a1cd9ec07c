package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

func insertCases() []testCase {
	cases := []testCase{
		{"a batch of named columns", namedColumns},
		{"an empty batch", emptyBatch},
		{"a batch into no table", noTable},
		{"a batch given up", abortedBatch},
		{"an asynchronous insert", asyncInsert},
		{"an inserted row is seen at once", seenAtOnce},
	}
	for method, level := range map[clickhouse.CompressionMethod]int{
		clickhouse.CompressionNone: 0, clickhouse.CompressionLZ4: 0, clickhouse.CompressionZSTD: 1,
		clickhouse.CompressionGZIP: 3, clickhouse.CompressionDeflate: 3, clickhouse.CompressionBrotli: 3,
	} {
		cases = append(cases, testCase{fmt.Sprintf("100k rows and back, compression %v", method), func(e env) {
			compressed(e, method, level)
		}})
	}
	return cases
}

const many = 100_000

// fill sends rows of the shape that the product's own tables have.
func fill(ctx context.Context, conn driver.Conn, name string, from, rows int) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+name)
	if err != nil {
		return err
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := from; i < from+rows; i++ {
		err := batch.Append(uint64(i), fmt.Sprintf("source-%d", i%158), at.Add(time.Duration(i)*time.Second),
			fmt.Sprintf("Headline number %d about nothing in particular", i),
			[][]any{{"south-china-sea", "maritime-security", 0.75}})
		if err != nil {
			return err
		}
	}
	return batch.Send()
}

const itemLike = `(n UInt64, source LowCardinality(String), at DateTime64(3, 'UTC'), title String CODEC(ZSTD(3)),
	tags Array(Tuple(String, String, Float64))) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY n`

func compressed(e env, method clickhouse.CompressionMethod, level int) {
	if e.opts.Protocol == clickhouse.Native && method != clickhouse.CompressionNone && method != clickhouse.CompressionLZ4 && method != clickhouse.CompressionZSTD {
		e.Skip("the native protocol has no such compression")
	}
	conn := e.open(func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: method, Level: level} })
	name := e.table(itemLike)
	began := time.Now()
	if err := fill(e.ctx, conn, name, 0, many); err != nil {
		e.Fatal(err)
	}
	e.Logf("%d rows in %v", many, time.Since(began).Round(time.Millisecond))
	began = time.Now()
	rows, err := conn.Query(e.ctx, "SELECT n, title FROM "+name)
	if err != nil {
		e.Fatal(err)
	}
	defer rows.Close()
	var sum, n, count uint64
	var title string
	for rows.Next() {
		if err := rows.Scan(&n, &title); err != nil {
			e.Fatal(err)
		}
		sum, count = sum+n, count+1
	}
	if err := rows.Err(); err != nil {
		e.Fatal(err)
	}
	e.Logf("and back in %v", time.Since(began).Round(time.Millisecond))
	equal(e, "the rows read", count, many)
	equal(e, "their sum", sum, uint64(many)*(many-1)/2)
	wantCode(e, conn.Exec(e.ctx, "SELECT * FROM no_such_table"), 60)
	wantCode(e, conn.QueryRow(e.ctx, "SELECT * FROM no_such_table").Err(), 60)
}

func namedColumns(e env) {
	name := e.table("(n UInt32, s String DEFAULT 'd', double UInt32 MATERIALIZED n * 2) ENGINE = MergeTree ORDER BY n")
	batch, err := e.conn.PrepareBatch(e.ctx, "INSERT INTO "+name+" (n)")
	if err != nil {
		e.Fatal(err)
	}
	for i := range 3 {
		if err := batch.Append(uint32(i)); err != nil {
			e.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		e.Fatal(err)
	}
	equal(e, "rows with defaults", value[uint64](e, "SELECT countIf(s = 'd' AND double = 2 * n) FROM "+name), 3)
}

func emptyBatch(e env) {
	name := e.table("(n UInt32) ENGINE = MergeTree ORDER BY n")
	batch, err := e.conn.PrepareBatch(e.ctx, "INSERT INTO "+name)
	if err != nil {
		e.Fatal(err)
	}
	if err := batch.Send(); err != nil {
		e.Error(err)
	}
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name), 0)
}

func noTable(e env) {
	_, err := e.conn.PrepareBatch(e.ctx, "INSERT INTO no_such_table")
	wantCode(e, err, 60)
}

func abortedBatch(e env) {
	name := e.table("(n UInt32) ENGINE = MergeTree ORDER BY n")
	batch, err := e.conn.PrepareBatch(e.ctx, "INSERT INTO "+name)
	if err != nil {
		e.Fatal(err)
	}
	if err := batch.Append(uint32(1)); err != nil {
		e.Fatal(err)
	}
	if err := batch.Abort(); err != nil {
		e.Error(err)
	}
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name), 0)
}

func asyncInsert(e env) {
	name := e.table("(n UInt32) ENGINE = MergeTree ORDER BY n")
	ctx := clickhouse.Context(e.ctx, clickhouse.WithAsync(true))
	if err := e.conn.Exec(ctx, "INSERT INTO "+name+" VALUES (1)"); err != nil {
		e.Fatal(err)
	}
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name), 1)
}

func seenAtOnce(e env) {
	name := e.table("(n UInt64) ENGINE = MergeTree ORDER BY n")
	for i := range uint64(20) {
		e.exec("INSERT INTO "+name+" VALUES (?)", i)
		equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name), i+1)
	}
}
