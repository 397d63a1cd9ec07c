package store

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// scanFunc reads the current row into its last argument.
type scanFunc[T any] func(driver.Rows, *T) error

// each asks one question and yields the rows of the answer as they come; after
// an error it ends. name labels metrics and errors.
func each[T any](ctx context.Context, s *Store, name, sql string, args []any, scan scanFunc[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		start := time.Now()
		goOn := true
		err := s.ask(ctx, sql, args, func(rows driver.Rows) (bool, error) {
			var v T
			if err := scan(rows, &v); err != nil {
				return false, err
			}
			goOn = yield(v, nil)
			return goOn, nil
		})
		s.metrics.asked(name, time.Since(start), err)
		if err != nil && goOn {
			var none T
			yield(none, fmt.Errorf("query %s: %w", name, err))
		}
	}
}

// query asks one question and collects the answer.
func query[T any](ctx context.Context, s *Store, name, sql string, args []any, scan scanFunc[T]) ([]T, error) {
	var out []T
	for v, err := range each(ctx, s, name, sql, args, scan) {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// ask runs a question and hands over its rows until row says false.
func (s *Store) ask(ctx context.Context, sql string, args []any, row func(driver.Rows) (bool, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // what is left unread need not be computed
	rows, err := s.conn.Query(s.readContext(ctx), sql, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		goOn, err := row(rows)
		if err != nil || !goOn {
			cancel()
			rows.Close()
			return err
		}
	}
	if err := rows.Err(); err != nil {
		rows.Close()
		return err
	}
	return rows.Close()
}

// readContext settles how tables are read. Versions of one row are all in one
// partition, since the day that makes the partition is fixed for life, so that
// partitions need not be compared with each other. Of a question over two
// sharded tables each shard answers its part: rows of one item are on one shard.
func (s *Store) readContext(ctx context.Context) context.Context {
	settings := clickhouse.Settings{"do_not_merge_across_partitions_select_final": 1}
	if s.cluster != "" {
		settings["distributed_product_mode"] = "local"
	}
	if ctx.Value(orderAlone{}) != nil {
		settings["use_skip_indexes"] = 0
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings))
}

// orderAlone marks the context of a question for which the engine is not to look
// into indexes other than the order of the table.
type orderAlone struct{}

func withoutIndexes(ctx context.Context) context.Context {
	return context.WithValue(ctx, orderAlone{}, true)
}

// where collects the conditions of a question, constant texts all, and the
// values bound to the names in them.
type where struct {
	conditions []string
	args       []any
}

// and adds a condition without a value.
func (w *where) and(condition string) { w.conditions = append(w.conditions, condition) }

// bind adds a value under a name.
func (w *where) bind(name string, value any) { w.args = append(w.args, clickhouse.Named(name, value)) }

// equal adds the condition where the value is not empty.
func (w *where) equal(condition, name, value string) {
	if value != "" {
		w.and(condition)
		w.bind(name, value)
	}
}

// among adds the condition where the list is not empty.
func (w *where) among(condition, name string, values []string) {
	if len(values) > 0 {
		w.and(condition)
		w.bind(name, values)
	}
}

// like adds the i-th pattern that the column "search" must match.
func (w *where) like(i int, pattern string) {
	name := "pattern" + strconv.Itoa(i)
	w.and("search LIKE {" + name + ":String}")
	w.bind(name, pattern)
}

// during adds bounds on the column "at".
func (w *where) during(s Span) { w.within("at", s) }

// within adds bounds on a column that holds an instant.
func (w *where) within(columnName string, s Span) {
	if !s.From.IsZero() {
		w.and(columnName + " >= fromUnixTimestamp64Milli({" + columnName + "_from:Int64}, 'UTC')")
		w.bind(columnName+"_from", instant(s.From).UnixMilli())
	}
	if !s.To.IsZero() {
		w.and(columnName + " < fromUnixTimestamp64Milli({" + columnName + "_to:Int64}, 'UTC')")
		w.bind(columnName+"_to", instant(s.To).UnixMilli())
	}
}

// sql is the question with the conditions in place of the mark "{where}".
func (w *where) sql(text string) string {
	conditions := "1"
	if len(w.conditions) > 0 {
		conditions = strings.Join(w.conditions, "\n  AND ")
	}
	return strings.Replace(text, "{where}", conditions, 1)
}

// defaultLimit is how many rows a list holds where nobody says.
const defaultLimit = 500

// limit binds the list's length to the name "limit".
func (w *where) limit(n int) {
	if n <= 0 {
		n = defaultLimit
	}
	w.bind("limit", n)
}

// texts turns named strings into plain ones, for binding.
func texts[S ~string](values []S) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
