package kulkul

import (
	"cmp"
	"time"
)

// MaxText is the longest text of an item in bytes; what is longer is cut at a
// character boundary and marked truncated. The bus's message limit is 1 MiB.
const MaxText = 256 << 10

// Handling says who may see an item or what is derived from it.
type Handling string

// Handling levels, from open to closed.
const (
	Public  Handling = "public"
	Members Handling = "members" // the ARF's participants
	EEPs    Handling = "eeps"    // experts and eminent persons
	Unit    Handling = "unit"    // the ARF Unit only
)

// Rank orders handling levels: 0 public to 3 unit. Unknown levels rank as unit,
// the closed side; empty is public.
func (h Handling) Rank() int {
	switch h {
	case Public, "":
		return 0
	case Members:
		return 1
	case EEPs:
		return 2
	}
	return 3
}

// Valid reports whether h is one of the levels or empty.
func (h Handling) Valid() bool { return h.Rank() < 3 || h == Unit }

// Item is one published document, normalised. Text fields are clean UTF-8
// without mark-up; HTML is sanitised.
type Item struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Feed   string `json:"feed,omitempty"`
	GUID   string `json:"guid,omitempty"`
	Link   string `json:"link,omitempty"` // canonical, absolute
	Title  string `json:"title"`
	// Summary and Text are plain text; Text is at most MaxText bytes.
	Summary    string   `json:"summary,omitempty"`
	Text       string   `json:"text,omitempty"`
	Language   string   `json:"language,omitempty"` // BCP 47
	Authors    []string `json:"authors,omitempty"`
	Categories []string `json:"categories,omitempty"`
	// Published is zero where the source does not say. PublishedDay marks a
	// time that is a date only (00:00:00Z stands for the whole day).
	Published    time.Time `json:"published,omitzero"`
	PublishedDay bool      `json:"published_day,omitempty"`
	Updated      time.Time `json:"updated,omitzero"`
	Collected    time.Time `json:"collected"`
	// Entered is the day on which the item first came in (for imported history
	// its publication day), fixed for life.
	Entered Day `json:"entered"`
	// Revision grows by one whenever the content differs from the last content
	// seen under this id; the first is 1.
	Revision uint64 `json:"revision"`
	// Amendment is the stream sequence of the last review that corrected,
	// withdrew or released the item; 0 if none.
	Amendment uint64    `json:"amendment,omitempty"`
	Handling  Handling  `json:"handling,omitempty"`
	Embargo   time.Time `json:"embargo,omitzero"`
	Truncated bool      `json:"truncated,omitempty"`
	// Retrospective marks imported history: counted as baseline, never notified.
	Retrospective bool `json:"retrospective,omitempty"`
	// Withdrawn marks an item its publisher took back: out of pages and series.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// Version orders the states of one item: the higher one wins wherever two meet.
type Version struct{ Revision, Amendment uint64 }

// Version of the item.
func (i Item) Version() Version { return Version{i.Revision, i.Amendment} }

// Compare is negative, zero or positive as v is older, equal or newer than w.
func (v Version) Compare(w Version) int {
	if c := cmp.Compare(v.Revision, w.Revision); c != 0 {
		return c
	}
	return cmp.Compare(v.Amendment, w.Amendment)
}

// Number packs the version into one integer that orders alike, as ClickHouse's
// ReplacingMergeTree wants it: the revision in the upper 24 bits (saturating),
// the amendment in the lower 40.
func (v Version) Number() uint64 {
	const maxRevision, maxAmendment = 1<<24 - 1, 1<<40 - 1
	return min(v.Revision, maxRevision)<<40 | min(v.Amendment, maxAmendment)
}

// Content is the fingerprint of what a reader would see; it decides whether a
// delivery is a new revision. Collection time and revision take no part.
func (i Item) Content() string {
	parts := []string{i.Link, i.Title, i.Summary, i.Text, i.Language, i.Published.UTC().Format(time.RFC3339),
		i.Updated.UTC().Format(time.RFC3339), string(i.Handling), i.Embargo.UTC().Format(time.RFC3339)}
	parts = append(parts, i.Authors...)
	return Hash(append(parts, i.Categories...)...)
}

// Day is the day on which the item counts in series: its publication day in
// UTC, or the day it was collected where the publication is unknown or claims
// to lie after the collection.
func (i Item) Day() Day {
	if i.Published.IsZero() || i.Published.After(i.Collected) {
		return DayOf(i.Collected)
	}
	return DayOf(i.Published)
}
