package indicator

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/algorithm/catalog"
)

// methods lists the detectors that an indicator may use, sorted.
func methods() []string {
	all := slices.DeleteFunc(catalog.Methods(), func(m string) bool { return m == Threshold })
	slices.Sort(all)
	return all
}

// build makes a detector of a method's name and parameters.
func build(method string, params map[string]any) (algorithm.Detector, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	return catalog.New(method, raw)
}

// pvalue gives the function that turns a method's score into the chance of as
// much on a quiet day; nil where the method has none.
func pvalue(method string) func(score float64) float64 {
	switch method {
	case "nbscan":
		// The score is a Bayes factor; what it means was measured as episodes
		// per series and week.
		return func(score float64) float64 { return min(1, algorithm.NBScanRate(score)/7) }
	case "nbscanPlain", "bayes", "ewmaESSENCE", "farrington", "farringtonFlexible", "farringtonPearson":
		return func(score float64) float64 { return min(1, math.Exp(-score)) }
	}
	return nil
}

// lead is how many days before the one asked about a method must start: those
// that sum up from the first day of their range.
func lead(method string) int {
	switch method {
	case "cusum", "cusumRestart", "glrnb", "ewma", "nbcusum":
		return 28
	}
	return 0
}

// Weekly gives the detector weekday factors, Monday first and 1 on average,
// where it uses them and has none of its own.
func Weekly(d algorithm.Detector, factors [7]float64) algorithm.Detector {
	switch d := d.(type) {
	case algorithm.NBScan:
		if len(d.Weekday) == 0 {
			d.Weekday = factors[:]
		}
		return d
	case algorithm.NBScanPlain:
		if len(d.Weekday) == 0 {
			d.Weekday = factors[:]
		}
		return d
	case algorithm.NBCusum:
		if len(d.Weekday) == 0 {
			d.Weekday = factors[:]
		}
		return d
	}
	return d
}

// Limited gives the detector that alarms where its p value is p or less; one
// whose bound is set otherwise stays as it is.
func Limited(d algorithm.Detector, p float64) algorithm.Detector {
	if scan, ok := d.(algorithm.NBScan); ok && p > 0 {
		threshold := algorithm.NBScanThreshold(7 * p)
		scan.Threshold = &threshold
		return scan
	}
	return d
}
