package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Writer writes domain types. Every method is idempotent: a batch may be
// written again, in part or whole, in any order. A nil error means that the
// server has the rows on disk. It is safe for concurrent use, but batches are
// best large and few.
type Writer struct{ store *Store }

// column is one column of a batch: its name and a slice with one value a row.
type column struct {
	name   string
	values any
}

// col makes a column from rows.
func col[T, V any](name string, rows []T, value func(*T) V) column {
	values := make([]V, len(rows))
	for i := range rows {
		values[i] = value(&rows[i])
	}
	return column{name, values}
}

// insert sends one batch as one native block.
func (s *Store) insert(ctx context.Context, table string, rows int, columns []column) error {
	if rows == 0 {
		return nil
	}
	start := time.Now()
	err := s.send(ctx, table, columns)
	s.metrics.inserted(table, rows, time.Since(start), err)
	if err != nil {
		return fmt.Errorf("insert %d rows into %s: %w", rows, table, err)
	}
	return nil
}

func (s *Store) send(ctx context.Context, table string, columns []column) error {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(s.insertSettings()))
	return sendColumns(ctx, s.conn, table, columns)
}

// sendColumns inserts columns as one block.
func sendColumns(ctx context.Context, conn driver.Conn, table string, columns []column) error {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = "`" + c.name + "`"
	}
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+")")
	if err != nil {
		return err
	}
	defer batch.Close()
	for i, c := range columns {
		if err := batch.Column(i).Append(c.values); err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
	}
	return batch.Send()
}

// insertSettings make the answer mean that the rows are stored, and let a batch
// of history reach into any number of months.
func (s *Store) insertSettings() clickhouse.Settings {
	settings := clickhouse.Settings{
		"async_insert":                    0,
		"max_partitions_per_insert_block": 0,
	}
	if s.cluster != "" {
		settings["insert_distributed_sync"] = 1
	}
	return settings
}

// ClickHouse's Date32 and DateTime64 begin with 1900; the client library counts
// nanoseconds, which end in 2262. What lies outside is moved to the nearest end.
var (
	firstInstant = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	lastInstant  = time.Date(2261, 12, 31, 23, 59, 59, 0, time.UTC)
)

// instant is t as the store keeps it; the zero time is 1970's first instant.
func instant(t time.Time) time.Time {
	switch {
	case t.IsZero():
		return time.Unix(0, 0)
	case t.Before(firstInstant):
		return firstInstant
	case t.After(lastInstant):
		return lastInstant
	}
	return t
}

// date is d as the store keeps it.
func date(d kulkul.Day) time.Time {
	return min(max(d, kulkul.DayOf(firstInstant)), kulkul.DayOf(lastInstant)).Start()
}

// moment turns a stored instant back: 1970's first instant is the zero time.
func moment(t time.Time) time.Time {
	if t.Unix() == 0 && t.Nanosecond() == 0 {
		return time.Time{}
	}
	return t.UTC()
}
