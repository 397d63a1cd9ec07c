package algorithm

import (
	"encoding/json"
	"errors"
	"math"
)

// Estimate is a number that may be left to be estimated from the counts before
// the range: the zero value and, in JSON, null and any string mean so.
type Estimate struct {
	Value float64
	Known bool
}

// Known is the estimate with a given value.
func Known(v float64) Estimate { return Estimate{Value: v, Known: true} }

// UnmarshalJSON reads a number, or null or a string that names the estimate.
func (e *Estimate) UnmarshalJSON(b []byte) error {
	*e = Estimate{}
	if len(b) > 0 && (b[0] == '"' || b[0] == 'n') {
		return nil
	}
	if err := json.Unmarshal(b, &e.Value); err != nil {
		return errors.New("want a number, or a string that names an estimate")
	}
	e.Known = true
	return nil
}

// MarshalJSON writes the number, or null.
func (e Estimate) MarshalJSON() ([]byte, error) {
	if !e.Known {
		return []byte("null"), nil
	}
	return json.Marshal(e.Value)
}

// or is the value, or else the estimate.
func (e Estimate) or(estimate func() float64) float64 {
	if e.Known {
		return e.Value
	}
	return estimate()
}

// valid checks a given value against a lower limit; an estimate passes.
func (e Estimate) valid(method, parameter string, limit float64) error {
	if !e.Known {
		return nil
	}
	return atLeast(method, parameter, e.Value, limit)
}

// finite replaces what is no finite number by NaN.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
