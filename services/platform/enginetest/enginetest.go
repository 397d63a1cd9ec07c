// Package enginetest starts the product's real engines for tests, as httptest
// starts real HTTP servers: the message bus, the database and a mail server,
// each on its own loopback port with data in a folder of its own.
//
// In: which parts a test needs. Out: their addresses and secrets, and an end to
// them when the test ends. Called by tests only. The engines run in a process
// of their own, built from services/embedded/testengines; nothing here knows
// what they are made of.
package enginetest

import (
	"strings"
	"testing"
)

// Part selects engines; parts combine with |.
type Part uint

// The parts.
const (
	NATS Part = 1 << iota
	ClickHouse
	SMTP
)

// String is the parts' names, separated by commas.
func (p Part) String() string {
	var names []string
	for _, n := range []struct {
		part Part
		name string
	}{{NATS, "nats"}, {ClickHouse, "clickhouse"}, {SMTP, "smtp"}} {
		if p&n.part != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ",")
}

// Engines says where the started parts are. The fields of a part that was not
// asked for are empty.
type Engines struct {
	NATS struct {
		URL   string `json:"url"` // nats://127.0.0.1:PORT
		Token string `json:"token"`
	} `json:"nats"`
	ClickHouse struct {
		URL      string `json:"url"` // http://127.0.0.1:PORT
		User     string `json:"user"`
		Password string `json:"password"`
		Database string `json:"database"`
		// ReadUser may read and nothing else.
		ReadUser     string `json:"readUser"`
		ReadPassword string `json:"readPassword"`
	} `json:"clickhouse"`
	SMTP struct {
		Addr string `json:"addr"` // 127.0.0.1:PORT
		Dir  string `json:"dir"`  // accepted mail, one file each
	} `json:"smtp"`
}

// Start starts the parts with empty data and ends them when t ends. A part
// that cannot start fails the test; it never skips it.
func Start(t testing.TB, parts Part) Engines {
	t.Helper()
	return StartIn(t, parts, t.TempDir())
}

// StartIn is Start with data kept in dir, so that a test can end the engines
// and start them again on the same data.
func StartIn(t testing.TB, parts Part, dir string) Engines {
	t.Helper()
	p, err := Launch(parts, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p.Engines
}
