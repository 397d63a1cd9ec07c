package store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"
)

func TestEndpoints(t *testing.T) {
	for name, c := range map[string]struct {
		config   Config
		addrs    []string
		protocol clickhouse.Protocol
		tls      bool
	}{
		"http":          {Config{URL: "http://127.0.0.1:8123"}, []string{"127.0.0.1:8123"}, clickhouse.HTTP, false},
		"https":         {Config{URL: "https://db.example:8443/"}, []string{"db.example:8443"}, clickhouse.HTTP, true},
		"native":        {Config{URL: "clickhouse://db.example:9000"}, []string{"db.example:9000"}, clickhouse.Native, false},
		"native tls":    {Config{URL: "clickhouses://db.example:9440"}, []string{"db.example:9440"}, clickhouse.Native, true},
		"replicas":      {Config{Addrs: []string{"a:9000", "b:9000"}}, []string{"a:9000", "b:9000"}, clickhouse.Native, false},
		"replicas http": {Config{Addrs: []string{"a:1"}, Protocol: HTTP, TLS: TLS{Enabled: true}}, []string{"a:1"}, clickhouse.HTTP, true},
	} {
		o, err := c.config.withDefaults().options()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(o.Addr, c.addrs) || o.Protocol != c.protocol || (o.TLS != nil) != c.tls {
			t.Errorf("%s: addresses %v, protocol %v, TLS %v", name, o.Addr, o.Protocol, o.TLS)
		}
		if o.Auth.Database != "default" || o.DialTimeout == 0 || o.MaxOpenConns == 0 {
			t.Errorf("%s: defaults are missing: %+v", name, o.Auth)
		}
	}
}

func TestConfigFaults(t *testing.T) {
	good := func(change func(*Config)) Config {
		c := Config{URL: "http://127.0.0.1:8123"}
		change(&c)
		return c
	}
	for want, c := range map[string]Config{
		"neither url nor addrs":   {},
		"url stands alone":        good(func(c *Config) { c.Protocol = HTTP }),
		"scheme \"tcp\"":          {URL: "tcp://a:9000"},
		"port is missing":         {URL: "http://a"},
		"keys of their own":       {URL: "http://u:p@a:1"},
		"want scheme://host:port": {URL: "127.0.0.1:8123"},
		"protocol \"udp\"":        {Addrs: []string{"a:1"}, Protocol: "udp"},
		"cluster":                 good(func(c *Config) { c.Cluster = "a'; DROP" }),
		"both password":           good(func(c *Config) { c.Password, c.PasswordFile = "x", "y" }),
		"must not be negative":    good(func(c *Config) { c.ReadTimeout = -1 }),
		"more than max_conns":     good(func(c *Config) { c.MaxConns, c.IdleConns = 1, 2 }),
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", c, err, want)
		}
	}
	for _, cluster := range []string{"", "kulkul", "{cluster}", "a-b_c.d"} {
		if err := good(func(c *Config) { c.Cluster = cluster }).Validate(); err != nil {
			t.Errorf("cluster %q: %v", cluster, err)
		}
	}
}

func TestConfigFromYAML(t *testing.T) {
	text := `
addrs: [a:9440, b:9440]
protocol: native
database: kulkul
user: writer
password_file: /run/secrets/clickhouse
cluster: main
tls: {enabled: true, ca_file: /etc/ca.pem, server_name: ch}
dial_timeout: 2s
read_timeout: 1m
max_conns: 20
idle_conns: 4
`
	var c Config
	must(t, yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()))
	if c.ReadTimeout != time.Minute || c.TLS.ServerName != "ch" || c.PasswordFile == "" || c.IdleConns != 4 {
		t.Errorf("read %+v", c)
	}
	must(t, c.Validate())
}

func TestPasswordFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(path, []byte("s3 cret\r\n"), 0o600))
	o, err := Config{URL: "http://a:1", PasswordFile: path}.options()
	must(t, err)
	if o.Auth.Password != "s3 cret" {
		t.Errorf("password %q", o.Auth.Password)
	}
	_, err = Config{URL: "http://a:1", PasswordFile: path + "-none"}.options()
	if err == nil || !strings.Contains(err.Error(), "read the store's password") {
		t.Errorf("got %v", err)
	}
}

func TestTLSFiles(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, cert, key)
	got, err := TLS{CAFile: cert, CertFile: cert, KeyFile: key, ServerName: "ch"}.config()
	must(t, err)
	if got.RootCAs == nil || len(got.Certificates) != 1 || got.ServerName != "ch" {
		t.Errorf("TLS %+v", got)
	}
	for want, c := range map[string]TLS{
		"no certificate in":           {CAFile: key},
		"read the store's CA":         {CAFile: cert + "x"},
		"store's client certificate:": {CertFile: cert},
	} {
		if _, err := c.config(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", c, err, want)
		}
	}
}

func writeCertificate(t *testing.T, certPath, keyPath string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ch"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	must(t, os.WriteFile(certPath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	secret, err := x509.MarshalECPrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(keyPath, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
}

// A store that is not there is an error that says so, soon.
func TestOpenNothing(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:1", "clickhouse://127.0.0.1:1"} {
		_, err := Open(t.Context(), Config{URL: url, DialTimeout: time.Second}, prometheus.NewRegistry())
		if err == nil || !strings.Contains(err.Error(), "ping the store") {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	c := config(t)
	c.Password = "wrong"
	if _, err := Open(t.Context(), c, prometheus.NewRegistry()); err == nil {
		t.Error("opened with a wrong password")
	}
}
