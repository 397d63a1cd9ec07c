// Package bus is the one way to NATS JetStream: subjects, streams, publishing,
// consuming, key-value buckets.
//
// In: domain values to publish, handlers to run. Out: messages with their
// acknowledgement, bucket entries with their revision. Called by every service;
// nothing else imports nats.go.
package bus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

// Config says which NATS to use. The zero value is not usable; see DefaultConfig.
type Config struct {
	URL string `yaml:"url"` // comma-separated servers
	// CredentialsFile holds a NATS .creds file, TokenFile a bare token; each
	// service has its own. Token is for the engines of this very process.
	CredentialsFile string `yaml:"credentials_file"`
	TokenFile       string `yaml:"token_file"`
	Token           string `yaml:"-"`
	CAFile          string `yaml:"ca_file"`
	// Replicas of every stream and bucket: 1 on a lone server, 3 in a cluster.
	Replicas int `yaml:"replicas"`
	// Provision lets this process create streams, durables and buckets. Where
	// it is off the process waits until an other one has.
	Provision bool `yaml:"provision"`
	// MaxBytes overrides the size limit of streams, by name; sizes in bytes.
	MaxBytes map[string]int64 `yaml:"max_bytes"`
	// Timeout bounds one request to the server.
	Timeout time.Duration `yaml:"timeout"`
	// InProcess, where set, connects without a socket.
	InProcess nats.InProcessConnProvider `yaml:"-"`
}

// DefaultConfig is a lone server on loopback.
func DefaultConfig() Config {
	return Config{URL: nats.DefaultURL, Replicas: 1, Provision: true, Timeout: 10 * time.Second}
}

// Bus is a connection to JetStream. Safe for concurrent use.
type Bus struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	config  Config
	metrics *metrics
	closed  chan struct{}
}

// Connect opens the connection as the named service and waits until JetStream
// answers, with every stream and bucket, or ctx ends. Once open it reconnects
// for ever.
func Connect(ctx context.Context, service string, c Config, reg prometheus.Registerer) (*Bus, error) {
	b, err := Dial(ctx, service, c, reg)
	if err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		b.conn.Close()
		return nil, err
	}
	return b, nil
}

// Dial is Connect for whoever brings streams and buckets back: it makes none
// and waits for none.
func Dial(ctx context.Context, service string, c Config, reg prometheus.Registerer) (*Bus, error) {
	b := &Bus{config: c, metrics: newMetrics(reg), closed: make(chan struct{})}
	opts, err := b.options(service)
	if err != nil {
		return nil, err
	}
	for {
		b.conn, err = nats.Connect(c.URL, opts...)
		if err == nil {
			break
		}
		if !retryable(err) {
			return nil, fmt.Errorf("connect to NATS at %s: %w", c.URL, err)
		}
		if wait(ctx, 500*time.Millisecond) != nil {
			return nil, fmt.Errorf("connect to NATS at %s: %w", c.URL, errors.Join(ctx.Err(), err))
		}
	}
	b.js, err = jetstream.New(b.conn, jetstream.WithPublishAsyncMaxPending(8192),
		jetstream.WithPublishAsyncTimeout(c.Timeout), jetstream.WithDefaultTimeout(c.Timeout))
	if err != nil {
		b.conn.Close()
		return nil, fmt.Errorf("open JetStream: %w", err)
	}
	return b, nil
}

func (b *Bus) options(service string) ([]nats.Option, error) {
	c := b.config
	opts := []nats.Option{
		nats.Name("kulkul " + service), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond),
		nats.Timeout(5 * time.Second), nats.ReconnectBufSize(-1),
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
	}
	if c.InProcess != nil {
		opts = append(opts, nats.InProcessServer(c.InProcess))
	}
	if c.CredentialsFile != "" {
		opts = append(opts, nats.UserCredentials(c.CredentialsFile))
	}
	if c.CAFile != "" {
		opts = append(opts, nats.RootCAs(c.CAFile))
	}
	token := c.Token
	if c.TokenFile != "" {
		raw, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("read NATS token: %w", err)
		}
		token = strings.TrimSpace(string(raw))
	}
	if token != "" {
		opts = append(opts, nats.Token(token))
	}
	return opts, nil
}

// retryable tells a server that is not there yet from a refusal.
func retryable(err error) bool {
	return !errors.Is(err, nats.ErrAuthorization) && !errors.Is(err, nats.ErrAuthExpired) &&
		!errors.Is(err, os.ErrNotExist)
}

// Ready reports whether the server answers now.
func (b *Bus) Ready(ctx context.Context) error {
	if _, err := b.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("NATS JetStream: %w", err)
	}
	return nil
}

// Close ends the connection once what was published is flushed.
func (b *Bus) Close() {
	_ = b.conn.FlushTimeout(2 * time.Second) // the server may be gone already
	b.conn.Close()
	<-b.closed
}

// wait sleeps for d or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
