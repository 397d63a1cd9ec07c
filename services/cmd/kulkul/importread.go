package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// errLongLine is said of a line that is too long to be read.
var errLongLine = fmt.Errorf("the line is longer than %d bytes", maxLine)

// eachRawLine hands every line to each with its number, from 1; of one that is
// too long only the beginning, with errLongLine.
func eachRawLine(r io.Reader, each func(n int, line []byte, fault error) error) error {
	b := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, fault, err := rawLine(b)
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			if err := each(n, text, fault); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

func rawLine(b *bufio.Reader) (line []byte, fault, err error) {
	for {
		part, err := b.ReadSlice('\n')
		if len(line)+len(part) <= maxLine {
			line = append(line, part...)
		} else {
			fault = errLongLine
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, fault, err
		}
	}
}

// rejects is a file of lines that could not be taken in, made with the first.
type rejects struct {
	path  string
	file  *os.File
	count int
}

// maxReject is how much of a bad line is kept, in bytes.
const maxReject = 64 << 10

func (r *rejects) add(n int, line []byte, reason error) (err error) {
	if r.file == nil {
		if r.file, err = os.Create(r.path); err != nil {
			return fmt.Errorf("set bad lines aside: %w", err)
		}
	}
	r.count++
	raw, err := json.Marshal(struct {
		Line   int    `json:"line"`
		Reason string `json:"reason"`
		Text   string `json:"text"`
	}{n, reason.Error(), string(line[:min(len(line), maxReject)])})
	if err != nil {
		return fmt.Errorf("set bad lines aside: %w", err)
	}
	if _, err := r.file.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("set bad lines aside: %w", err)
	}
	return nil
}

func (r *rejects) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
