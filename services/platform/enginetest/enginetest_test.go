package enginetest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPartNames(t *testing.T) {
	for want, part := range map[string]Part{
		"nats": NATS, "clickhouse": ClickHouse, "smtp": SMTP,
		"nats,clickhouse,smtp": SMTP | ClickHouse | NATS, "": 0,
	} {
		if got := part.String(); got != want {
			t.Errorf("parts %d: got %q, want %q", part, got, want)
		}
	}
}

// Engines answer where they say, and are gone after Close.
func TestStartAndClose(t *testing.T) {
	p, err := Launch(NATS|ClickHouse|SMTP, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	addresses := []string{host(t, p.Engines.NATS.URL), host(t, p.Engines.ClickHouse.URL), p.Engines.SMTP.Addr}
	for _, a := range addresses {
		conn, err := net.Dial("tcp", a)
		if err != nil {
			t.Errorf("dial %s: %v", a, err)
			continue
		}
		conn.Close()
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if conn, err := net.Dial("tcp", a); err == nil {
			conn.Close()
			t.Errorf("%s still answers", a)
		}
	}
}

func host(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// A binary that fails says why, and how to get what is missing.
func TestLaunchFailure(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"ends":         {"echo library absent >&2; exit 3", "library absent"},
		"babbles":      {"echo hello; cat", `read addresses from "hello`},
		"part missing": {"echo '{}'; cat", "no address of clickhouse"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "engines")
			script := fmt.Sprintf("#!/bin/sh\n%s\n", c.script)
			if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv(BinaryVariable, path)
			_, err := Launch(ClickHouse, t.TempDir())
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range []string{c.want, "npm ci --prefix services/embedded/engine"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not contain %q", err, want)
				}
			}
		})
	}
}

func TestBinaryVariableNamesNothing(t *testing.T) {
	t.Setenv(BinaryVariable, filepath.Join(t.TempDir(), "none"))
	if _, err := Launch(NATS, t.TempDir()); err == nil || !strings.Contains(err.Error(), BinaryVariable) {
		t.Errorf("got %v, want an error that names %s", err, BinaryVariable)
	}
}
