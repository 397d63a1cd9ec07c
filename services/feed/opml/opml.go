// Package opml reads and writes lists of sources as OPML 2.0.
//
// In: an OPML document, the product's own or any reader's export. Out: sources
// with their feeds, and a Fault for each outline that cannot be used. Written
// documents carry the per-feed settings as attributes in the product's own
// namespace, which other readers ignore. Called by the commands and the console.
package opml

import (
	"errors"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Namespace of the attributes that carry settings.
const Namespace = "https://kulkul.example/ns/opml/1"

// ErrNotOPML is what Read wraps for a document that is no OPML.
var ErrNotOPML = errors.New("not an OPML document")

// Fault is an outline that was left out or mended.
type Fault struct {
	Line   int    `json:"line"` // from 1
	Title  string `json:"title,omitempty"`
	Reason string `json:"reason"`
}

// List is the content of an OPML document.
type List struct {
	Title   string
	Sources []kulkul.Source
	Faults  []Fault
}
