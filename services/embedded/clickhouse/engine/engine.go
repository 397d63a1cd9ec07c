// Package engine runs statements on the ClickHouse engine of this process. In
// go SQL, settings and rows in a ClickHouse format; out come result blocks, or
// errors with ClickHouse's codes. Package httpd calls it for every request.
//
// Every statement gets a session of its own (opening one costs less than 0.1
// ms), so that its settings, database and role end with it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// Options says where the engine keeps its data and how much it may take.
type Options struct {
	// Dir holds the data and the engine's own configuration; it is made where
	// it is missing. One process at a time can have it open.
	Dir string
	// Library is the path of libchdb.so.
	Library string
	// Memory limits the whole engine, QueryMemory one statement; bytes.
	Memory, QueryMemory int64
	// Threads limits one statement.
	Threads int
	// Sessions limits how many statements of writers, and again how many of
	// readers, run at a time; the others wait.
	Sessions int
	Log      *slog.Logger
}

// Engine is the open database.
type Engine struct {
	options  Options
	lib      *chdb.Library
	keeper   *chdb.Conn // keeps the data path open; runs nothing
	writers  chan struct{}
	readers  chan struct{}
	lastID   atomic.Uint64
	version  string
	timezone string
}

// Open opens the database. An error that wraps chdb.ErrOpen may pass when
// tried again: the process that held the path before may still be ending.
func Open(o Options) (*Engine, error) {
	if err := environment(); err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	lib, err := chdb.Load(o.Library)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	o.Dir = dir
	if err := writeConfig(o); err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	e := &Engine{
		options: o, lib: lib,
		writers: make(chan struct{}, o.Sessions),
		readers: make(chan struct{}, o.Sessions),
	}
	if e.keeper, err = lib.Open(e.pathOption(), "--config-file="+configFile(dir)); err != nil {
		return nil, fmt.Errorf("open %s: %w", o.Dir, err)
	}
	if err := e.identify(); err != nil {
		e.keeper.Close()
		return nil, fmt.Errorf("open %s: %w", o.Dir, err)
	}
	return e, nil
}

func (e *Engine) identify() error {
	out, err := e.keeper.Query("SELECT version(), timezone()", "TabSeparated", nil)
	if err != nil {
		return err
	}
	var ok bool
	e.version, e.timezone, ok = strings.Cut(strings.TrimSpace(string(out)), "\t")
	if !ok {
		return errors.New("the engine did not say its version")
	}
	return nil
}

// Version is ClickHouse's version, for example "26.7.2.1".
func (e *Engine) Version() string { return e.version }

// Timezone is the zone in which the engine shows times that carry none.
func (e *Engine) Timezone() string { return e.timezone }

// Close closes the database. No session may be open.
func (e *Engine) Close() { e.keeper.Close() }

func (e *Engine) pathOption() string { return "--path=" + filepath.Join(e.options.Dir, "data") }

// acquire takes one of the places of a kind of session.
func acquire(ctx context.Context, places chan struct{}) (release func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// environment sets what the library reads once, when it is loaded. What the
// operator has set stays.
func environment() error {
	for name, value := range map[string]string{
		// Times without a zone are UTC on every machine.
		"TZ": "UTC",
		// Freed memory goes back to the system within 50 ms instead of 5 s, in
		// which the engine would take up to twice its limit. At once would be
		// tighter still, and make large reads three times as slow.
		"JE_MALLOC_CONF": "dirty_decay_ms:50,muzzy_decay_ms:0",
	} {
		if _, set := os.LookupEnv(name); set && name != "TZ" {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

func configFile(dir string) string { return filepath.Join(dir, "engine.xml") }

// writeConfig writes the engine's configuration. Without a file of ours it
// would read ./config.xml or ~/.clickhouse-local/config.xml.
func writeConfig(o Options) error {
	if err := os.MkdirAll(filepath.Join(o.Dir, "data"), 0o700); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"engine.xml": engineXML(o),
		"users.xml":  usersXML,
	} {
		if err := os.WriteFile(filepath.Join(o.Dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
