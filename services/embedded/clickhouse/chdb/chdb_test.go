package chdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// open opens the engine of this process; only one path can be open at a time.
func open(t *testing.T, options ...string) (*Library, *Conn) {
	t.Helper()
	path, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	lib, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := lib.Open(append([]string{"--path=" + t.TempDir()}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return lib, conn
}

func mustQuery(t *testing.T, c *Conn, sql string, params map[string]string) string {
	t.Helper()
	out, err := c.Query(sql, "TabSeparated", params)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.TrimSpace(string(out))
}

// TestEngine goes through everything on one engine, since a process can boot
// it only so often.
func TestEngine(t *testing.T) {
	dir := t.TempDir()
	lib, conn := open(t)
	if !strings.HasPrefix(NPMVersion, lib.Version()) {
		t.Errorf("the library is %s, want the pinned %s", lib.Version(), NPMVersion)
	}
	t.Run("parameters may hold anything", func(t *testing.T) {
		got := mustQuery(t, conn, "SELECT {a:UInt8} + 1, {b:String}, length({c:String})", map[string]string{"a": "1", "b": "", "c": `\0x`})
		if got != "2\t\t2" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("statements may hold zero bytes", func(t *testing.T) {
		if got := mustQuery(t, conn, "SELECT length('a\x00b')", nil); got != "3" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a stream gives block after block", func(t *testing.T) {
		rows, err := conn.Stream("SELECT number FROM numbers(1000000)", "RowBinary", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		blocks, size := drain(t, rows)
		if size != 8_000_000 || blocks < 5 {
			t.Errorf("%d blocks with %d bytes, want several with 8000000", blocks, size)
		}
		if _, err := rows.Next(); err != io.EOF {
			t.Errorf("after the end: %v, want io.EOF", err)
		}
	})
	t.Run("a stream given up frees the session", func(t *testing.T) {
		rows, err := conn.Stream("SELECT number FROM numbers(1000000000)", "RowBinary", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rows.Next(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
		rows.Close()
		if got := mustQuery(t, conn, "SELECT 1", nil); got != "1" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("errors", func(t *testing.T) { testErrors(t, conn) })
	t.Run("inserts", func(t *testing.T) { testInserts(t, conn) })
	t.Run("classes", func(t *testing.T) { testClasses(t, conn) })
	t.Run("sessions side by side", func(t *testing.T) { testSessions(t, lib, conn) })
	t.Run("another path is refused", func(t *testing.T) {
		if other, err := lib.Open("--path=" + dir); !errors.Is(err, ErrOpen) {
			t.Errorf("opening a second path: %v, %v, want ErrOpen", other, err)
		}
	})
}

func drain(t *testing.T, rows *Rows) (blocks, size int) {
	t.Helper()
	for {
		block, err := rows.Next()
		if err == io.EOF {
			return blocks, size
		}
		if err != nil {
			t.Fatal(err)
		}
		blocks++
		size += len(block)
	}
}

func testErrors(t *testing.T, conn *Conn) {
	wantCode := func(err error, code int) {
		t.Helper()
		var e *Error
		if !errors.As(err, &e) || e.Code != code {
			t.Errorf("the error is %v, want code %d", err, code)
		}
	}
	_, err := conn.Query("SELECT * FROM nothing", "Native", nil)
	wantCode(err, 60)
	_, err = conn.Stream("SELEC 1", "Native", nil)
	wantCode(err, 62)
	_, err = conn.Insert("INSERT INTO nothing", "Native", nil)
	wantCode(err, 60)
	rows, err := conn.Stream("SELECT throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_threads = 1", "Native", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for err == nil {
		_, err = rows.Next()
	}
	wantCode(err, 395)
}

func testInserts(t *testing.T, conn *Conn) {
	mustQuery(t, conn, "CREATE TABLE ins (n UInt64, s String) ENGINE = MergeTree ORDER BY n", nil)
	var csv bytes.Buffer
	for i := range 10_000 {
		fmt.Fprintf(&csv, "%d,row %d\n", i, i)
	}
	ins, err := conn.Insert("INSERT INTO ins (n, s)", "CSV", nil)
	if err != nil {
		t.Fatal(err)
	}
	// Chunks that end within a row.
	for chunk := range bytesChunks(csv.Bytes(), 1000) {
		if _, err := ins.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := ins.Done()
	ins.Close()
	if err != nil || rows != 10_000 {
		t.Errorf("inserted %d rows, error %v, want 10000", rows, err)
	}
	ins, err = conn.Insert("INSERT INTO ins", "CSV", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ins.Write([]byte("20000,x\n")); err != nil {
		t.Error(err)
	}
	ins.Close() // given up
	ins, err = conn.Insert("INSERT INTO ins", "CSV", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = ins.Write([]byte("not a number,x\n"))
	if _, err := ins.Done(); err == nil {
		t.Error("a row that is none was taken")
	}
	ins.Close()
	if got := mustQuery(t, conn, "SELECT count(), sum(n) FROM ins", nil); got != "10000\t49995000" {
		t.Errorf("the table holds %q", got)
	}
}

func bytesChunks(b []byte, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			n := min(size, len(b))
			if !yield(b[:n]) {
				return
			}
			b = b[n:]
		}
	}
}

func testClasses(t *testing.T, conn *Conn) {
	for sql, want := range map[string]Analysis{
		"SELECT 1":                              {ReadOnly, 1},
		"-- c\nWITH 1 AS x SELECT x;":           {ReadOnly, 1},
		"SHOW TABLES":                           {ReadOnly, 1},
		"EXPLAIN SELECT 1":                      {ReadOnly, 1},
		"SELECT 1; SELECT 2":                    {ReadOnly, 2},
		"SELECT 1 INTO OUTFILE 'x'":             {Control, 1},
		"INSERT INTO t VALUES (1)":              {Mutating, 1},
		"CREATE TABLE t (n Int8) ENGINE=Memory": {Mutating, 1},
		"KILL QUERY WHERE 1":                    {Control, 1},
		"SET max_threads = 1":                   {Control, 1},
		"CREATE USER u":                         {MutatingGlobal, 1},
		"SELEC 1":                               {Unknown, 0},
		"":                                      {Unknown, 0},
	} {
		if got := conn.Classify(sql); got != want {
			t.Errorf("%q is %+v, want %+v", sql, got, want)
		}
	}
}

func testSessions(t *testing.T, lib *Library, conn *Conn) {
	mustQuery(t, conn, "CREATE TABLE shared (n UInt64) ENGINE = MergeTree ORDER BY n", nil)
	path := mustQuery(t, conn, "SELECT value FROM system.server_settings WHERE name = 'path'", nil)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 25 {
				c, err := lib.Open("--path="+path, fmt.Sprintf("--max_block_size=%d", 100+worker))
				if err != nil {
					t.Error(err)
					return
				}
				mustBe(t, c, "SELECT getSetting('max_block_size')", fmt.Sprint(100+worker))
				mustBe(t, c, fmt.Sprintf("INSERT INTO shared VALUES (%d)", worker*1000+i), "")
				c.Close()
			}
		})
	}
	wg.Wait()
	mustBe(t, conn, "SELECT count(), uniqExact(n) FROM shared", "100\t100")
}

func mustBe(t *testing.T, c *Conn, sql, want string) {
	t.Helper()
	if out, err := c.Query(sql, "TabSeparated", nil); err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("%s gives %q, %v, want %q", sql, out, err, want)
	}
}

func TestLoadRefusesAnotherLibrary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(path, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("loading what is no library: %v", err)
	}
	for _, other := range []string{"/lib/x86_64-linux-gnu/libm.so.6"} {
		if _, err := os.Stat(other); err != nil {
			continue
		}
		if _, err := Load(other); err == nil || !strings.Contains(err.Error(), "another version") {
			t.Errorf("loading another library: %v", err)
		}
	}
}
