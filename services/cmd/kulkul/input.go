package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// open gives a file's content, or standard input for "-".
func open(w world, path string) (io.ReadCloser, error) {
	if path == "-" || path == "" {
		return io.NopCloser(w.in), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read input: %w", err)
	}
	return f, nil
}

// maxLine is the longest line of JSON that is read.
const maxLine = 16 << 20

// eachLine decodes every line of JSON from r and hands it to each with its
// number; empty lines are passed over. A line that does not decode, and an
// error of each, end it with the line's number.
func eachLine[T any](r io.Reader, each func(T) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := each(v); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("a line is longer than %d bytes", maxLine)
	}
	return lines.Err()
}

// lineWriter writes values as lines of JSON.
type lineWriter struct {
	buffer *bufio.Writer
	enc    *json.Encoder
}

func newLineWriter(out io.Writer) *lineWriter {
	b := bufio.NewWriter(out)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return &lineWriter{b, enc}
}

func (l *lineWriter) write(v any) error { return l.enc.Encode(v) }

func (l *lineWriter) flush() error { return l.buffer.Flush() }
