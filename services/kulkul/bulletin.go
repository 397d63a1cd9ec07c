package kulkul

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Bulletin is the weekly account of where the region stands, drafted from what
// is stored, edited, published and sent by people. One that is to be sent travels
// as jobs.bulletin.
type Bulletin struct {
	// ID is its last day, "2006-01-02"; of a corrected edition with its number
	// behind, "2006-01-02-2".
	ID   string `json:"id"`
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
	// Correction is there where it takes the place of an edition published before.
	Correction *Correction `json:"correction,omitempty"`
}

// Correction says what a corrected edition takes the place of, and why.
type Correction struct {
	Of string `json:"of"` // the id of the edition before
	// Editions are the identities of those before, the oldest first.
	Editions []string `json:"editions"`
	Reason   string   `json:"reason"` // the coordinator's words, told to readers
	// By is who asked for it.
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Published reports whether it is no draft any more.
func (b Bulletin) Published() bool { return b.PublishedBy != "" }

// Sent reports whether it was given to be mailed.
func (b Bulletin) Sent() bool { return b.SentBy != "" }

// Edition is the identity of what it says and to whom: the same words are the
// same edition whoever edits, publishes or sends them, and when; a correction
// is another.
func (b Bulletin) Edition() string {
	what := Bulletin{ID: b.ID, From: b.From, To: b.To, Title: b.Title, Lead: b.Lead, Entries: b.Entries, Handling: b.Handling}
	if c := b.Correction; c != nil {
		what.Correction = &Correction{Of: c.Of, Editions: c.Editions, Reason: c.Reason}
	}
	said, _ := json.Marshal(what) // of texts and numbers: it cannot fail
	return Hash("bulletin", string(said))
}

// Number counts the editions of a week, from 1.
func (b Bulletin) Number() int {
	if b.Correction == nil {
		return 1
	}
	return len(b.Correction.Editions) + 1
}

// NextID is the id of the edition that would correct this one.
func (b Bulletin) NextID() string { return fmt.Sprintf("%s-%d", b.To, b.Number()+1) }

// Corrected drafts the edition that takes the place of this published one: the
// same words, to be edited.
func (b Bulletin) Corrected(reason, by string, at time.Time) Bulletin {
	c := &Correction{Of: b.ID, Reason: reason, By: by, At: at.UTC()}
	if b.Correction != nil {
		c.Editions = b.Correction.Editions
	}
	c.Editions = append(slices.Clone(c.Editions), b.Edition())
	return Bulletin{ID: b.NextID(), From: b.From, To: b.To, Title: b.Title, Lead: b.Lead, Entries: slices.Clone(b.Entries), Handling: b.Handling,
		EditedBy: by, EditedAt: at.UTC(), Correction: c}
}

// SaysAs reports whether two editions have the same words for the same readers.
func (b Bulletin) SaysAs(other Bulletin) bool {
	b.ID, b.Correction, other.ID, other.Correction = "", nil, "", nil
	return b.Edition() == other.Edition()
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
