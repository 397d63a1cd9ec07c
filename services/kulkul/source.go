package kulkul

import "time"

// Track says who speaks: officials (1), officials in private capacity with
// experts (1.5), experts (2), or news media.
type Track string

// The tracks.
const (
	Track1     Track = "1"
	Track15    Track = "1.5"
	Track2     Track = "2"
	TrackMedia Track = "media"
)

// Valid reports whether t is one of the tracks.
func (t Track) Valid() bool {
	return t == Track1 || t == Track15 || t == Track2 || t == TrackMedia
}

// Reliability is the Admiralty grade of a source (NATO STANAG 2511 / AJP-2.1):
// A completely reliable … E unreliable, F cannot be judged.
type Reliability string

// Valid reports whether r is A to F.
func (r Reliability) Valid() bool { return len(r) == 1 && r[0] >= 'A' && r[0] <= 'F' }

// Weight is the weight, 0 to 1, that a source of this grade lends to an item.
// The scale is this product's own; it gates alert levels and never enters the
// statistical tests. An unknown grade weighs as F.
func (r Reliability) Weight() float64 {
	switch r {
	case "A":
		return 1
	case "B":
		return 0.8
	case "C":
		return 0.6
	case "D":
		return 0.4
	case "E":
		return 0.2
	}
	return 0.5
}

// Source is an organisation that publishes.
type Source struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Owner string `json:"owner"` // who controls it; two titles of one owner are one voice
	// Country is where the publisher sits: ISO 3166-1 alpha-2, or "" where unknown.
	Country     string      `json:"country,omitempty"`
	Track       Track       `json:"track"`
	Language    string      `json:"language,omitempty"` // BCP 47; "" where mixed
	Reliability Reliability `json:"reliability"`
	Homepage    string      `json:"homepage,omitempty"`
	// Handling is the default handling of the source's items.
	Handling Handling `json:"handling,omitempty"`
	// Since is the day from which the source's items count in series; a new
	// source would else look like a burst. Zero: from the first item on.
	Since time.Time `json:"since,omitzero"`
	// Quarantine holds a partner's pushed items until an analyst releases them.
	Quarantine bool `json:"quarantine,omitempty"`
	// Disabled stops polling and pushing without forgetting the source.
	Disabled bool   `json:"disabled,omitempty"`
	Feeds    []Feed `json:"feeds,omitempty"`
}

// Feed is one URL of a source that is polled, or one push channel.
type Feed struct {
	ID  string `json:"id"` // unique over all sources
	URL string `json:"url,omitempty"`
	// Schedule is a robfig/cron expression ("@every 30m", "*/20 * * * *", UTC):
	// the earliest moments at which the feed is asked. Empty: push only.
	Schedule string `json:"schedule,omitempty"`
	Language string `json:"language,omitempty"` // overrides the source's
	// Unconditional turns conditional requests off for servers whose
	// validators lie.
	Unconditional bool `json:"unconditional,omitempty"`
	// Unconfirmed marks an address that nobody has seen answer yet.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
	Disabled    bool `json:"disabled,omitempty"`
}
