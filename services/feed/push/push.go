// Package push reads the items a partner sends: one JSON object or a list of
// them, strictly.
//
// In: the body of POST /v1/items. Out: the items, each with the faults of its
// fields as JSON pointers (RFC 6901); a body that is not JSON, too deep, too
// long or of the wrong shape is refused whole. Called by the intake and by the
// commands.
package push

import (
	"cmp"
	"errors"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed"
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
	ID         string          `json:"id,omitempty"`   // stable within the partner; may be empty where link is given
	Link       string          `json:"link,omitempty"` // absolute http(s) address
	Title      string          `json:"title"`
	Summary    string          `json:"summary,omitempty"`
	Text       string          `json:"text,omitempty"` // plain text
	HTML       string          `json:"html,omitempty"` // instead of text: kept as the text it shows
	Language   string          `json:"language,omitempty"`
	Authors    []string        `json:"authors,omitempty"`
	Categories []string        `json:"categories,omitempty"`
	Published  time.Time       `json:"published,omitzero"` // RFC 3339, or YYYY-MM-DD
	Day        bool            `json:"-"`                  // published was a date only
	Updated    time.Time       `json:"updated,omitzero"`
	Handling   kulkul.Handling `json:"handling,omitempty"`
	Embargo    time.Time       `json:"embargo,omitzero"`
}

// Fault is one thing wrong with a body, at a JSON pointer into it.
type Fault struct {
	Pointer string `json:"pointer"` // "/3/published"; "" is the whole body
	Code    string `json:"code"`    // one of the Code constants
	Detail  string `json:"detail"`
}

// Codes of faults.
const (
	CodeRequired  = "required"
	CodeType      = "type"      // not the JSON type the member wants
	CodeValue     = "value"     // right type, unusable value
	CodeLength    = "length"    // too long, or too many
	CodeUnknown   = "unknown"   // a member that items do not have
	CodeDuplicate = "duplicate" // a member, or an item's identity, given twice
)

// Result is one item of a body: good where Faults is empty.
type Result struct {
	Index  int // place in the list; 0 for a lone item
	Item   Item
	Faults []Fault
}

// Decode reads a body: one item, or a list of items. List reports whether it
// was a list, in which case pointers start with the item's index. The error is
// ErrSyntax, ErrLimit or ErrShape, wrapped; faults of items are in the results.
func Decode(body []byte, limits Limits) (results []Result, list bool, err error) {
	limits.MaxBytes = cmp.Or(limits.MaxBytes, 8<<20)
	limits.MaxItems = cmp.Or(limits.MaxItems, 1000)
	limits.MaxDepth = cmp.Or(limits.MaxDepth, 8)
	root, err := parse(body, limits)
	if err != nil {
		return nil, false, err
	}
	switch v := root.(type) {
	case object:
		return []Result{decodeItem(v, "", 0)}, false, nil
	case []any:
		results := make([]Result, len(v))
		for i, one := range v {
			results[i] = decodeElement(one, i)
		}
		markRepeats(results)
		return results, true, nil
	}
	return nil, false, ErrShape
}

func decodeElement(v any, index int) Result {
	pointer := "/" + strconv.Itoa(index)
	if o, ok := v.(object); ok {
		return decodeItem(o, pointer, index)
	}
	return Result{Index: index, Faults: []Fault{{pointer, CodeType, "an item is an object, not " + typeName(v)}}}
}

// markRepeats faults items that carry the identity of an earlier one.
func markRepeats(results []Result) {
	first := make(map[string]int, len(results))
	for i := range results {
		it := results[i].Item
		key, field := "id "+it.ID, "/id"
		if it.ID == "" {
			key, field = "link "+feed.Canonical(it.Link), "/link"
		}
		if it.ID == "" && it.Link == "" {
			continue
		}
		if j, seen := first[key]; seen {
			results[i].Faults = append(results[i].Faults, Fault{
				"/" + strconv.Itoa(i) + field, CodeDuplicate, "the same item as number " + strconv.Itoa(j) + " of this list"})
			continue
		}
		first[key] = i
	}
}

// Item is the pushed item as the domain keeps it under the partner's source and
// the push channel it came by. The id is made from the partner's own id, or
// from the canonical link where it sent none. Revision is left for the caller.
func (i Item) Item(source kulkul.Source, f kulkul.Feed, collected time.Time) kulkul.Item {
	e := feed.Entry{
		GUID: i.ID, Link: i.Link, Title: i.Title, Summary: i.Summary, Text: i.Text, Language: i.Language,
		Authors: i.Authors, Categories: i.Categories,
		Published: i.Published, PublishedDay: i.Day, Updated: i.Updated,
	}
	if i.HTML != "" {
		e.HTML, e.Text = feed.Sanitise(i.HTML, i.Link)
	}
	it := e.Item(source, f, collected)
	if i.Handling.Rank() > it.Handling.Rank() {
		it.Handling = i.Handling // a partner may close its items, never open them
	}
	it.Embargo = i.Embargo
	return it
}
