package kulkul

import "time"

// Fate says what became of a pushed item.
type Fate string

// The fates.
const (
	Accepted    Fate = "accepted"    // new, on its way to the analysts
	Changed     Fate = "changed"     // a new revision of an item known before
	Duplicate   Fate = "duplicate"   // the same content as known before
	Refused     Fate = "rejected"    // not taken in; problems say why
	Quarantined Fate = "quarantined" // waits for a person's release
	Released    Fate = "released"    // was quarantined, now on its way
	TakenBack   Fate = "withdrawn"   // its publisher took it back
)

// Receipt says what became of what a partner pushed.
type Receipt struct {
	ID     string    `json:"id"`
	Source string    `json:"source"`
	Feed   string    `json:"feed,omitempty"`
	Key    string    `json:"key"` // id of the key it came under
	At     time.Time `json:"at"`
	// Counts has the number of items of each fate.
	Counts map[Fate]int  `json:"counts"`
	Items  []ReceiptItem `json:"items"`
}

// ReceiptItem is the fate of one item of a push, in the order of the push.
type ReceiptItem struct {
	Index    int              `json:"index"`          // place in the push, from 0
	ID       string           `json:"id,omitempty"`   // the item's id; empty where it was rejected
	GUID     string           `json:"guid,omitempty"` // the partner's own id, cut to 200 bytes
	Fate     Fate             `json:"fate"`
	Revision uint64           `json:"revision,omitempty"`
	Problems []ReceiptProblem `json:"problems,omitempty"`
	// Areas, Flashpoints and Story are known once the item was tagged.
	Areas       []string `json:"areas,omitempty"`
	Flashpoints []string `json:"flashpoints,omitempty"`
	Story       string   `json:"story,omitempty"`
}

// ReceiptProblem is one thing wrong with an item of a push.
type ReceiptProblem struct {
	Pointer string `json:"pointer"` // JSON pointer into the body (RFC 6901), or "entry 3" in a feed
	Code    string `json:"code"`
	Detail  string `json:"detail"`
}
