package indicator

import (
	"errors"

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

// probability reports whether the method's score is −ln p.
func probability(method string) bool { return false }
