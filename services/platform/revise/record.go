package revise

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Record is what the revisions bucket keeps of an item, under its id.
type Record struct {
	// Hash is kulkul.Item.Content of the last content seen.
	Hash     string     `json:"hash"`
	Revision uint64     `json:"revision"`
	Entered  kulkul.Day `json:"entered"`
	Source   string     `json:"source"`
	Feed     string     `json:"feed,omitempty"`
	// Published and Collected are the item's of that revision (UTC): a
	// withdrawal says with them on which day the item counted.
	Published    time.Time `json:"published,omitzero"`
	PublishedDay bool      `json:"published_day,omitempty"`
	Collected    time.Time `json:"collected"`
	// Open says that this revision is about to be published: whether it was is
	// not known yet. What is open is published again under the same revision
	// where the content is the same, and never under another content's.
	Open bool `json:"open,omitempty"`
	// Withdrawn items are not published again, whatever comes under their id.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// Item is the item as far as the record knows it: identity, version and days,
// without its words.
func (r Record) Item(id string) kulkul.Item {
	return kulkul.Item{ID: id, Source: r.Source, Feed: r.Feed, Revision: r.Revision, Entered: r.Entered,
		Published: r.Published, PublishedDay: r.PublishedDay, Collected: r.Collected, Withdrawn: r.Withdrawn}
}

func recordOf(it kulkul.Item, hash string) Record {
	return Record{Hash: hash, Revision: it.Revision, Entered: it.Entered, Source: it.Source, Feed: it.Feed,
		Published: it.Published, PublishedDay: it.PublishedDay, Collected: it.Collected}
}

// Fate says what became of an item that was handed in.
type Fate string

// The fates.
const (
	New       Fate = "new"
	Revised   Fate = "revised"
	Unchanged Fate = "unchanged"
	// Withdrawn items were taken back before and stay out.
	Withdrawn Fate = "withdrawn"
)

// Outcome is one item with its fate, revision and day of entry.
type Outcome struct {
	Item kulkul.Item
	Fate Fate
}

// Count gives how many outcomes have the fate.
func Count(outcomes []Outcome, fate Fate) int {
	n := 0
	for _, o := range outcomes {
		if o.Fate == fate {
			n++
		}
	}
	return n
}
