package kulkul

import "time"

// Bulletin is the weekly account of where the region stands, drafted from what
// is stored, edited and published by people. A published one travels as
// jobs.bulletin, for whoever sends it.
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
}

// Published reports whether it is no draft any more.
func (b Bulletin) Published() bool { return b.PublishedBy != "" }

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
