package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// request is one line of input. Members it does not name are passed over.
type request struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Counts []*float64      `json:"counts"`
	Freq   *float64        `json:"freq"`
	Start  []float64       `json:"start"`
	Dates  []kulkul.Day    `json:"dates"`
	Range  []float64       `json:"range"`
}

func parse(line []byte) (request, error) {
	var r request
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(&r); err != nil {
		return r, explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("bad line: more than one JSON value")
	}
	if r.Method == "" {
		return r, errors.New("method: missing")
	}
	return r, nil
}

// explain puts a decoding error into the words of the format.
func explain(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fmt.Errorf("bad line: a JSON %s where an object is wanted", wrong.Value)
		}
		return fmt.Errorf("%s: a %s where %s is wanted", wrong.Field, wrong.Value, wrong.Type)
	}
	return fmt.Errorf("bad line: %w", err)
}

// series is the series of a request; without freq and start it is daily and
// begins with a year.
func (r request) series() (algorithm.Series, error) {
	s := algorithm.Series{Counts: make([]float64, len(r.Counts)), Freq: 365, Start: [2]int{1970, 1}, Dates: r.Dates}
	for i, y := range r.Counts {
		s.Counts[i] = nan(y)
	}
	if f := r.Freq; f != nil {
		if *f != math.Trunc(*f) || *f < 1 || *f > 1e6 {
			return s, fmt.Errorf("freq: %g: want a whole number of steps a year", *f)
		}
		s.Freq = int(*f)
	}
	switch len(r.Start) {
	case 0:
	case 2:
		s.Start = [2]int{int(r.Start[0]), int(r.Start[1])}
	default:
		return s, errors.New("start: want [year,step]")
	}
	if len(s.Counts) == 0 {
		return s, errors.New("counts: none")
	}
	return s, s.Validate()
}

// appendResult writes an answer.
func appendResult(b []byte, r algorithm.Result) []byte {
	b = append(b, `{"upperbound":[`...)
	b = appendFloats(b, r.Upperbound)
	b = append(b, `],"alarm":[`...)
	for i, a := range r.Alarm {
		if i > 0 {
			b = append(b, ',')
		}
		switch a {
		case algorithm.Raised:
			b = append(b, '1')
		case algorithm.Quiet:
			b = append(b, '0')
		default:
			b = append(b, "null"...)
		}
	}
	b = append(b, `],"score":[`...)
	b = appendFloats(b, r.Score)
	return append(b, "]}"...)
}

func appendFloats(b []byte, values []float64) []byte {
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			b = append(b, "null"...)
			continue
		}
		b = strconv.AppendFloat(b, v, 'g', -1, 64)
	}
	return b
}

// appendError writes an error in the place of an answer.
func appendError(b []byte, err error) []byte {
	text, merr := json.Marshal(err.Error())
	if merr != nil {
		text = []byte(`"error"`)
	}
	b = append(b, `{"error":`...)
	b = append(b, text...)
	return append(b, '}')
}
