package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// Access says as whom a statement runs and with what.
type Access struct {
	Reader   bool              // may read tables only
	ReadOnly bool              // changes nothing, whoever asks
	Database string            // the current database, "" for default
	Settings map[string]string // ClickHouse settings by name
}

// Statement is one SQL statement.
type Statement struct {
	SQL    string
	Format string            // of the result where the SQL names none, or of an insert's rows
	Params map[string]string // for {name:Type}, in ClickHouse's escaped text form
}

// Session runs one statement after another.
type Session struct {
	engine  *Engine
	conn    *chdb.Conn
	mark    string // what its statements carry in log_comment, to be found by
	reader  bool
	release func()
}

// Session opens a session; it waits while too many are open.
func (e *Engine) Session(ctx context.Context, a Access) (*Session, error) {
	places := e.writers
	if a.Reader {
		places = e.readers
	}
	release, err := acquire(ctx, places)
	if err != nil {
		return nil, err
	}
	s := &Session{engine: e, reader: a.Reader, release: release}
	s.mark = fmt.Sprintf("kulkul:%d;", e.lastID.Add(1))
	options := append(e.sessionOptions(), "--log_comment="+s.mark+a.Settings["log_comment"])
	if s.conn, err = e.lib.Open(options...); err != nil {
		release()
		return nil, err
	}
	if err := s.prepare(a); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

var settingName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// prepare puts the session into its database and gives it its settings; a
// reader's are locked at the end.
func (s *Session) prepare(a Access) error {
	var sets []string
	for name, value := range a.Settings {
		switch {
		case name == "log_comment", name == "async_insert", name == "wait_for_async_insert":
			continue // its own, or without meaning here
		case !settingName.MatchString(name):
			return chdb.NewError(115, "UNKNOWN_SETTING", fmt.Sprintf("Unknown setting %q", name))
		case a.Reader && !readerMaySet(name):
			return chdb.NewError(164, "READONLY", fmt.Sprintf("Cannot modify '%s' setting in readonly mode", name))
		}
		sets = append(sets, name+" = "+quote(value))
	}
	slices.Sort(sets)
	var statements []string
	if a.Database != "" && a.Database != "default" {
		statements = append(statements, "USE "+quoteIdentifier(a.Database))
	}
	if len(sets) > 0 {
		statements = append(statements, "SET "+strings.Join(sets, ", "))
	}
	switch {
	case a.Reader:
		statements = append(statements, "SET ROLE "+readerRole, "SET readonly = 1")
	case a.ReadOnly:
		statements = append(statements, "SET readonly = 2")
	}
	for _, sql := range statements {
		if _, err := s.conn.Query(sql, "TabSeparated", nil); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the session and lets the next one in.
func (s *Session) Close() {
	s.conn.Close()
	s.release()
}

// Run runs a statement and hands its result to sink block by block; with no
// result sink is not called. When ctx ends the statement is stopped and Run
// gives the context's error.
func (s *Session) Run(ctx context.Context, st Statement, sink func([]byte) error) error {
	if err := s.check(st.SQL); err != nil {
		return err
	}
	defer s.stopWith(ctx)()
	rows, err := s.conn.Stream(st.SQL, st.Format, st.Params)
	if err != nil {
		if !notStreamable(err) {
			return orContext(ctx, err)
		}
		out, err := s.conn.Query(st.SQL, st.Format, st.Params)
		if err == nil && len(out) > 0 {
			err = sink(out)
		}
		return orContext(ctx, err)
	}
	defer rows.Close()
	for {
		block, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = sink(block)
		}
		if err != nil {
			return orContext(ctx, err)
		}
	}
}

// Insert stores rows, read from r in the statement's format, and gives their
// number. Where r or ctx ends early nothing is stored, except blocks of more
// than a million rows that were already complete.
func (s *Session) Insert(ctx context.Context, st Statement, r io.Reader) (uint64, error) {
	if s.reader {
		return 0, chdb.NewError(164, "READONLY", "Cannot execute query in readonly mode")
	}
	defer s.stopWith(ctx)()
	ins, err := s.conn.Insert(st.SQL, st.Format, st.Params)
	if err != nil {
		return 0, orContext(ctx, err)
	}
	defer ins.Close()
	// The engine's own reason for a failed write comes from Done.
	if _, err := io.CopyBuffer(ins, onlyReader{r}, make([]byte, 256<<10)); err != nil && !errors.Is(err, chdb.ErrInsertFailed) {
		return 0, orContext(ctx, fmt.Errorf("read the rows to insert: %w", err))
	}
	rows, err := ins.Done()
	return rows, orContext(ctx, err)
}

// onlyReader hides other methods, so that rows travel in chunks.
type onlyReader struct{ io.Reader }

// notStreamable says whether the engine can run the statement only as a whole:
// all but SELECT.
func notStreamable(err error) bool {
	return strings.Contains(err.Error(), "Streaming query is not supported for query")
}

func orContext(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// stopWith kills the session's statement when ctx ends. The returned function
// must be called when the statement has returned.
func (s *Session) stopWith(ctx context.Context) (done func()) {
	finished := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-finished:
			return
		case <-ctx.Done():
		}
		// A statement that is not registered yet escapes one KILL.
		for {
			s.engine.kill(s.mark)
			select {
			case <-finished:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	return func() {
		close(finished)
		wg.Wait()
	}
}

// kill stops the statements that carry mark.
func (e *Engine) kill(mark string) {
	conn, err := e.lib.Open(e.sessionOptions()...)
	if err != nil {
		e.options.Log.Error("open a session to stop a statement", "error", err)
		return
	}
	defer conn.Close()
	if _, err := conn.Query("KILL QUERY WHERE startsWith(Settings['log_comment'], "+quote(mark)+") ASYNC", "Null", nil); err != nil {
		e.options.Log.Error("stop a statement", "error", err)
	}
}

func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func quoteIdentifier(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(s) + "`"
}
