package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// ErrStopped is the answer for a supervisor that no longer runs a child.
var ErrStopped = errors.New("the ClickHouse child is stopped")

// Supervisor keeps one child process alive.
type Supervisor struct {
	options  Options
	argv     []string
	listener *net.TCPListener
	handed   *os.File // the listener as the child inherits it

	stop     context.CancelFunc
	done     chan struct{} // closed when no child runs and none will
	failure  error         // why, once done is closed; nil after Stop
	restarts atomic.Int64

	mu    sync.Mutex
	ready chan struct{} // closed while a child serves; replaced when it dies
	pid   int
	last  string // the last that a child wrote on standard error
}

// Supervise starts argv as the child, whose program must call Child, and waits
// until it serves, or until ctx ends. It starts it again whenever it dies, on
// the same port and with the same passwords; connections made meanwhile wait
// in the listener. Once it has returned well, only Stop stops the child.
func Supervise(ctx context.Context, o Options, argv ...string) (*Supervisor, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if o.Library == "" {
		if o.Library, err = chdb.Find(".", o.Dir); err != nil {
			return nil, err
		}
	}
	for _, path := range []*string{&o.Dir, &o.Library} { // the child has another working directory
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, fmt.Errorf("supervise the ClickHouse child: %w", err)
		}
	}
	s := &Supervisor{options: o, argv: argv, done: make(chan struct{}), ready: make(chan struct{})}
	if s.listener, err = listen(o.Addr); err != nil {
		return nil, err
	}
	if s.handed, err = s.listener.File(); err != nil {
		s.listener.Close()
		return nil, fmt.Errorf("hand over the listener: %w", err)
	}
	s.options.Endpoint.URL = "http://" + s.listener.Addr().String()
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go s.run(life)
	if err := s.Wait(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Endpoint is where the child serves. It never changes.
func (s *Supervisor) Endpoint() Endpoint { return s.options.Endpoint }

// Restarts counts how often a child was started after the first.
func (s *Supervisor) Restarts() int { return int(s.restarts.Load()) }

// Ready says whether a child serves right now.
func (s *Supervisor) Ready() bool {
	select {
	case <-s.serving():
		return true
	default:
		return false
	}
}

// PID is the process id of the present child, 0 while there is none.
func (s *Supervisor) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

// Wait waits until a child serves, until none ever will, or until ctx ends.
func (s *Supervisor) Wait(ctx context.Context) error {
	select {
	case <-s.serving():
		return nil
	case <-s.done:
		if s.failure != nil {
			return s.failure
		}
		return ErrStopped
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.last != "" {
			return fmt.Errorf("wait for the ClickHouse child: %w; its last words: %s", ctx.Err(), s.last)
		}
		return fmt.Errorf("wait for the ClickHouse child: %w", ctx.Err())
	}
}

// Done is closed when the supervisor has given up or was stopped.
func (s *Supervisor) Done() <-chan struct{} { return s.done }

// Stop lets the child close its database and waits for its end. It gives the
// error for which the supervisor had given up before, if it had.
func (s *Supervisor) Stop() error {
	s.stop()
	<-s.done
	return s.failure
}

func (s *Supervisor) serving() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready
}

func (s *Supervisor) began(pid int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pid = pid
}

// note keeps the last line of a child, and prefers the engine's own words.
func (s *Supervisor) note(line string) {
	const engineSays = "DB::Exception"
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Contains(line, engineSays) || !strings.Contains(s.last, engineSays) {
		s.last = line
	}
}

func (s *Supervisor) serves() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.ready)
}

func (s *Supervisor) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pid = 0
	select {
	case <-s.ready:
		s.ready = make(chan struct{})
	default:
	}
}

const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// run starts children until ctx ends or one says that no other could do
// better.
func (s *Supervisor) run(ctx context.Context) {
	defer close(s.done)
	defer s.listener.Close()
	defer s.handed.Close()
	pause := firstPause
	for {
		began := time.Now()
		err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		var f *startError
		if errors.As(err, &f) && f.permanent {
			s.failure = err
			return
		}
		if time.Since(began) > time.Minute {
			pause = firstPause
		}
		s.options.Log.Warn("the ClickHouse child ended; starting another",
			slog.Any("error", err), slog.Duration("in", pause))
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
		s.restarts.Add(1)
	}
}
