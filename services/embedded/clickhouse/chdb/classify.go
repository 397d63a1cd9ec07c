package chdb

import (
	"runtime"
	"unsafe"
)

// Class says what a statement does to state that outlives it, by the engine's
// own parser. The values ascend by how restricted a statement is.
type Class uint32

// The classes, numbered as in chdb.h.
const (
	ReadOnly       Class = 0 // SELECT, SHOW, DESCRIBE, EXPLAIN, EXISTS, CHECK
	Mutating       Class = 1 // INSERT and DDL inside a database
	MutatingGlobal Class = 2 // functions, users, writes into system
	Control        Class = 3 // SET, USE, SYSTEM, KILL, BACKUP, INTO OUTFILE
	Unknown        Class = 4 // not parsed, or not classified: to be refused
)

// Analysis is what the engine says about a text without running it.
type Analysis struct {
	Class      Class
	Statements int // executable statements in the text, 0 where it does not parse
}

// Classify reads sql with the engine's own parser and runs nothing.
func (c *Conn) Classify(sql string) Analysis {
	// The layout of chdb_query_analysis_v1, which is versioned by its size.
	out := &struct{ size, statements, flags, class uint32 }{size: 16, class: uint32(Unknown)}
	state := c.lib.classify(c.raw(), bytesOf(sql), uintptr(len(sql)), nil, 0, unsafe.Pointer(out))
	runtime.KeepAlive(out)
	if state != 0 {
		return Analysis{Class: Unknown}
	}
	return Analysis{Class: Class(out.class), Statements: int(out.statements)}
}
