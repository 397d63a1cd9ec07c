package chdb

import (
	"errors"
	"regexp"
	"strconv"
)

// ErrInsertFailed means that a running INSERT takes no more rows; Insert.Done
// gives the engine's reason.
var ErrInsertFailed = errors.New("the running insert has failed")

// UnknownException is ClickHouse's code for an error that carries none.
const UnknownException = 1002

// Error is an exception of the engine.
type Error struct {
	Code int    // ClickHouse's error code, for example 60 for an unknown table
	Text string // the whole text, beginning with "Code: N. DB::Exception: "
}

func (e *Error) Error() string { return e.Text }

var codePattern = regexp.MustCompile(`^Code: (\d+)\.`)

// ParseError reads an exception from the engine's text for it.
func ParseError(text string) *Error {
	if m := codePattern.FindStringSubmatch(text); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil {
			return &Error{Code: code, Text: text}
		}
	}
	return NewError(UnknownException, "UNKNOWN_EXCEPTION", text)
}

// NewError makes an exception that reads as one of the engine's. name is the
// code's symbolic name, for example "READONLY".
func NewError(code int, name, message string) *Error {
	return &Error{Code: code, Text: "Code: " + strconv.Itoa(code) + ". DB::Exception: " + message + " (" + name + ")"}
}
