package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
)

// ErrNotFound is returned where there is no such thing, or the view may not see it.
var ErrNotFound = errors.New("not found")

// ErrQuery is returned for a question that cannot be asked so (a broken cursor, a text without a
// word); whoever asked is at fault.
var ErrQuery = errors.New("bad query")

// Store is a pool of connections to one database. It is safe for concurrent
// use.
type Store struct {
	conn     driver.Conn
	database string
	cluster  string
	backup   Backup
	metrics  *metrics
	extents  extents
}

// Open connects and pings. Metrics go to reg; several stores may share one.
func Open(ctx context.Context, c Config, reg prometheus.Registerer) (*Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	m, err := newMetrics(reg)
	if err != nil {
		return nil, fmt.Errorf("register the store's metrics: %w", err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	s := &Store{conn: conn, database: c.Database, cluster: c.Cluster, backup: c.Backup, metrics: m}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

// options translates the configuration for the client library.
func (c Config) options() (*clickhouse.Options, error) {
	e, err := c.endpoint()
	if err != nil {
		return nil, err
	}
	password, err := c.password()
	if err != nil {
		return nil, err
	}
	o := &clickhouse.Options{
		Protocol:         e.protocol,
		Addr:             e.addrs,
		Auth:             clickhouse.Auth{Database: c.Database, Username: c.User, Password: password},
		DialTimeout:      c.DialTimeout,
		ReadTimeout:      c.ReadTimeout,
		MaxOpenConns:     c.MaxConns,
		MaxIdleConns:     c.IdleConns,
		ConnOpenStrategy: clickhouse.ConnOpenInOrder,
	}
	if e.protocol == clickhouse.Native {
		o.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	}
	if e.tls {
		if o.TLS, err = c.TLS.config(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// Close ends the connections.
func (s *Store) Close() error {
	if err := s.conn.Close(); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}

// Ping asks the server for an answer.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.conn.Ping(ctx); err != nil {
		return fmt.Errorf("ping the store: %w", err)
	}
	return nil
}

// Writer is the one writer of the store; the archiver owns it.
func (s *Store) Writer() *Writer { return &Writer{store: s} }
