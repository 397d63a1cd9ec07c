package store

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// One engine serves all tests of the package; each test has a database of its
// own in it.
var engine = struct {
	sync.Mutex
	process *enginetest.Process
	err     error
	tests   int
}{}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kulkul-store-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	engine.process, engine.err = enginetest.Launch(enginetest.ClickHouse, dir)
	code := m.Run()
	if engine.process != nil {
		if err := engine.process.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// config is the engine with an empty database made for the test.
func config(t testing.TB) Config {
	t.Helper()
	if engine.err != nil {
		t.Fatal(engine.err)
	}
	engine.Lock()
	engine.tests++
	name := fmt.Sprintf("test_%d", engine.tests)
	engine.Unlock()
	e := engine.process.Engines.ClickHouse
	c := Config{URL: e.URL, User: e.User, Password: e.Password, Database: e.Database}
	admin := open(t, c)
	if err := admin.conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s := open(t, c)
		if err := s.conn.Exec(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Error(err)
		}
	})
	c.Database = name
	return c
}

func open(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(context.Background(), c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// migrated is a store with the schema and no rows.
func migrated(t testing.TB) *Store {
	t.Helper()
	s := open(t, config(t))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// day reads a date.
func day(t testing.TB, s string) kulkul.Day {
	t.Helper()
	d, err := kulkul.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// instantOf reads "2026-01-02 15:04".
func instantOf(t testing.TB, s string) time.Time {
	t.Helper()
	if !strings.Contains(s, " ") {
		s += " 12:00"
	}
	at, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// must stops the test at an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
