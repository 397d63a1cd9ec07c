package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Protocols of Config.
const (
	HTTP   = "http"   // ClickHouse's HTTP interface: the laptop's engine
	Native = "native" // ClickHouse's own protocol: servers and clusters
)

// Config says where the database is. The address stands either in URL or in
// Addrs with Protocol.
type Config struct {
	// URL is http://host:port, https://host:port, clickhouse://host:port
	// (native) or clickhouses://host:port (native over TLS). It holds no
	// secrets.
	URL string `json:"url,omitempty" yaml:"url"`
	// Addrs are host:port of several replicas, tried in order.
	Addrs []string `json:"addrs,omitempty" yaml:"addrs"`
	// Protocol of Addrs: http or native.
	Protocol string `json:"protocol,omitempty" yaml:"protocol"`
	Database string `json:"database,omitempty" yaml:"database"` // must exist; "default" where empty
	User     string `json:"user,omitempty" yaml:"user"`
	// Password is for the engines of this very process; a file's never holds it.
	Password string `json:"-" yaml:"-"`
	// PasswordFile holds the password; a line end after it is dropped.
	PasswordFile string `json:"password_file,omitempty" yaml:"password_file"`
	// Cluster is ClickHouse's name of the cluster; empty: a single server.
	// Tables are then replicated and sharded. It is fixed when the schema is
	// first made.
	Cluster string `json:"cluster,omitempty" yaml:"cluster"`
	Backup  Backup `json:"backup,omitzero" yaml:"backup"`
	TLS     TLS    `json:"tls,omitzero" yaml:"tls"`
	// DialTimeout bounds connecting, ReadTimeout each wait for an answer.
	DialTimeout time.Duration `json:"dial_timeout,omitzero" yaml:"dial_timeout"`
	ReadTimeout time.Duration `json:"read_timeout,omitzero" yaml:"read_timeout"`
	// MaxConns bounds connections at one time, IdleConns those kept open.
	MaxConns  int `json:"max_conns,omitzero" yaml:"max_conns"`
	IdleConns int `json:"idle_conns,omitzero" yaml:"idle_conns"`
}

// TLS says how the server is trusted and, where it asks, convinced.
type TLS struct {
	Enabled    bool   `json:"enabled,omitempty" yaml:"enabled"` // for Addrs; a URL's scheme says it
	CAFile     string `json:"ca_file,omitempty" yaml:"ca_file"` // PEM; empty: the system's
	CertFile   string `json:"cert_file,omitempty" yaml:"cert_file"`
	KeyFile    string `json:"key_file,omitempty" yaml:"key_file"`
	ServerName string `json:"server_name,omitempty" yaml:"server_name"`
}

// DefaultConfig is a server on this machine over the native protocol.
func DefaultConfig() Config {
	return Config{
		Database:    "default",
		User:        "default",
		DialTimeout: 5 * time.Second,
		ReadTimeout: 2 * time.Minute,
		MaxConns:    10,
		IdleConns:   10, // opening one asks the server who it is
	}
}

// withDefaults fills in what was left empty, except where the database is.
func (c Config) withDefaults() Config {
	d := DefaultConfig()
	if c.Database == "" {
		c.Database = d.Database
	}
	if c.User == "" {
		c.User = d.User
	}
	if c.DialTimeout == 0 {
		c.DialTimeout = d.DialTimeout
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = d.ReadTimeout
	}
	if c.MaxConns == 0 {
		c.MaxConns = d.MaxConns
	}
	if c.IdleConns == 0 {
		c.IdleConns = min(d.IdleConns, c.MaxConns)
	}
	return c
}

// Validate reports the first thing wrong with the configuration, without
// reading files.
func (c Config) Validate() error {
	if _, err := c.endpoint(); err != nil {
		return err
	}
	if c.Cluster != "" && !clusterName().MatchString(c.Cluster) {
		return fmt.Errorf("store cluster %q: want letters, digits, '_', '-' and '.', or a {macro}", c.Cluster)
	}
	if c.Password != "" && c.PasswordFile != "" {
		return errors.New("store: both password and password_file are set")
	}
	if c.Backup.Disk != "" && !archiveName().MatchString(c.Backup.Disk) {
		return fmt.Errorf("store backup disk %q: want letters, digits, '-' and '.'", c.Backup.Disk)
	}
	if c.DialTimeout < 0 || c.ReadTimeout < 0 || c.MaxConns < 0 || c.IdleConns < 0 {
		return errors.New("store: timeouts and connection limits must not be negative")
	}
	if c.MaxConns > 0 && c.IdleConns > c.MaxConns {
		return fmt.Errorf("store: idle_conns %d is more than max_conns %d", c.IdleConns, c.MaxConns)
	}
	return nil
}

func clusterName() *regexp.Regexp { return regexp.MustCompile(`^(\{[a-z]+\}|[A-Za-z0-9_.-]+)$`) }

// endpoint is where and how to connect.
type endpoint struct {
	addrs    []string
	protocol clickhouse.Protocol
	tls      bool
}

func (c Config) endpoint() (endpoint, error) {
	switch {
	case c.URL == "" && len(c.Addrs) == 0:
		return endpoint{}, errors.New("store: neither url nor addrs is set")
	case c.URL != "" && (len(c.Addrs) > 0 || c.Protocol != "" || c.TLS.Enabled):
		return endpoint{}, errors.New("store: url stands alone, without addrs, protocol and tls.enabled")
	case c.URL != "":
		return urlEndpoint(c.URL)
	}
	e := endpoint{addrs: c.Addrs, tls: c.TLS.Enabled}
	switch c.Protocol {
	case HTTP:
		e.protocol = clickhouse.HTTP
	case Native, "":
		e.protocol = clickhouse.Native
	default:
		return endpoint{}, fmt.Errorf("store protocol %q: want http or native", c.Protocol)
	}
	return e, nil
}

func urlEndpoint(address string) (endpoint, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return endpoint{}, errors.New("store url: want scheme://host:port")
	}
	if u.User != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" {
		return endpoint{}, errors.New("store url: user, database and settings have keys of their own")
	}
	if u.Port() == "" {
		return endpoint{}, fmt.Errorf("store url %s: the port is missing", address)
	}
	e := endpoint{addrs: []string{u.Host}}
	switch u.Scheme {
	case "http", "https":
		e.protocol = clickhouse.HTTP
	case "clickhouse", "clickhouses":
		e.protocol = clickhouse.Native
	default:
		return endpoint{}, fmt.Errorf("store url scheme %q: want http, https, clickhouse or clickhouses", u.Scheme)
	}
	e.tls = strings.HasSuffix(u.Scheme, "s")
	return e, nil
}

// password reads the password.
func (c Config) password() (string, error) {
	if c.PasswordFile == "" {
		return c.Password, nil
	}
	b, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("read the store's password: %w", err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// config reads the certificates.
func (t TLS) config() (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the store's CA: %w", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read the store's CA: no certificate in %s", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read the store's client certificate: %w", err)
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}
