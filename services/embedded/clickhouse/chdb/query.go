package chdb

import (
	"io"
	"runtime"
	"unsafe"
)

// Query runs one statement to its end and gives its whole result in format, a
// copy in Go memory. params are bound to the {name:Type} places; their values
// are in ClickHouse's escaped text form, as on its HTTP interface.
func (c *Conn) Query(sql, format string, bound map[string]string) ([]byte, error) {
	p := newParams(bound)
	res := c.lib.query(c.raw(), bytesOf(sql), uintptr(len(sql)), bytesOf(format), uintptr(len(format)),
		first(p.names), first(p.nameLens), first(p.values), first(p.valueLens), uintptr(len(p.names)))
	runtime.KeepAlive(p)
	defer c.lib.resultDestroy(res)
	return c.lib.bytes(res)
}

// bytes copies what a result holds.
func (l *Library) bytes(res unsafe.Pointer) ([]byte, error) {
	if err := l.resultErr(res); err != nil {
		return nil, err
	}
	n := l.resultLength(res)
	if n == 0 {
		return nil, nil
	}
	out := make([]byte, n)
	copy(out, unsafe.Slice((*byte)(l.resultBuffer(res)), n))
	return out, nil
}

func (l *Library) resultErr(res unsafe.Pointer) error {
	if text := cString(l.resultError(res)); text != "" {
		return ParseError(text)
	}
	return nil
}

// Rows is a running statement whose result is fetched block by block.
type Rows struct {
	conn   *Conn
	handle unsafe.Pointer
	block  unsafe.Pointer // the result that holds the last block; nil before
	ended  bool
}

// Stream starts one statement. Its result comes block by block from Next, so
// that only one block is in memory. The Rows must be closed before the session
// takes another statement.
func (c *Conn) Stream(sql, format string, bound map[string]string) (*Rows, error) {
	p := newParams(bound)
	handle := c.lib.streamQuery(c.raw(), bytesOf(sql), uintptr(len(sql)), bytesOf(format), uintptr(len(format)),
		first(p.names), first(p.nameLens), first(p.values), first(p.valueLens), uintptr(len(p.names)))
	runtime.KeepAlive(p)
	if err := c.lib.resultErr(handle); err != nil {
		c.lib.resultDestroy(handle)
		return nil, err
	}
	return &Rows{conn: c, handle: handle}, nil
}

// Next gives the next block in the statement's format, io.EOF after the last.
// The block lies in the engine's memory and is valid until Next or Close is
// called again: a block may be large, and copying it would double that.
func (r *Rows) Next() ([]byte, error) {
	r.release()
	if r.ended {
		return nil, io.EOF
	}
	r.block = r.conn.lib.streamFetch(r.conn.raw(), r.handle)
	if err := r.conn.lib.resultErr(r.block); err != nil {
		r.ended = true
		return nil, err
	}
	n := r.conn.lib.resultLength(r.block)
	if n == 0 {
		r.ended = true
		return nil, io.EOF
	}
	return unsafe.Slice((*byte)(r.conn.lib.resultBuffer(r.block)), n), nil
}

func (r *Rows) release() {
	if r.block != nil {
		r.conn.lib.resultDestroy(r.block)
		r.block = nil
	}
}

// Close stops the statement where it still runs and frees it.
func (r *Rows) Close() {
	if r.handle == nil {
		return
	}
	r.release()
	if !r.ended {
		r.conn.lib.streamCancel(r.conn.raw(), r.handle)
	}
	r.conn.lib.resultDestroy(r.handle)
	r.handle = nil
}
