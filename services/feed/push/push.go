// Package push reads the items a partner sends: one JSON object or a list of
// them, strictly.
//
// In: the body of POST /v1/items. Out: the items, each with the faults of its
// fields as JSON pointers (RFC 6901); a body that is not JSON, too deep, too
// long or of the wrong shape is refused whole. Called by the intake and by the
// console's release of quarantined items.
package push

import (
	"errors"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Decode fails with one of these, wrapped, when a body is refused whole.
var (
	ErrSyntax = errors.New("not valid JSON")
	ErrLimit  = errors.New("beyond a limit")
	ErrShape  = errors.New("neither an item nor a list of items")
)

// Limits bound a body. Zero values stand for the defaults.
type Limits struct {
	MaxBytes int // 8 MiB
	MaxItems int // 1,000
	MaxDepth int // 8 nested values
}

// Item is one pushed item: the members a partner may send.
type Item struct {
	ID         string          `json:"id"`   // stable within the partner; may be empty where link is given
	Link       string          `json:"link"` // absolute http(s) address
	Title      string          `json:"title"`
	Summary    string          `json:"summary"`
	Text       string          `json:"text"` // plain text
	HTML       string          `json:"html"` // instead of text: sanitised and turned into text
	Language   string          `json:"language"`
	Authors    []string        `json:"authors"`
	Categories []string        `json:"categories"`
	Published  time.Time       `json:"published"` // RFC 3339, or YYYY-MM-DD
	Day        bool            `json:"-"`         // published was a date only
	Updated    time.Time       `json:"updated"`
	Handling   kulkul.Handling `json:"handling"`
	Embargo    time.Time       `json:"embargo"`
}

// Fault is one thing wrong with a body, at a JSON pointer into it.
type Fault struct {
	Pointer string `json:"pointer"` // "/3/published"; "" is the whole body
	Code    string `json:"code"`    // required, type, value, length, unknown, duplicate
	Detail  string `json:"detail"`
}

// Result is one item of a body: good where Faults is empty.
type Result struct {
	Index  int // place in the list; 0 for a lone item
	Item   Item
	Faults []Fault
}
