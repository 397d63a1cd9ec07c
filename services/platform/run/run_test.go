package run_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/run"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// journal records what happened, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, s)
}

func (j *journal) part(name string, ready func(context.Context) error) run.Part {
	return run.Part{Name: name, Ready: ready, Run: func(ctx context.Context) error {
		j.add("start " + name)
		<-ctx.Done()
		j.add("stop " + name)
		return nil
	}}
}

func TestPartsStartInOrderAndStopInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		begin := time.Now()
		slow := func(context.Context) error {
			if time.Since(begin) < time.Second {
				return errors.New("not yet")
			}
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		later := j.part("second", nil)
		inner := later.Run
		later.Run = func(ctx context.Context) error {
			if d := time.Since(begin); d < time.Second {
				t.Errorf("second started after %v, before first was ready", d)
			}
			return inner(ctx)
		}
		if err := run.All(ctx, quiet(), j.part("first", slow), later); err != nil {
			t.Fatal(err)
		}
		want := []string{"start first", "start second", "stop second", "stop first"}
		if !slices.Equal(j.lines, want) {
			t.Errorf("got %v, want %v", j.lines, want)
		}
	})
}

func TestFailingPartEndsAllAndIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		bad := errors.New("no disk")
		err := run.All(t.Context(), quiet(), j.part("sound", nil), run.Part{Name: "broken", Run: func(ctx context.Context) error {
			time.Sleep(time.Second)
			return bad
		}})
		if !errors.Is(err, bad) || !strings.HasPrefix(err.Error(), "broken: ") {
			t.Errorf("got %v", err)
		}
		if !slices.Contains(j.lines, "stop sound") {
			t.Errorf("the sound part was not stopped: %v", j.lines)
		}
	})
}

func TestPartThatReturnsEarlyIsAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := run.All(t.Context(), quiet(), run.Part{Name: "short", Run: func(context.Context) error { return nil }})
		if err == nil || err.Error() != "short: stopped by itself" {
			t.Errorf("got %v", err)
		}
	})
}

func TestPartFailingBeforeItIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func(context.Context) error { return errors.New("never") }
		err := run.All(t.Context(), quiet(), run.Part{Name: "stillborn", Ready: never,
			Run: func(context.Context) error { return errors.New("no port") }})
		if err == nil || err.Error() != "stillborn: no port" {
			t.Errorf("got %v", err)
		}
	})
}

func TestPartThatDoesNotStopIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		err := run.All(ctx, quiet(), run.Part{Name: "stubborn", Run: func(context.Context) error { <-release; return nil }})
		close(release)
		if err == nil || !strings.Contains(err.Error(), "stubborn: still running") {
			t.Errorf("got %v", err)
		}
	})
}

func TestServeLetsRequestsFinishAndCutsStreams(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{}, 2)
	mux := http.NewServeMux()
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		started <- struct{}{}
		time.Sleep(300 * time.Millisecond)
		_, _ = io.WriteString(w, "done")
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		started <- struct{}{}
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- run.Serve(ctx, l, mux) }()
	bodies := make(chan string, 2)
	for _, path := range []string{"/slow", "/stream"} {
		go func() {
			resp, err := http.Get("http://" + l.Addr().String() + path)
			if err != nil {
				bodies <- err.Error()
				return
			}
			defer resp.Body.Close()
			b, _ := io.ReadAll(resp.Body)
			bodies <- path + "=" + string(b)
		}()
	}
	<-started
	<-started
	cancel()
	got := []string{<-bodies, <-bodies}
	slices.Sort(got)
	if want := []string{"/slow=done", "/stream="}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
}

// The first flow that fails ends the others and is named; an end that was asked
// for is no error.
func TestTogether(t *testing.T) {
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	broken := errors.New("broken")
	err := run.Together(t.Context(), map[string]func(context.Context) error{
		"a": wait, "b": func(context.Context) error { return broken },
	})
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "b: ") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run.Together(ctx, map[string]func(context.Context) error{"a": wait}); err != nil {
		t.Errorf("got %v", err)
	}
}
