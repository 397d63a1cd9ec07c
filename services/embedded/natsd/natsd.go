// Package natsd runs a NATS server with JetStream inside this process. In go
// a data directory and limits; out comes a server that clients of the same
// process reach without a listener, and others through a loopback listener
// with a token where one is asked for. Only commands and tests call it.
package natsd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Options says how the server runs. Zero values of the limits stand for the
// defaults.
type Options struct {
	// Dir keeps the streams; it is made where it is missing.
	Dir string
	// Listen opens a listener, on Addr. Without it only clients of this
	// process get in (nats.InProcessServer).
	Listen bool
	// Addr is where to listen; "" for a free port of 127.0.0.1.
	Addr string
	// Token is what a client must show; with Listen an empty one is replaced
	// by a random one. It is asked from clients of this process too.
	Token string
	// SyncInterval is how long a write may stay in the operating system's
	// cache before it is forced to the disk; default 2 minutes, which is
	// JetStream's. It matters for power cuts only, not for crashes.
	SyncInterval time.Duration
	// SyncAlways forces every write to the disk before it is acknowledged.
	SyncAlways bool
	// MaxMemory and MaxStore limit what streams take; bytes; defaults 128 MiB
	// and 16 GiB.
	MaxMemory, MaxStore int64
	// MaxPayload limits one message; bytes; default 1 MiB.
	MaxPayload int32
	Log        *slog.Logger
}

const (
	defaultMaxMemory = 128 << 20
	defaultMaxStore  = 16 << 30
	defaultPayload   = 1 << 20
	readyLimit       = 30 * time.Second
)

// ErrNotReady means that the server gave up, or did not take clients in time.
var ErrNotReady = errors.New("the NATS server did not become ready; its log says why")

// ErrInUse means that another process has the data directory open.
var ErrInUse = errors.New("another process uses this NATS data directory")

// Server is a running NATS server.
type Server struct {
	inner *server.Server
	token string
	lock  *os.File
}

// Start starts the server and waits until JetStream has recovered its streams
// and clients can connect, or until ctx ends.
func Start(ctx context.Context, o Options) (*Server, error) {
	so, err := serverOptions(o)
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(o.Dir)
	if err != nil {
		return nil, err
	}
	inner, err := server.NewServer(so)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the NATS server: %w", err), lock.Close())
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	inner.SetLoggerV2(logger{log}, false, false, false)
	inner.Start()
	s := &Server{inner: inner, token: so.Authorization, lock: lock}
	if err := s.waitReady(ctx); err != nil {
		s.Shutdown()
		return nil, err
	}
	return s, nil
}

func (s *Server) waitReady(ctx context.Context) error {
	for end := time.Now().Add(readyLimit); !s.inner.ReadyForConnections(50 * time.Millisecond); {
		if ctx.Err() != nil {
			return fmt.Errorf("wait for the NATS server: %w", ctx.Err())
		}
		if time.Now().After(end) || !s.inner.Running() {
			return ErrNotReady
		}
	}
	if !s.inner.JetStreamEnabled() {
		return ErrNotReady
	}
	return nil
}

// Provider is what nats.InProcessServer takes.
func (s *Server) Provider() *server.Server { return s.inner }

// URL is where others connect, "" without a listener.
func (s *Server) URL() string {
	addr, ok := s.inner.Addr().(*net.TCPAddr)
	if !ok || addr == nil {
		return ""
	}
	return "nats://" + addr.String()
}

// Token is what clients show, "" where none is asked for.
func (s *Server) Token() string { return s.token }

// Shutdown closes all connections, writes what the streams hold back and
// waits until that is done.
func (s *Server) Shutdown() {
	s.inner.Shutdown()
	s.inner.WaitForShutdown()
	s.lock.Close() // gives the directory free
}

// takeLock claims a data directory, which NATS itself does not: two servers on
// one would destroy it. The kernel lets go of it when this process ends.
func takeLock(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("natsd: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("natsd: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, ErrInUse), file.Close())
	}
	return file, nil
}

func serverOptions(o Options) (*server.Options, error) {
	if o.Dir == "" {
		return nil, errors.New("natsd: no data directory given")
	}
	so := &server.Options{
		ServerName:         "kulkul",
		DontListen:         !o.Listen,
		NoSigs:             true,
		NoLog:              true,
		JetStream:          true,
		StoreDir:           o.Dir,
		SyncInterval:       o.SyncInterval,
		SyncAlways:         o.SyncAlways,
		JetStreamMaxMemory: orDefault(o.MaxMemory, defaultMaxMemory),
		JetStreamMaxStore:  orDefault(o.MaxStore, defaultMaxStore),
		MaxPayload:         orDefault(o.MaxPayload, defaultPayload),
		Authorization:      o.Token,
	}
	if !o.Listen {
		return so, nil
	}
	so.Host, so.Port = "127.0.0.1", server.RANDOM_PORT
	if o.Addr != "" {
		host, port, err := net.SplitHostPort(o.Addr)
		if err != nil {
			return nil, fmt.Errorf("natsd: address %q: %w", o.Addr, err)
		}
		if so.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("natsd: address %q: %w", o.Addr, err)
		}
		so.Host = host
	}
	if so.Authorization == "" {
		so.Authorization = rand.Text()
	}
	return so, nil
}

func orDefault[T int32 | int64](value, standard T) T {
	if value == 0 {
		return standard
	}
	return value
}

// logger passes the server's log on. It keeps warnings and worse.
type logger struct{ log *slog.Logger }

func (l logger) Noticef(string, ...any)         {}
func (l logger) Debugf(string, ...any)          {}
func (l logger) Tracef(string, ...any)          {}
func (l logger) Warnf(format string, v ...any)  { l.log.Warn("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Errorf(format string, v ...any) { l.log.Error("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Fatalf(format string, v ...any) { l.log.Error("nats: " + fmt.Sprintf(format, v...)) }
