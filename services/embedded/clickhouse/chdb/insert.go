package chdb

import (
	"runtime"
	"unsafe"
)

// Insert is a running INSERT that takes its rows in chunks.
type Insert struct {
	conn   *Conn
	handle unsafe.Pointer
	ended  bool
}

// Insert starts an INSERT whose rows follow in format. sql ends before the
// FORMAT word. The Insert must be closed before the session takes another
// statement.
func (c *Conn) Insert(sql, format string, bound map[string]string) (*Insert, error) {
	p := newParams(bound)
	handle := c.lib.insertStart(c.raw(), bytesOf(sql), uintptr(len(sql)), bytesOf(format), uintptr(len(format)),
		first(p.names), first(p.nameLens), first(p.values), first(p.valueLens), uintptr(len(p.names)))
	runtime.KeepAlive(p)
	if text := cString(c.lib.insertError(handle)); text != "" {
		c.lib.insertDestroy(handle)
		return nil, ParseError(text)
	}
	return &Insert{conn: c, handle: handle}, nil
}

// Write hands the engine the next bytes; chunks need not end where rows or
// blocks end. It waits while the engine is busy. After an error Done says what
// went wrong.
func (i *Insert) Write(chunk []byte) (int, error) {
	if len(chunk) == 0 {
		return 0, nil
	}
	state := i.conn.lib.insertAppend(i.handle, unsafe.Pointer(&chunk[0]), uintptr(len(chunk)))
	runtime.KeepAlive(chunk)
	if state != 0 {
		return 0, ErrInsertFailed
	}
	return len(chunk), nil
}

// Done ends the rows, waits until they are stored and gives their number,
// those of materialised views included.
func (i *Insert) Done() (rows uint64, err error) {
	i.ended = true
	res := i.conn.lib.insertDone(i.handle)
	defer i.conn.lib.resultDestroy(res)
	if err := i.conn.lib.resultErr(res); err != nil {
		return 0, err
	}
	return i.conn.lib.resultWritten(res), nil
}

// Close frees the statement. Where Done was not called nothing is stored,
// except blocks that the engine has already flushed.
func (i *Insert) Close() {
	if i.handle == nil {
		return
	}
	if !i.ended {
		i.conn.lib.insertCancel(i.handle)
	}
	i.conn.lib.insertDestroy(i.handle)
	i.handle = nil
}
