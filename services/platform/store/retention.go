package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Retention is how long tables keep their rows, by the table's name. A table
// that is not named keeps them for ever.
type Retention map[string]time.Duration

// retained names the tables whose rows may end, with the column that says how
// old a row is. Assessments, configuration and the schema's own notes stay.
func retained() map[string]string {
	return map[string]string{
		"items":        "entered",
		"item_tags":    "entered",
		"alert_events": "at",
		"notices":      "at",
		"reviews":      "at",
		"deliveries":   "at",
		"fetches":      "at",
		"health":       "at",
		"rejections":   "at",
		"audit":        "at",
	}
}

// Validate reports a table that has no retention, or a time that is too short.
func (r Retention) Validate() error {
	known := retained()
	for _, table := range slices.Sorted(maps.Keys(r)) {
		if _, ok := known[table]; !ok {
			return fmt.Errorf("retention of %q: want one of %s", table,
				strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if r[table] < 24*time.Hour {
			return fmt.Errorf("retention of %s: %s is less than a day", table, r[table])
		}
	}
	return nil
}

// Retain sets how long each table keeps its rows, in whole days. What is as
// wanted already is left alone. It is for whoever migrates.
func (s *Store) Retain(ctx context.Context, r Retention) error {
	if err := r.Validate(); err != nil {
		return err
	}
	current, err := s.ttls(ctx)
	if err != nil {
		return err
	}
	columns := retained()
	for _, table := range slices.Sorted(maps.Keys(columns)) {
		wanted := ""
		if keep := r[table]; keep > 0 {
			wanted = fmt.Sprintf("toDate(%s) + toIntervalDay(%d)", columns[table], keep/(24*time.Hour))
		}
		name := (&renderer{cluster: s.cluster}).local(table)
		if current[name] == wanted {
			continue
		}
		change := "MODIFY TTL " + wanted
		if wanted == "" {
			change = "REMOVE TTL"
		}
		onCluster := (&renderer{cluster: s.cluster}).onCluster()
		if err := s.conn.Exec(ctx, fmt.Sprintf("ALTER TABLE %s %s %s", name, onCluster, change)); err != nil {
			return fmt.Errorf("set retention of %s: %w", table, err)
		}
	}
	return nil
}

// ttls reads the tables' present expressions; "" for a table without one.
func (s *Store) ttls(ctx context.Context) (map[string]string, error) {
	type ttl struct{ table, expression string }
	rows, err := query(ctx, s, "retention",
		`SELECT name, extract(engine_full, ' TTL (.*?)(?: SETTINGS |$)') FROM system.tables WHERE database = currentDatabase()`,
		nil, func(r driver.Rows, t *ttl) error { return r.Scan(&t.table, &t.expression) })
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, t := range rows {
		out[t.table] = t.expression
	}
	return out, nil
}
