// Package chdb binds ClickHouse's own engine, the shared library libchdb.so,
// without cgo. In go SQL text and bytes of a ClickHouse format, out come bytes
// of a ClickHouse format and the engine's own error texts. Only package
// clickhouse, the engine's child process, calls it.
//
// One process can open one data path. A connection carries one statement at a
// time; several connections work side by side.
package chdb

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// ErrOpen means that the engine refused to open its data path: mostly that
// another process holds it, or that it is not writable. The engine says why on
// standard error.
var ErrOpen = errors.New("the engine did not open (its reason is on standard error)")

// Library is the loaded libchdb.so. It is never unloaded.
type Library struct {
	setSignalHandlers func(int32)
	version           func() unsafe.Pointer
	connect           func(int32, unsafe.Pointer) unsafe.Pointer
	closeConn         func(unsafe.Pointer)

	streamQuery  func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) unsafe.Pointer
	streamFetch  func(conn, stream unsafe.Pointer) unsafe.Pointer
	streamCancel func(conn, stream unsafe.Pointer)

	insertStart   func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) unsafe.Pointer
	insertError   func(unsafe.Pointer) unsafe.Pointer
	insertAppend  func(stream, data unsafe.Pointer, n uintptr) int32
	insertDone    func(unsafe.Pointer) unsafe.Pointer
	insertCancel  func(unsafe.Pointer)
	insertDestroy func(unsafe.Pointer)

	query         func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) unsafe.Pointer
	resultBuffer  func(unsafe.Pointer) unsafe.Pointer
	resultLength  func(unsafe.Pointer) uintptr
	resultError   func(unsafe.Pointer) unsafe.Pointer
	resultWritten func(unsafe.Pointer) uint64
	resultDestroy func(unsafe.Pointer)

	classify func(conn, sql unsafe.Pointer, sqlLen uintptr, database unsafe.Pointer, databaseLen uintptr, out unsafe.Pointer) int32
}

// Load opens the library at path and switches its signal handlers off, which
// would otherwise replace those of the Go runtime.
func Load(path string) (*Library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	l := &Library{}
	for name, fn := range map[string]any{
		"chdb_set_signal_handlers_enabled": &l.setSignalHandlers,
		"chdb_version":                     &l.version,
		"chdb_connect":                     &l.connect,
		"chdb_close_conn":                  &l.closeConn,
		"chdb_query_with_params_n":         &l.query,
		"chdb_stream_query_with_params_n":  &l.streamQuery,
		"chdb_stream_fetch_result":         &l.streamFetch,
		"chdb_stream_cancel_query":         &l.streamCancel,
		"chdb_stream_insert_with_params_n": &l.insertStart,
		"chdb_stream_insert_error":         &l.insertError,
		"chdb_stream_append":               &l.insertAppend,
		"chdb_stream_done":                 &l.insertDone,
		"chdb_stream_cancel_insert":        &l.insertCancel,
		"chdb_destroy_insert_stream":       &l.insertDestroy,
		"chdb_result_buffer":               &l.resultBuffer,
		"chdb_result_length":               &l.resultLength,
		"chdb_result_error":                &l.resultError,
		"chdb_result_rows_written":         &l.resultWritten,
		"chdb_destroy_query_result":        &l.resultDestroy,
		"chdb_classify_query_n":            &l.classify,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("load %s: it is another version of libchdb: %w", path, err)
		}
		purego.RegisterFunc(fn, symbol)
	}
	l.setSignalHandlers(0)
	return l, nil
}

// Version is the library's own version, for example "26.7.3".
func (l *Library) Version() string { return cString(l.version()) }

// Conn is one session of the engine. It is not safe for concurrent use.
type Conn struct {
	lib    *Library
	handle unsafe.Pointer
}

// Open opens a session. The first one opens the data path and takes the
// engine's options (--path=DIR, --config-file=FILE); every later one must name
// the same path. An option that is a ClickHouse setting (--max_threads=2)
// holds for this session only. Options that the engine does not know are
// ignored by it.
func (l *Library) Open(options ...string) (*Conn, error) {
	argv := make([]unsafe.Pointer, 0, len(options)+2)
	for _, s := range append([]string{"clickhouse"}, options...) {
		argv = append(argv, unsafe.Pointer(unsafe.StringData(s+"\x00")))
	}
	argc := len(argv)
	argv = append(argv, nil)
	handle := l.connect(int32(argc), unsafe.Pointer(&argv[0]))
	runtime.KeepAlive(argv)
	if handle == nil {
		return nil, ErrOpen
	}
	return &Conn{lib: l, handle: handle}, nil
}

// Close ends the session. Closing the last session of the process closes the
// data path; what was inserted is on disk by then.
func (c *Conn) Close() {
	if c.handle != nil {
		c.lib.closeConn(c.handle)
		c.handle = nil
	}
}

// raw is the session's own handle; chdb_connect returns a pointer to it.
func (c *Conn) raw() unsafe.Pointer { return *(*unsafe.Pointer)(c.handle) }

// params is a statement's parameters in the shape that the engine takes them.
type params struct {
	names, values       []unsafe.Pointer
	nameLens, valueLens []uintptr
}

func newParams(m map[string]string) params {
	var p params
	for name, value := range m {
		p.names = append(p.names, bytesOf(name))
		p.nameLens = append(p.nameLens, uintptr(len(name)))
		p.values = append(p.values, bytesOf(value))
		p.valueLens = append(p.valueLens, uintptr(len(value)))
	}
	return p
}

func first[T any](s []T) unsafe.Pointer {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Pointer(&s[0])
}

// bytesOf gives the first byte of s, and a valid address also where s is empty.
func bytesOf(s string) unsafe.Pointer {
	if s == "" {
		s = "\x00"
	}
	return unsafe.Pointer(unsafe.StringData(s))
}

func cString(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}
