package engine

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

func open(t *testing.T) *Engine {
	t.Helper()
	library, err := chdb.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(Options{
		Dir: filepath.Join(t.TempDir(), "deep", "<er> & 'er'"), Library: library,
		Memory: 1 << 30, QueryMemory: 1 << 29, Threads: 2, Sessions: 2,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func run(ctx context.Context, e *Engine, a Access, sql string) (string, error) {
	s, err := e.Session(ctx, a)
	if err != nil {
		return "", err
	}
	defer s.Close()
	var out bytes.Buffer
	err = s.Run(ctx, Statement{SQL: sql, Format: "TabSeparated"}, func(b []byte) error {
		_, err := out.Write(b)
		return err
	})
	return strings.TrimSpace(out.String()), err
}

func code(err error) int {
	var e *chdb.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// TestEngine goes through everything on one engine, since a process can boot
// it only so often.
func TestEngine(t *testing.T) {
	e := open(t)
	if !strings.HasPrefix(e.Version(), "26.") || e.Timezone() != "UTC" {
		t.Errorf("version %s, zone %s", e.Version(), e.Timezone())
	}
	t.Run("settings, database and role end with the session", func(t *testing.T) { testSessionsAreApart(t, e) })
	t.Run("the end of the context stops a statement", func(t *testing.T) { testStop(t, e) })
	t.Run("a sink that fails stops a statement", func(t *testing.T) { testSink(t, e) })
	t.Run("rows that break off are not stored", func(t *testing.T) { testInsert(t, e) })
	t.Run("places", func(t *testing.T) { testPlaces(t, e) })
}

func testSessionsAreApart(t *testing.T, e *Engine) {
	for _, c := range []struct {
		access Access
		sql    string
		want   string
		code   int
	}{
		{Access{}, "SELECT getSetting('max_threads'), currentDatabase(), getSetting('async_insert')", "2\tdefault\tfalse", 0},
		{Access{Database: "system", Settings: map[string]string{"max_threads": "1"}}, "SELECT getSetting('max_threads'), currentDatabase()", "1\tsystem", 0},
		{Access{Settings: map[string]string{"async_insert": "1", "wait_for_async_insert": "1"}}, "SELECT getSetting('async_insert')", "false", 0},
		{Access{Settings: map[string]string{"log_comment": "mine"}}, "SELECT endsWith(getSetting('log_comment'), ';mine')", "1", 0},
		{Access{Settings: map[string]string{"max_threads": "1'"}}, "SELECT 1", "", 27},
		{Access{Settings: map[string]string{"x = 1, readonly": "1"}}, "SELECT 1", "", 115},
		{Access{Database: "a`; DROP TABLE x"}, "SELECT 1", "", 81},
		{Access{ReadOnly: true}, "CREATE TABLE r (n Int8) ENGINE = Memory", "", 164},
		{Access{ReadOnly: true}, "SELECT 1 SETTINGS max_threads = 1", "1", 0},
		{Access{Reader: true}, "SHOW CURRENT ROLES", readerRole + "\t0\t1", 0},
		{Access{Reader: true}, "SELECT 1 SETTINGS max_threads = 1", "", 164},
		{Access{}, "SELECT 1; SELECT 2", "", 62},
	} {
		got, err := run(t.Context(), e, c.access, c.sql)
		if got != c.want || code(err) != c.code || (c.code == 0) != (err == nil) {
			t.Errorf("%+v %s gives %q, %v, want %q, code %d", c.access, c.sql, got, err, c.want, c.code)
		}
	}
}

const endless = "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 7"

func testStop(t *testing.T, e *Engine) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := run(ctx, e, Access{}, endless); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v, want the context's", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := run(ended, e, Access{}, endless); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended before: %v", err)
	}
	// Killing one statement leaves the others alone, also where a mark begins
	// like another.
	ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var other sync.WaitGroup
	other.Go(func() {
		if got, err := run(t.Context(), e, Access{}, "SELECT sleep(1)"); got != "0" || err != nil {
			t.Errorf("the other statement: %q, %v", got, err)
		}
	})
	_, _ = run(ctx, e, Access{}, endless)
	other.Wait()
}

func testSink(t *testing.T, e *Engine) {
	s, err := e.Session(t.Context(), Access{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	full := errors.New("full")
	blocks := 0
	err = s.Run(t.Context(), Statement{SQL: "SELECT number FROM numbers(1000000000)", Format: "RowBinary"}, func([]byte) error {
		blocks++
		if blocks == 3 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || blocks != 3 {
		t.Errorf("%v after %d blocks", err, blocks)
	}
	// The session is free for the next one.
	if err := s.Run(t.Context(), Statement{SQL: "SELECT 1", Format: "TSV"}, func([]byte) error { return nil }); err != nil {
		t.Error(err)
	}
}

func testInsert(t *testing.T, e *Engine) {
	if _, err := run(t.Context(), e, Access{}, "CREATE TABLE ins (n UInt64) ENGINE = MergeTree ORDER BY n"); err != nil {
		t.Fatal(err)
	}
	insert := func(ctx context.Context, a Access, rows io.Reader) (uint64, error) {
		s, err := e.Session(ctx, a)
		if err != nil {
			return 0, err
		}
		defer s.Close()
		return s.Insert(ctx, Statement{SQL: "INSERT INTO ins", Format: "CSV"}, rows)
	}
	if n, err := insert(t.Context(), Access{}, iotest.OneByteReader(strings.NewReader("1\n2\n3\n"))); n != 3 || err != nil {
		t.Errorf("inserted %d, %v", n, err)
	}
	broken := errors.New("the line is dead")
	if _, err := insert(t.Context(), Access{}, io.MultiReader(strings.NewReader("4\n5\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("rows that break off: %v", err)
	}
	if _, err := insert(t.Context(), Access{}, strings.NewReader("6\nseven\n")); code(err) == 0 {
		t.Errorf("rows that are none: %v", err)
	}
	if _, err := insert(t.Context(), Access{Reader: true}, strings.NewReader("8\n")); code(err) != 164 {
		t.Errorf("a reader's rows: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	rows, more := io.Pipe()
	go func() {
		_, _ = more.Write([]byte("9\n"))
		cancel()
		more.CloseWithError(context.Canceled)
	}()
	if _, err := insert(ctx, Access{}, rows); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled insert: %v", err)
	}
	if got, err := run(t.Context(), e, Access{}, "SELECT groupArray(n) FROM ins"); got != "[1,2,3]" || err != nil {
		t.Errorf("the table holds %q, %v", got, err)
	}
}

func testPlaces(t *testing.T, e *Engine) {
	var held []*Session
	for range 2 {
		s, err := e.Session(t.Context(), Access{})
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := e.Session(ctx, Access{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third writer got in: %v", err)
	}
	if got, err := run(t.Context(), e, Access{Reader: true}, "SELECT 1"); got != "1" || err != nil {
		t.Errorf("a reader beside two writers: %q, %v", got, err)
	}
	for _, s := range held {
		s.Close()
	}
	if got, err := run(t.Context(), e, Access{}, "SELECT 1"); got != "1" || err != nil {
		t.Errorf("after they closed: %q, %v", got, err)
	}
}

func TestConfigurationIsXML(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "a & b"), Memory: 123}
	if err := writeConfig(o); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"engine.xml", "users.xml"} {
		path := filepath.Join(o.Dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for dec := xml.NewDecoder(bytes.NewReader(text)); ; {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by others: %v", name, info.Mode())
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(Options{Dir: t.TempDir(), Library: "/nowhere/libchdb.so"}); err == nil || !strings.Contains(err.Error(), "/nowhere/libchdb.so") {
		t.Errorf("no library: %v", err)
	}
}
