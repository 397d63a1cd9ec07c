package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
)

// TestMain lets the test binary be the database's child process, as the product's
// binary is, and a bus of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == assemble.ChildCommand {
		if err := clickhouse.Child(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 4 && os.Args[1] == natsCommand {
		if err := natsAlone(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// root is the repository's root.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.work above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// shared finds a file of the data beside the repository, or skips the test.
func shared(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("KULKUL_SHARED")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared")
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("shared data absent: %s", path)
	}
	return path
}

// files are the running configuration's files as the tree ships them.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	list, err := config.ReadFiles(os.DirFS(filepath.Join(root(t), "configs")))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func seed(list map[string][]byte) fs.FS {
	out := fstest.MapFS{}
	for path, data := range list {
		out[path] = &fstest.MapFile{Data: data}
	}
	return out
}

// process is a configuration open to feeds on this machine.
func process() assemble.File {
	f := assemble.DefaultFile()
	f.Collector.Dial.Allow = []string{"127.0.0.0/8"}
	f.Intake.Dial.Allow = f.Collector.Dial.Allow
	f.Collector.HostGap, f.Collector.Spread = 10*time.Millisecond, 0
	f.Intake.Requests = 100_000
	f.Console.Listen, f.Intake.Listen = "127.0.0.1:0", "127.0.0.1:0"
	return f
}

// up runs everything on a data folder until the test ends or stop is called.
func up(t testing.TB, dir string, f assemble.File, list map[string][]byte) (u *assemble.Upped, stop func()) {
	t.Helper()
	return upLogging(t, dir, f, list, slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// upLogging is up with a log of the test's own.
func upLogging(t testing.TB, dir string, f assemble.File, list map[string][]byte, log *slog.Logger) (u *assemble.Upped, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan *assemble.Upped, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- assemble.Up(ctx, assemble.UpOptions{Data: dir, File: f, Seed: seed(list), Log: log, Version: "test",
			Started: func(_ context.Context, u *assemble.Upped) ([]run.Part, error) { started <- u; return nil, nil }})
	}()
	select {
	case u = <-started:
	case err := <-ended:
		cancel()
		t.Fatalf("up ended: %v", err)
	case <-time.After(time.Minute):
		cancel()
		t.Fatal("up did not start within a minute")
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("up: %v", err)
		}
	}
	t.Cleanup(stop)
	return u, stop
}

// testWriter writes what is logged into the test's log.
type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(string(p[:max(len(p)-1, 0)]))
	return len(p), nil
}

// eventually waits for a condition.
func eventually(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("within %v: %s did not happen", within, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// binary builds the product's binary.
func binary(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kulkul")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./services/cmd/kulkul")
	cmd.Dir = root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the binary: %v\n%s", err, out)
	}
	return path
}
