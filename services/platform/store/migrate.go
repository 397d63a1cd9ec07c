package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// ErrSchema is returned where the database's schema is not the one this
// binary knows.
var ErrSchema = errors.New("schema is not at this binary's version")

// Migration is one file of the schema.
type Migration struct {
	Number   int
	Name     string // file name
	Checksum string // SHA-256 of the file as this binary has it, hexadecimal
	// Applied is when it was applied; zero: pending.
	Applied time.Time
	// Fault says what keeps it from being applied or trusted: a file that was
	// changed after it was applied, or one that this binary does not know.
	Fault error
}

// Migrate brings the schema to the binary's version. Every step may be run
// again after a crash. The caller holds the lease that keeps a second
// migration away.
func (s *Store) Migrate(ctx context.Context) error {
	files, err := loadSchema(schemaFiles)
	if err != nil {
		return err
	}
	return s.migrate(ctx, files)
}

func (s *Store) migrate(ctx context.Context, files []schemaFile) error {
	if err := s.apply(ctx, files[0]); err != nil { // the table that the rest is noted in
		return err
	}
	status, err := s.status(ctx, files)
	if err != nil {
		return err
	}
	for _, m := range status {
		if m.Fault != nil {
			return m.Fault
		}
	}
	for i, f := range files {
		if !status[i].Applied.IsZero() {
			continue
		}
		if err := s.apply(ctx, f); err != nil {
			return err
		}
		if err := s.note(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// apply runs one file's statements.
func (s *Store) apply(ctx context.Context, f schemaFile) error {
	statements, err := f.statements(s.cluster)
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if err := s.conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("apply schema file %s: %w", f.name, err)
		}
	}
	return nil
}

// note records that a file was applied.
func (s *Store) note(ctx context.Context, f schemaFile) error {
	return s.insert(ctx, "schema_migrations", 1, []column{
		{"number", []uint32{uint32(f.number)}},
		{"name", []string{f.name}},
		{"checksum", []string{f.checksum}},
		{"applied", []time.Time{time.Now()}},
	})
}

// Status lists the migrations, applied and pending, by number.
func (s *Store) Status(ctx context.Context) ([]Migration, error) {
	files, err := loadSchema(schemaFiles)
	if err != nil {
		return nil, err
	}
	return s.status(ctx, files)
}

func (s *Store) status(ctx context.Context, files []schemaFile) ([]Migration, error) {
	applied, err := s.applied(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Migration, 0, len(files))
	for _, f := range files {
		m := Migration{Number: f.number, Name: f.name, Checksum: f.checksum}
		if a, ok := applied[f.number]; ok {
			m.Applied = a.Applied
			if a.Name != f.name || a.Checksum != f.checksum {
				m.Fault = fmt.Errorf("%w: schema file %s was changed after it was applied as %s on %s",
					ErrSchema, f.name, a.Name, a.Applied.Format(time.DateOnly))
			}
			delete(applied, f.number)
		}
		out = append(out, m)
	}
	for _, n := range slices.Sorted(maps.Keys(applied)) {
		a := applied[n]
		a.Fault = fmt.Errorf("%w: %s was applied by a newer binary", ErrSchema, a.Name)
		out = append(out, a)
	}
	return out, nil
}

// applied reads what the database says was applied; nothing where it was never
// migrated.
func (s *Store) applied(ctx context.Context) (map[int]Migration, error) {
	tables, err := query(ctx, s, "schema_exists",
		"SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
		nil, func(r driver.Rows, name *string) error { return r.Scan(name) })
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	rows, err := query(ctx, s, "schema_status",
		"SELECT number, name, checksum, applied FROM schema_migrations FINAL ORDER BY number",
		nil, func(r driver.Rows, m *Migration) error {
			var number uint32
			err := r.Scan(&number, &m.Name, &m.Checksum, &m.Applied)
			m.Number = int(number)
			return err
		})
	if err != nil {
		return nil, err
	}
	out := make(map[int]Migration, len(rows))
	for _, m := range rows {
		out[m.Number] = m
	}
	return out, nil
}

// Ready reports whether the schema is the one this binary knows: nil, or
// ErrSchema wrapped with what differs. A schema that a newer binary brought
// further is ready too: steps only add, and machines are upgraded one by one.
func (s *Store) Ready(ctx context.Context) error {
	status, err := s.Status(ctx)
	if err != nil {
		return err
	}
	files, err := loadSchema(schemaFiles)
	if err != nil {
		return err
	}
	for _, m := range status[:len(files)] {
		if m.Fault != nil {
			return m.Fault
		}
		if m.Applied.IsZero() {
			return fmt.Errorf("%w: %s is not applied yet", ErrSchema, m.Name)
		}
	}
	return nil
}
