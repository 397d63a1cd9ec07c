package conformance

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	embedded "github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
)

const childArgument = "clickhouse-child"

// TestMain makes this program ClickHouse's child where it is started as such.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		if err := embedded.Child(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// server is one server under test.
type server struct {
	name string
	dsn  string
}

// servers starts the embedded server and names the other one, if any.
func servers(t *testing.T) []server {
	t.Helper()
	s, err := embedded.Supervise(t.Context(), embedded.Options{Dir: t.TempDir()}, os.Args[0], childArgument)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	all := []server{{"embedded", s.Endpoint().DSN()}}
	if dsn := os.Getenv("KULKUL_CLICKHOUSE_DSN"); dsn != "" {
		all = append(all, server{"given", dsn})
	}
	return all
}

// env is what a case works with.
type env struct {
	*testing.T
	ctx  context.Context
	conn driver.Conn
	opts *clickhouse.Options // a copy for cases that connect otherwise
}

// open connects with some options changed.
func (e env) open(change func(*clickhouse.Options)) driver.Conn {
	e.Helper()
	o := *e.opts
	change(&o)
	conn, err := clickhouse.Open(&o)
	if err != nil {
		e.Fatal(err)
	}
	e.Cleanup(func() { conn.Close() })
	return conn
}

// table makes a table and gives its name; it is dropped after the case.
func (e env) table(columnsAndEngine string) string {
	e.Helper()
	name := fmt.Sprintf("kulkul_conformance_%d_%d", os.Getpid(), lastTable.Add(1))
	e.exec("CREATE TABLE " + name + " " + columnsAndEngine)
	e.Cleanup(func() {
		if err := e.conn.Exec(context.Background(), "DROP TABLE "+name+" SYNC"); err != nil {
			e.Error(err)
		}
	})
	return name
}

// lastTable numbers the tables of this run.
var lastTable atomic.Int64

func (e env) exec(sql string, args ...any) {
	e.Helper()
	if err := e.conn.Exec(e.ctx, sql, args...); err != nil {
		e.Fatalf("%s: %v", sql, err)
	}
}

// value reads the one value of a statement.
func value[T any](e env, sql string, args ...any) T {
	e.Helper()
	var v T
	if err := e.conn.QueryRow(e.ctx, sql, args...).Scan(&v); err != nil {
		e.Fatalf("%s: %v", sql, err)
	}
	return v
}

func equal[T comparable](e env, what string, got, want T) {
	e.Helper()
	if got != want {
		e.Errorf("%s is %v, want %v", what, got, want)
	}
}

// TestConformance runs every case against every server.
func TestConformance(t *testing.T) {
	for _, s := range servers(t) {
		t.Run(s.name, func(t *testing.T) {
			opts, err := clickhouse.ParseDSN(s.dsn)
			if err != nil {
				t.Fatal(err)
			}
			opts.DialTimeout = 10 * time.Second
			conn, err := clickhouse.Open(opts)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for _, c := range cases() {
				t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
					c.run(env{T: t, ctx: t.Context(), conn: conn, opts: opts})
				})
			}
		})
	}
}

type testCase struct {
	name string
	run  func(env)
}

func cases() []testCase {
	var all []testCase
	for _, group := range [][]testCase{typeCases(), statementCases(), insertCases(), tableCases(), loadCases()} {
		all = append(all, group...)
	}
	return all
}
