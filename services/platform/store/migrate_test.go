package store

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func TestMigrateTwice(t *testing.T) {
	s := open(t, config(t))
	ctx := t.Context()
	if err := s.Ready(ctx); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "0001_schema_migrations.sql is not applied yet") {
		t.Errorf("before: got %v, want ErrSchema naming the first file", err)
	}
	for range 2 {
		must(t, s.Migrate(ctx))
		must(t, s.Ready(ctx))
	}
	status, err := s.Status(ctx)
	must(t, err)
	if len(status) == 0 {
		t.Fatal("no migrations")
	}
	for i, m := range status {
		if m.Number != i+1 || m.Applied.IsZero() || m.Fault != nil {
			t.Errorf("migration %d: %+v", i+1, m)
		}
	}
}

// A crash between a statement and its note leaves a step that runs again.
func TestMigrateAfterCrash(t *testing.T) {
	s := migrated(t)
	ctx := t.Context()
	must(t, s.conn.Exec(ctx, "ALTER TABLE schema_migrations DELETE WHERE number > 3 SETTINGS mutations_sync = 2"))
	if err := s.Ready(ctx); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "0004") {
		t.Errorf("got %v, want 0004 to be missing", err)
	}
	must(t, s.Migrate(ctx))
	must(t, s.Ready(ctx))
}

func TestChangedFileIsNamed(t *testing.T) {
	s := migrated(t)
	ctx := t.Context()
	must(t, s.conn.Exec(ctx, "INSERT INTO schema_migrations SELECT number, name, 'other', applied + 1 FROM schema_migrations WHERE number = 3"))
	for name, err := range map[string]error{"Migrate": s.Migrate(ctx), "Ready": s.Ready(ctx)} {
		if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "0003_item_tags.sql was changed") {
			t.Errorf("%s: got %v, want an error that names 0003_item_tags.sql", name, err)
		}
	}
}

// An older binary keeps running on a newer schema, and does not migrate it.
func TestNewerSchema(t *testing.T) {
	s := migrated(t)
	ctx := t.Context()
	must(t, s.conn.Exec(ctx, "INSERT INTO schema_migrations VALUES (99, '0099_future.sql', 'x', now64())"))
	must(t, s.Ready(ctx))
	if err := s.Migrate(ctx); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "0099_future.sql") {
		t.Errorf("got %v, want an error that names 0099_future.sql", err)
	}
}

func TestSchemaFileNames(t *testing.T) {
	for name, files := range map[string][]string{
		"want NNNN_name.sql":    {"schema/0001_a.sql", "schema/2_b.sql"},
		"want number 0002":      {"schema/0001_a.sql", "schema/0003_b.sql"},
		"0001_b.sql: want numb": {"schema/0001_a.sql", "schema/0001_b.sql"},
	} {
		fs := fstest.MapFS{}
		for _, f := range files {
			fs[f] = &fstest.MapFile{Data: []byte("SELECT 1")}
		}
		if _, err := loadSchema(fs); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: got %v, want %q", files, err, name)
		}
	}
}
