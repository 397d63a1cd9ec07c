package clickhouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

func TestKilledChildComesBackWithItsData(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir()})
	at := s.Endpoint()
	ask(t, at, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
	acknowledged := 0
	for round := range 3 {
		killed := make(chan error, 1)
		pid := s.PID()
		time.AfterFunc(time.Duration(100+50*round)*time.Millisecond, func() { killed <- syscall.Kill(pid, syscall.SIGKILL) })
		// Inserts until one is cut off.
		for {
			_, code, err := try(t.Context(), at, at.User, at.Password,
				fmt.Sprintf("INSERT INTO t SELECT number FROM numbers(%d, 1000)", acknowledged), "")
			if code != 0 {
				t.Fatalf("an insert was refused with code %d", code)
			}
			if err != nil {
				break
			}
			acknowledged += 1000
		}
		if err := <-killed; err != nil {
			t.Fatal(err)
		}
		within(t, 5*time.Second, "the old child is gone", func() bool { return !alive(pid) })
		if err := s.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The port and the passwords are the same as before.
		rows, err := strconv.Atoi(ask(t, at, "SELECT count() FROM t"))
		if err != nil || rows != acknowledged && rows != acknowledged+1000 {
			t.Errorf("after the kill there are %d rows, want %d or, with the one cut off, 1000 more", rows, acknowledged)
		}
		ask(t, at, fmt.Sprintf("DELETE FROM t WHERE n >= %d", acknowledged))
	}
	if got := s.Restarts(); got != 3 {
		t.Errorf("%d restarts, want 3", got)
	}
	if got := ask(t, at, "SELECT count(), uniqExact(n) FROM t"); got != fmt.Sprintf("%d\t%d", acknowledged, acknowledged) {
		t.Errorf("the table holds %q, want %d different rows", got, acknowledged)
	}
}

func TestRequestsWaitWhileTheChildRestarts(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir()})
	ask(t, s.Endpoint(), "SELECT 1")
	pid := s.PID()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, 5*time.Second, "the child is gone", func() bool { return !s.Ready() })
	began := time.Now()
	if got := ask(t, s.Endpoint(), "SELECT 2"); got != "2" {
		t.Errorf("got %q", got)
	}
	t.Logf("the request waited %v", time.Since(began).Round(time.Millisecond))
}

func TestKilledParentLeavesNoOrphan(t *testing.T) {
	dir := t.TempDir()
	parent, line := command(t, asParent, dir)
	pidText, dsn, ok := strings.Cut(line, " ")
	if !ok {
		t.Fatalf("the parent said %q", line)
	}
	child, err := strconv.Atoi(pidText)
	if err != nil {
		t.Fatal(err)
	}
	at := endpointOf(t, dsn)
	ask(t, at, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
	ask(t, at, "INSERT INTO t VALUES (7)")
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// A new parent may come at once; it waits until the old child has let go.
	s := supervise(t, Options{Dir: dir})
	if got := ask(t, s.Endpoint(), "SELECT n FROM t"); got != "7" {
		t.Errorf("the table holds %q", got)
	}
	within(t, 2*time.Second, "the orphan ends", func() bool { return !alive(child) })
}

func TestASecondParentWaitsForThePath(t *testing.T) {
	dir := t.TempDir()
	first := supervise(t, Options{Dir: dir})
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	_, err := Supervise(ctx, Options{Dir: dir}, os.Args[0], asChild)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Another server instance") {
		t.Errorf("a second parent got %v, want the deadline and the engine's words about the lock", err)
	}
	// The first gives way once the second has failed.
	var once sync.Once
	failed := func(record slog.Record) {
		if strings.Contains(record.Message, "starting another") {
			once.Do(func() { go first.Stop() })
		}
	}
	second := supervise(t, Options{Dir: dir, Log: slog.New(records{slog.DiscardHandler, failed})})
	if second.Restarts() == 0 {
		t.Error("the second parent found the path free")
	}
}

// records is a log handler that hands every record to a function.
type records struct {
	slog.Handler
	each func(slog.Record)
}

func (r records) Enabled(context.Context, slog.Level) bool { return true }

func (r records) Handle(_ context.Context, record slog.Record) error {
	r.each(record)
	return nil
}

func TestStopIsQuick(t *testing.T) {
	began := time.Now()
	s := supervise(t, Options{Dir: t.TempDir()})
	t.Logf("ready after %v", time.Since(began).Round(time.Millisecond))
	at := s.Endpoint()
	ended := make(chan error, 1)
	go func() {
		_, _, err := try(t.Context(), at, at.User, at.Password, "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 7", "")
		ended <- err
	}()
	within(t, 5*time.Second, "the statement runs", func() bool { return ask(t, at, "SELECT count() FROM system.processes") == "2" })
	pid := s.PID()
	began = time.Now()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second { // it is far less; the machine may be busy
		t.Errorf("it took %v to stop", took)
	}
	<-ended
	if alive(pid) || s.Ready() || s.PID() != 0 {
		t.Error("the child is still there")
	}
	if err := s.Wait(t.Context()); !errors.Is(err, ErrStopped) {
		t.Errorf("waiting after the stop gives %v", err)
	}
}

func TestWhatCannotStartSaysSo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	t.Run("no library", func(t *testing.T) {
		t.Setenv("KULKUL_LIBCHDB", "/nowhere")
		_, err := Supervise(ctx, Options{Dir: t.TempDir()}, os.Args[0], asChild)
		if !errors.Is(err, chdb.ErrMissing) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no such command", func(t *testing.T) {
		_, err := Supervise(ctx, Options{Dir: t.TempDir()}, "/no/such/command")
		if err == nil || !strings.Contains(err.Error(), "/no/such/command") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a library that is none", func(t *testing.T) {
		_, err := Supervise(ctx, Options{Dir: t.TempDir(), Library: os.Args[0]}, os.Args[0], asChild)
		if err == nil || !strings.Contains(err.Error(), "cannot serve") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a folder that is a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Supervise(ctx, Options{Dir: path}, os.Args[0], asChild)
		if err == nil || !strings.Contains(err.Error(), "not a directory") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no folder", func(t *testing.T) {
		if _, err := Supervise(ctx, Options{}, os.Args[0], asChild); err == nil {
			t.Error("it started without a folder")
		}
	})
}

func TestServeAsAServiceOfItsOwn(t *testing.T) {
	cmd, line := command(t, asServer, t.TempDir())
	var at Endpoint
	if err := json.Unmarshal([]byte(line), &at); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, at, "SELECT 1"); got != "1" {
		t.Errorf("got %q", got)
	}
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v to end", took)
	}
}

// A backup lies in the folder backups of the data directory and restores what
// was lost.
func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	s := supervise(t, Options{Dir: dir})
	at := s.Endpoint()
	ask(t, at, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
	ask(t, at, "INSERT INTO t SELECT number FROM numbers(1000)")
	ask(t, at, "BACKUP DATABASE default TO File('all.tar')")
	if _, err := os.Stat(filepath.Join(dir, "backups", "all.tar")); err != nil {
		t.Error(err)
	}
	ask(t, at, "DROP TABLE t SYNC")
	ask(t, at, "RESTORE DATABASE default FROM File('all.tar')")
	if got := ask(t, at, "SELECT sum(n) FROM t"); got != "499500" {
		t.Errorf("restored %q", got)
	}
	if text, code, err := try(t.Context(), at, at.User, at.Password, "BACKUP TABLE t TO File('/tmp/elsewhere.tar')", ""); code != 36 || err != nil {
		t.Errorf("a backup elsewhere: code %d, %v, %q", code, err, text)
	}
}

// Files in the working directory are no tables.
func TestFilesAreNoTables(t *testing.T) {
	library, err := chdb.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("items", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := supervise(t, Options{Dir: "data", Library: library}) // a relative folder
	ask(t, s.Endpoint(), "CREATE TABLE items (n UInt64) ENGINE = MergeTree ORDER BY n")
	if _, err := os.Stat(filepath.Join("data", "engine.xml")); err != nil {
		t.Error(err)
	}
}
