package clickhouse

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// post streams the answer to a statement into w.
func post(ctx context.Context, at Endpoint, params, sql string, w io.Writer) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.URL+"/?"+params, strings.NewReader(sql))
	if err != nil {
		return 0, err
	}
	req.SetBasicAuth(at.User, at.Password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return io.Copy(w, resp.Body)
}

func TestIdleMemoryAndProcessor(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir()})
	at := s.Endpoint()
	for i := range 12 {
		ask(t, at, fmt.Sprintf("CREATE TABLE t%d (n UInt64, s String) ENGINE = ReplacingMergeTree ORDER BY n", i))
		ask(t, at, fmt.Sprintf("INSERT INTO t%d SELECT number, toString(number) FROM numbers(10000)", i))
	}
	before := processorTicks(t, s.PID())
	time.Sleep(3 * time.Second)
	ticks := processorTicks(t, s.PID()) - before
	rss := status(t, s.PID(), "VmRSS") / 1024
	t.Logf("idle with 12 tables: %d MB resident (%d MB of it the library's file), %d ms of processor time in 3 s, %d threads",
		rss, status(t, s.PID(), "RssFile")/1024, ticks*10, status(t, s.PID(), "Threads"))
	if rss > 400 {
		t.Errorf("%d MB resident, want at most 400", rss)
	}
	if ticks*10 > 300 {
		t.Errorf("%d ms of processor time in 3 s of idleness, want at most a tenth of it", ticks*10)
	}
}

// processorTicks is the time a process has run, in hundredths of a second.
func processorTicks(t *testing.T, pid int) int {
	t.Helper()
	var user, system int
	text := stat(t, pid)
	// The name in parentheses may hold anything; the fields follow it.
	fields := strings.Fields(text[strings.LastIndex(text, ")")+1:])
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return user + system
}

func TestBigResultTakesLittleMemory(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir()})
	n, err := post(t.Context(), s.Endpoint(), "default_format=RowBinary", "SELECT randomPrintableASCII(1000) FROM numbers(500000)", io.Discard)
	if err != nil || n != 500_000*1002 {
		t.Errorf("%d bytes, %v, want 501000000", n, err)
	}
	if peak := status(t, s.PID(), "VmHWM") / 1024; peak > 700 {
		t.Errorf("501 MB of result took %d MB of memory at its peak, want less than 700", peak)
	} else {
		t.Logf("501 MB of result, %d MB of memory at the peak", peak)
	}
}

// A reader that does not read holds its statement back; it is stopped when it
// goes.
func TestSlowClientHoldsItsStatementBack(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir()})
	at := s.Endpoint()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.URL, strings.NewReader("SELECT randomPrintableASCII(1000) FROM numbers(100000000)"))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(at.User, at.Password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	if peak := status(t, s.PID(), "VmHWM") / 1024; peak > 700 {
		t.Errorf("a client that does not read takes %d MB", peak)
	}
	cancel()
	resp.Body.Close()
	within(t, 5*time.Second, "the statement stops", func() bool { return ask(t, at, "SELECT count() FROM system.processes") == "1" })
}

func TestMemoryLimits(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir(), Memory: 600 << 20, QueryMemory: 200 << 20})
	at := s.Endpoint()
	hungry := "SELECT length(groupArray(number)) FROM numbers(200000000)"
	if text, code, err := try(t.Context(), at, at.User, at.Password, hungry, ""); code != 241 || err != nil {
		t.Errorf("beyond the statement's limit: code %d, %v, %q", code, err, text)
	}
	pid := s.PID()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if text, code, err := try(t.Context(), at, at.User, at.Password, hungry, "max_memory_usage=10000000000"); code != 241 || err != nil {
				t.Errorf("beyond the engine's limit: code %d, %v, %q", code, err, text)
			}
		})
	}
	wg.Wait()
	if got := ask(t, at, "SELECT 1"); got != "1" || s.PID() != pid || s.Restarts() != 0 {
		t.Errorf("the engine did not live through its limit: %q, %d restarts", got, s.Restarts())
	}
	// The limit counts what statements take; the library's file and the
	// engine's own base come on top of it.
	if peak := status(t, pid, "VmHWM") / 1024; peak > 1200 {
		t.Errorf("%d MB at the peak under a limit of 600", peak)
	} else {
		t.Logf("%d MB at the peak under a limit of 600", peak)
	}
}

// More statements than places wait; none is refused, and readers and writers
// do not take each other's places.
func TestStatementsQueue(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir(), Sessions: 2})
	at := s.Endpoint()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if text, code, err := try(t.Context(), at, at.Reader, at.ReaderPassword, "SELECT sleep(0.5)", ""); code != 0 || err != nil {
				t.Errorf("code %d, %v, %q", code, err, text)
			}
		})
	}
	within(t, 5*time.Second, "two readers run", func() bool { return ask(t, at, "SELECT count() FROM system.processes") == "3" })
	wg.Wait()
}
