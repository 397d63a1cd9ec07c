// Package opml reads and writes lists of sources as OPML 2.0.
//
// In: an OPML document, the product's own or any reader's export. Out: sources
// with their feeds, and a Fault for each outline that cannot be used. Written
// documents carry the settings of sources and feeds as attributes in the
// product's own namespace, which other readers ignore. Called by the commands
// and the console.
package opml

import (
	"errors"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Namespace of the attributes that carry settings.
const Namespace = "https://github.com/kulkul-ews/kulkul/ns/opml/1"

// Read fails with one of these, wrapped.
var (
	ErrNotOPML = errors.New("not an OPML document")
	ErrLimit   = errors.New("beyond a limit")
)

// Limits of a document.
const (
	maxBytes    = 8 << 20
	maxOutlines = 20000
	maxDepth    = 32
)

// What an outline from another reader is taken for: OPML knows nothing of who
// is behind a feed, so the judgement stays open until somebody makes it.
const (
	importedSchedule    = "@every 1h"
	importedTrack       = kulkul.TrackMedia
	importedReliability = kulkul.Reliability("F")
)

// List is the content of an OPML document.
type List struct {
	Title   string
	Sources []kulkul.Source
	Faults  []Fault

	// made holds the ids that no outline gave: of sources and feeds, each under
	// its own letter.
	made map[string]bool
}

// Fault is an outline that was left out or mended.
type Fault struct {
	Line   int    `json:"line"` // from 1
	Title  string `json:"title,omitempty"`
	Reason string `json:"reason"`
}
