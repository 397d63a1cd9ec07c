package kulkul

import (
	"encoding/json"
	"time"
)

// Bulletin is the weekly account of where the region stands, drafted from what
// is stored, edited, published and sent by people. One that is to be sent travels
// as jobs.bulletin.
type Bulletin struct {
	ID   string `json:"id"` // its last day, "2006-01-02"
	From Day    `json:"from"`
	To   Day    `json:"to"` // both included
	// Title and Lead are the editor's words.
	Title   string          `json:"title"`
	Lead    string          `json:"lead,omitempty"`
	Entries []BulletinEntry `json:"entries"`
	// Handling is who may see it: public, or members and closer.
	Handling Handling  `json:"handling"`
	EditedBy string    `json:"edited_by"`
	EditedAt time.Time `json:"edited_at"`
	// PublishedBy is empty while it is a draft.
	PublishedBy string    `json:"published_by,omitempty"`
	PublishedAt time.Time `json:"published_at,omitzero"`
	// SentBy is who had it mailed; empty: nobody yet.
	SentBy string    `json:"sent_by,omitempty"`
	SentAt time.Time `json:"sent_at,omitzero"`
}

// Published reports whether it is no draft any more.
func (b Bulletin) Published() bool { return b.PublishedBy != "" }

// Sent reports whether it was given to be mailed.
func (b Bulletin) Sent() bool { return b.SentBy != "" }

// Edition is the identity of what it says and to whom: the same words are the
// same edition whoever edits, publishes or sends them, and when; a correction
// is another.
func (b Bulletin) Edition() string {
	said, _ := json.Marshal(Bulletin{ID: b.ID, From: b.From, To: b.To, Title: b.Title, Lead: b.Lead, Entries: b.Entries, Handling: b.Handling}) // of texts and numbers: it cannot fail
	return Hash("bulletin", string(said))
}

// BulletinEntry is one flashpoint's week.
type BulletinEntry struct {
	Flashpoint string  `json:"flashpoint"`
	Section    Section `json:"section"`
	Before     Level   `json:"before"` // as the week began
	After      Level   `json:"after"`  // as it ended
	// Risk and Opportunity mark it beside its section.
	Risk        bool     `json:"risk,omitempty"`
	Opportunity bool     `json:"opportunity,omitempty"`
	Text        string   `json:"text"`             // in words, one paragraph or more
	Alerts      []string `json:"alerts,omitempty"` // ids of the alerts it tells of
}

// Section is where an entry stands.
type Section string

// The sections, in order.
const (
	Deteriorated Section = "deteriorated"
	Improved     Section = "improved"
	Unchanged    Section = "unchanged"
	LeftOut      Section = "left-out" // the editor's choice; published without it
)

// Sections lists the sections in order.
func Sections() []Section { return []Section{Deteriorated, Improved, Unchanged, LeftOut} }
