// Package clickhouse runs ClickHouse's own engine (libchdb) in a child process
// behind ClickHouse's HTTP interface on loopback, so that clickhouse-go and
// other clients use it like a server.
//
// The parent calls Supervise with the command of its child; the child calls
// Child, or Serve where it is a service of its own. In goes an Options, out
// comes an Endpoint that stays the same while the child is restarted. Only
// commands and tests call this package; every other part of the product meets
// ClickHouse through its client.
package clickhouse

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/httpd"
)

// Options says what the server serves and how much it may take. Zero values
// of the limits stand for the defaults.
type Options struct {
	// Dir keeps the database; it is made where it is missing.
	Dir string `json:"dir"`
	// Addr is the address to listen on; "" for a free port of 127.0.0.1. In a
	// supervised child the parent hands over the listener instead.
	Addr string `json:"addr,omitempty"`
	// Library is the path of libchdb.so; "" to look for it (chdb.Find).
	Library string `json:"library,omitempty"`
	// Endpoint's users and passwords; empty ones are chosen at random.
	Endpoint Endpoint `json:"endpoint"`
	// Memory limits the engine (default 2 GiB), QueryMemory one statement
	// (default half of it); bytes.
	Memory      int64 `json:"memory,omitempty"`
	QueryMemory int64 `json:"queryMemory,omitempty"`
	// Threads limits one statement; default 2.
	Threads int `json:"threads,omitempty"`
	// Sessions limits the statements of writers that run at a time, and again
	// those of readers; default 8.
	Sessions int `json:"sessions,omitempty"`

	Log *slog.Logger `json:"-"`
}

// Endpoint is where and as whom to connect.
type Endpoint struct {
	URL            string `json:"url"` // http://127.0.0.1:PORT
	User           string `json:"user"`
	Password       string `json:"password"`
	Reader         string `json:"reader"` // may read tables only
	ReaderPassword string `json:"readerPassword"`
}

// DSN is the data source name for clickhouse-go, as the user that may write.
func (e Endpoint) DSN() string { return e.dsn(e.User, e.Password) }

// ReaderDSN is the data source name for clickhouse-go, as the reader.
func (e Endpoint) ReaderDSN() string { return e.dsn(e.Reader, e.ReaderPassword) }

func (e Endpoint) dsn(user, password string) string {
	const scheme = "http://"
	return scheme + user + ":" + password + "@" + e.URL[len(scheme):] + "/default"
}

const (
	defaultMemory   = 2 << 30
	defaultThreads  = 2
	defaultSessions = 8
)

// withDefaults fills in what the caller left out.
func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("clickhouse: no data directory given")
	}
	if o.Memory == 0 {
		o.Memory = defaultMemory
	}
	if o.QueryMemory == 0 {
		o.QueryMemory = o.Memory / 2
	}
	if o.Threads == 0 {
		o.Threads = defaultThreads
	}
	if o.Sessions == 0 {
		o.Sessions = defaultSessions
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &o.Endpoint
	for field, value := range map[*string]string{&e.User: "kulkul", &e.Password: rand.Text(), &e.Reader: "reader", &e.ReaderPassword: rand.Text()} {
		if *field == "" {
			*field = value
		}
	}
	return o, nil
}

func (o Options) accounts() []httpd.Account {
	return []httpd.Account{
		{User: o.Endpoint.User, Password: o.Endpoint.Password},
		{User: o.Endpoint.Reader, Password: o.Endpoint.ReaderPassword, Reader: true},
	}
}

// listen opens the address of the options.
func listen(addr string) (*net.TCPListener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for ClickHouse's interface: %w", err)
	}
	return l.(*net.TCPListener), nil
}
