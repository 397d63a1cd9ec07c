// Package catalog builds detectors by name: a method's name and its parameters
// as JSON come in, a ready detector goes out. Package jsonl calls it for the
// command `kulkul detect`, package detect for the rules of configs/indicators.yaml.
//
// Methods and parameters bear the names of R's surveillance where it has them.
package catalog

import (
	"errors"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
)

// ErrUnknownMethod is wrapped by the error for a name that no method has.
var ErrUnknownMethod = errors.New("unknown method")

// validator is a detector that can check its parameters.
type validator interface {
	algorithm.Detector
	Validate() error
}

// New builds the detector of a method. params is a JSON object, or empty for the
// defaults; its member "note" is ignored, any other that the method does not know
// is an error.
func New(method string, params []byte) (algorithm.Detector, error) {
	switch method {
	case "earsC":
		return build(method, algorithm.NewEarsC(), params)
	case "earsC3paper":
		return build(method, algorithm.NewEarsC3Paper(), params)
	case "cusum":
		return build(method, algorithm.NewCusum(), params)
	case "cusumRestart":
		return build(method, algorithm.NewCusumRestart(), params)
	case "bayes":
		return build(method, algorithm.NewBayes(), params)
	case "glrnb":
		return build(method, algorithm.NewGlrnb(), params)
	case "farrington":
		return build(method, algorithm.NewFarrington(), params)
	case "farringtonFlexible":
		return build(method, algorithm.NewFarringtonFlexible(), params)
	case "farringtonPearson":
		return build(method, algorithm.NewFarringtonPearson(), params)
	case "ewma":
		return build(method, algorithm.NewEwma(), params)
	case "ewmaESSENCE":
		return build(method, algorithm.NewEwmaEssence(), params)
	}
	return product(method, params)
}

// product builds the methods that surveillance does not know.
func product(method string, params []byte) (algorithm.Detector, error) {
	switch method {
	case "nbscan":
		return build(method, algorithm.NewNBScan(), params)
	case "nbscanPlain":
		return build(method, algorithm.NewNBScanPlain(), params)
	case "nbcusum":
		return build(method, algorithm.NewNBCusum(), params)
	case "threshold":
		return build(method, algorithm.NewThreshold(), params)
	case "ratio":
		return build(method, algorithm.NewRatio(), params)
	case "firstreport", "newterm":
		return build(method, algorithm.NewFirstReport(), params)
	case "silence":
		return build(method, algorithm.NewSilence(), params)
	case "kleinberg":
		return build(method, algorithm.NewKleinberg(), params)
	}
	return nil, fmt.Errorf("%w %q", ErrUnknownMethod, method)
}

// Methods are the names that New knows, in the order of docs/detection.md.
func Methods() []string {
	return []string{
		"nbscan", "nbscanPlain", "nbcusum", "threshold", "ratio", "firstreport", "newterm", "silence",
		"earsC", "earsC3paper", "cusum", "cusumRestart", "bayes", "glrnb",
		"farrington", "farringtonFlexible", "farringtonPearson", "ewma", "ewmaESSENCE", "kleinberg",
	}
}

// build reads the parameters over a detector's defaults and checks them.
func build[D validator](method string, d D, params []byte) (algorithm.Detector, error) {
	if err := read(method, params, &d); err != nil {
		return nil, err
	}
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return d, nil
}
