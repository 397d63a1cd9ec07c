// Package algorithm holds the statistical detectors: a series of counts and a
// range of its points come in, and for each point an upper bound, an alarm and a
// score go out. It does no I/O and knows no clock; package catalog builds its
// detectors from names and parameters, package jsonl puts them behind JSON
// Lines, and package detect runs them over the series of flashpoints and areas.
//
// Detectors named as in R's surveillance (earsC, cusum, bayes, glrnb,
// farrington, farringtonFlexible) reproduce surveillance 1.20.3, its quirks
// included; docs/detection.md lists them. The forms that the product itself uses
// bear names of their own (EarsC3Paper, CusumRestart, FarringtonFlexible with
// Pearson dispersion, NBScan).
package algorithm

import (
	"fmt"
	"math"
)

// Detector tests the points of a series.
//
// Detect tests the points first to last, counted from 1, inclusive; the result
// has one entry for each. Points that cannot be tested (outside the series,
// before there is enough history, missing counts) are undefined. Nothing after a
// point has influence on what is said of it, but for Kleinberg, which describes
// after the fact.
//
// Detectors with a window (earsC, bayes, farrington, farringtonFlexible,
// threshold, ratio, firstreport, silence, and the scans, which keep a decaying
// baseline of the whole series) say the same of a point whatever the range is,
// so a live caller asks for one point. Sequential detectors (cusum, glrnb, ewma)
// start at first, as in R; a live caller keeps first fixed and asks up to today.
type Detector interface {
	Detect(s Series, first, last int) Result
}

// Particular is a Detector that cannot test every series. Where Fits gives an
// error, Detect leaves all points undefined.
type Particular interface {
	Fits(s Series) error
}

// Alarm is what a detector says about one point.
type Alarm int8

// The alarms.
const (
	Undefined Alarm = iota - 1
	Quiet
	Raised
)

// MaxScore bounds scores: what would be infinite (a report where the spread of
// the past is zero) is this.
const MaxScore = 1e9

// Result is a detector's answer, one entry per point of the range.
type Result struct {
	// Upperbound is the largest count that raises no alarm at the point, unless
	// the detector says otherwise; NaN where undefined.
	Upperbound []float64
	Alarm      []Alarm
	// Score is higher where the count is stranger, and finite or NaN: -ln p for
	// detectors with a p value, else the detector's own statistic.
	Score []float64
}

// undefined is a result for a range with nothing known yet.
func undefined(first, last int) Result {
	n := max(0, last-first+1)
	values := make([]float64, 2*n)
	for i := range values {
		values[i] = math.NaN()
	}
	r := Result{Upperbound: values[:n:n], Alarm: make([]Alarm, n), Score: values[n:]}
	for i := range r.Alarm {
		r.Alarm[i] = Undefined
	}
	return r
}

// exceeds is the alarm of a count over an upper bound.
func exceeds(y, upper float64) Alarm {
	switch {
	case math.IsNaN(y) || math.IsNaN(upper):
		return Undefined
	case y > upper:
		return Raised
	}
	return Quiet
}

// raised is the alarm of a condition.
func raised(b bool) Alarm {
	if b {
		return Raised
	}
	return Quiet
}

// score bounds a score to what can be ordered and written.
func score(v float64) float64 {
	return math.Max(-MaxScore, math.Min(MaxScore, v))
}

// InvalidError says which parameter of which detector has no meaning.
type InvalidError struct {
	Method, Parameter, Reason string
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("%s: %s %s", e.Method, e.Parameter, e.Reason)
}

// probability checks that a parameter lies strictly between 0 and 1.
func probability(method, parameter string, v float64) error {
	if !(v > 0 && v < 1) {
		return &InvalidError{method, parameter, "must lie between 0 and 1"}
	}
	return nil
}

// atLeast checks a parameter's lower limit; NaN and infinity fail it.
func atLeast(method, parameter string, v, limit float64) error {
	if !(v >= limit) || math.IsInf(v, 0) {
		return &InvalidError{method, parameter, fmt.Sprintf("must be a number of at least %g", limit)}
	}
	return nil
}

// within checks a parameter's limits; the upper one keeps a request from taking
// all day.
func within(method, parameter string, v, low, high float64) error {
	if !(v >= low && v <= high) {
		return &InvalidError{method, parameter, fmt.Sprintf("must be a number from %g to %g", low, high)}
	}
	return nil
}

// firstError is the first of the errors that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
