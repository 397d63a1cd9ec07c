// Package jsonl is the codec of the command `kulkul detect`: one JSON object a
// line comes in, a series with a method and a range; one a line goes out, in the
// same order, the upper bounds, alarms and scores over the range. The command
// calls Run with its standard input and output.
//
// A request is {"method","params","counts","freq","start","dates","range"}:
// range is [first,last], counted from 1, inclusive; null among the counts is a
// missing one; start is [year, step]; dates may be null. An answer is
// {"upperbound":[…],"alarm":[…],"score":[…]}, null where undefined, alarms 1
// or 0. A request that cannot be answered gets {"error":…} in its place.
package jsonl

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/algorithm/catalog"
)

// maxLine bounds a request, in bytes.
const maxLine = 64 << 20

// maxRange bounds the points asked for in one request.
const maxRange = 1 << 20

// Run answers requests until the input ends or ctx is cancelled. failed tells
// that at least one got an error for an answer; err is of reading or writing.
// Blank lines are passed over. What has been answered is written out before more
// input is waited for.
func Run(ctx context.Context, in io.Reader, out io.Writer) (failed bool, err error) {
	r, w := bufio.NewReaderSize(in, 256<<10), bufio.NewWriter(out)
	defer func() {
		if ferr := w.Flush(); ferr != nil && err == nil {
			err = fmt.Errorf("write answers: %w", ferr)
		}
	}()
	var line, answer []byte
	for {
		if err := ctx.Err(); err != nil {
			return failed, err
		}
		line, err = readLine(r, line[:0])
		if err != nil && !errors.Is(err, io.EOF) {
			return failed, fmt.Errorf("read request: %w", err)
		}
		end := err != nil
		if line = bytes.TrimSpace(line); len(line) > 0 {
			result, err := Answer(line)
			if err != nil {
				failed = true
				answer = appendError(answer[:0], err)
			} else {
				answer = appendResult(answer[:0], result)
			}
			if _, err := w.Write(append(answer, '\n')); err != nil {
				return failed, fmt.Errorf("write answer: %w", err)
			}
		}
		if end {
			return failed, nil
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return failed, fmt.Errorf("write answer: %w", err)
			}
		}
	}
}

// readLine appends the next line to b.
func readLine(r *bufio.Reader, b []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		b = append(b, part...)
		if len(b) > maxLine {
			return b, fmt.Errorf("a line of more than %d bytes", maxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return b, err
		}
	}
}

// Answer answers one request.
func Answer(line []byte) (algorithm.Result, error) {
	r, err := parse(line)
	if err != nil {
		return algorithm.Result{}, err
	}
	s, err := r.series()
	if err != nil {
		return algorithm.Result{}, err
	}
	first, last, err := r.points(len(s.Counts))
	if err != nil {
		return algorithm.Result{}, err
	}
	d, err := catalog.New(r.Method, r.Params)
	if err != nil {
		return algorithm.Result{}, err
	}
	if p, ok := d.(algorithm.Particular); ok {
		if err := p.Fits(s); err != nil {
			return algorithm.Result{}, err
		}
	}
	return d.Detect(s, first, last), nil
}

// points is the range asked for; the whole series where none is given.
func (r request) points(n int) (first, last int, err error) {
	if len(r.Range) == 0 {
		return 1, n, nil
	}
	if len(r.Range) != 2 {
		return 0, 0, errors.New("range: want [first,last]")
	}
	first, last = int(r.Range[0]), int(r.Range[1])
	if first < 1 || last > n || first > last || last-first >= maxRange {
		return 0, 0, fmt.Errorf("range: [%d,%d] does not lie within the %d counts", first, last, n)
	}
	return first, last, nil
}

func nan(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
