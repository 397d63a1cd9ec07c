package indicator

import (
	"errors"
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
)

// errMethod: there is no detector of that name.
var errMethod = errors.New("no such method")

// methods lists the detectors that an indicator may use, sorted.
func methods() []string { return nil }

// build makes a detector of a method's name and parameters.
func build(method string, params map[string]any) (algorithm.Detector, error) {
	return nil, errMethod
}

// pvalue gives the function that turns a method's score into the chance of as
// much on a quiet day; nil where the method has none.
func pvalue(method string) func(score float64) float64 {
	switch method {
	case "nbscan":
		// The score is a Bayes factor; what it means was measured as episodes
		// per series and week.
		return func(score float64) float64 { return min(1, algorithm.NBScanRate(score)/7) }
	case "bayes", "ewmaESSENCE", "farrington", "farringtonFlexible":
		return func(score float64) float64 { return min(1, math.Exp(-score)) }
	}
	return nil
}

// Weekly gives the detector weekday factors, Monday first and 1 on average,
// where it uses them and has none of its own.
func Weekly(d algorithm.Detector, factors [7]float64) algorithm.Detector {
	if scan, is := d.(algorithm.NBScan); is && len(scan.Weekday) == 0 {
		scan.Weekday = factors[:]
		return scan
	}
	return d
}
