// Package run starts the parts of a process in order, waits for each to be
// ready before the next, and stops them in the opposite order.
//
// In: named parts. Out: nil when all stopped because ctx ended, or the error of
// the first that failed. Called by cmd; services use Serve for their listeners.
package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Part is something that runs until its context ends.
type Part struct {
	Name string
	Run  func(context.Context) error
	// Ready, which may be nil, gives nil once those who depend on the part may
	// start.
	Ready func(context.Context) error
}

// Grace is how long a part may take to drain before the others are stopped
// regardless.
const Grace = 15 * time.Second

// poll is how often a part is asked whether it is ready.
const poll = 50 * time.Millisecond

type running struct {
	Part
	stop context.CancelFunc
	done chan struct{}
	err  error
}

// All starts the parts one after the other, each when the one before is ready,
// and returns after all have stopped: last started, first stopped. It ends
// when ctx ends (nil) or when a part fails or returns early (its error).
func All(ctx context.Context, log *slog.Logger, parts ...Part) error {
	failed := make(chan *running, len(parts))
	var started []*running
	var first error
	for _, p := range parts {
		r := start(ctx, p, failed)
		started = append(started, r)
		if first = await(ctx, r, failed); first != nil || ctx.Err() != nil {
			break
		}
		log.Info("started", "part", p.Name)
	}
	if first == nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case r := <-failed:
			first = r.failure()
		}
	}
	return errors.Join(first, stop(log, started))
}

// start runs a part under a context of its own, so that parts can be stopped
// one by one; ctx's end does not reach it directly.
func start(ctx context.Context, p Part, failed chan<- *running) *running {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{Part: p, stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		if r.err = p.Run(own); own.Err() == nil {
			failed <- r
		}
	}()
	return r
}

// await returns when the part is ready, when any part has failed (its error),
// or when ctx ends (nil).
func await(ctx context.Context, r *running, failed <-chan *running) error {
	if r.Ready == nil {
		return nil
	}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for r.Ready(ctx) != nil {
		select {
		case <-ctx.Done():
			return nil
		case f := <-failed:
			return f.failure()
		case <-tick.C:
		}
	}
	return nil
}

func (r *running) failure() error {
	if r.err == nil {
		return fmt.Errorf("%s: stopped by itself", r.Name)
	}
	return fmt.Errorf("%s: %w", r.Name, r.err)
}

// stop ends the parts in reverse order, each given Grace to drain.
func stop(log *slog.Logger, started []*running) error {
	var late error
	for i := len(started) - 1; i >= 0; i-- {
		r := started[i]
		r.stop()
		select {
		case <-r.done:
			log.Info("stopped", "part", r.Name)
		case <-time.After(Grace):
			late = errors.Join(late, fmt.Errorf("%s: still running %v after it was stopped", r.Name, Grace))
		}
	}
	return late
}

// streamGrace is how long requests in flight may go on after a stop before
// their contexts end; event streams go on until then.
const streamGrace = 2 * time.Second

// Serve answers HTTP on the listener until ctx ends; requests in flight then
// have streamGrace to finish before their contexts end.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	s := &http.Server{
		Handler: h, BaseContext: func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	defer time.AfterFunc(streamGrace, cut).Stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
	defer cancel()
	err := s.Shutdown(grace)
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	if err != nil {
		return fmt.Errorf("stop serving %s: %w", l.Addr(), err)
	}
	return nil
}
