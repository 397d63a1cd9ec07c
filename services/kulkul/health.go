package kulkul

import "time"

// Fetch is what came of asking a feed once, as fetches.<source> carries it.
type Fetch struct {
	ID       string        `json:"id"`
	Source   string        `json:"source"`
	Feed     string        `json:"feed"`
	URL      string        `json:"url"`
	At       time.Time     `json:"at"`
	Took     time.Duration `json:"took"`   // nanoseconds
	Status   int           `json:"status"` // HTTP status; 0 where none came
	Bytes    int64         `json:"bytes"`  // of the decoded body
	Items    int           `json:"items"`  // entries in the body
	New      int           `json:"new"`
	Revised  int           `json:"revised"`
	Problems int           `json:"problems"` // entries set aside
	Error    string        `json:"error,omitempty"`
	Next     time.Time     `json:"next,omitzero"`
	Why      string        `json:"why,omitempty"` // why next is then
}

// Health is the state of a source as last judged.
type Health struct {
	Source string    `json:"source"`
	Feed   string    `json:"feed,omitempty"`
	At     time.Time `json:"at"`
	// State is ok, failing, silent, gone, new, recovered, doubled, backfilled or
	// paused.
	State    string    `json:"state"`
	Since    time.Time `json:"since"`
	LastItem time.Time `json:"last_item,omitzero"`
	LastOK   time.Time `json:"last_ok,omitzero"`
	Failures int       `json:"failures"` // in a row
	Text     string    `json:"text,omitempty"`
}

// Rejection is something that could not be taken in, kept with its reason.
type Rejection struct {
	ID     string    `json:"id"`
	Stage  string    `json:"stage"` // collector, intake, tagger, archiver
	Source string    `json:"source"`
	Feed   string    `json:"feed,omitempty"`
	At     time.Time `json:"at"`
	Where  string    `json:"where"`  // item index, field, line: as exact as known
	Reason string    `json:"reason"` // in words
	Code   string    `json:"code"`   // short constant, the metric's label
	// Payload is what was refused, cut to 64 KiB.
	Payload []byte `json:"payload,omitempty"`
	// Quarantined marks a good item that waits for a person's release.
	Quarantined bool  `json:"quarantined,omitempty"`
	Item        *Item `json:"item,omitempty"`
}

// MaxPayload is the longest payload a rejection keeps, in bytes.
const MaxPayload = 64 << 10

// Audit is one line of who did what.
type Audit struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Who     string    `json:"who"`
	Action  string    `json:"action"`
	Object  string    `json:"object,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Address string    `json:"address,omitempty"` // network address it came from
}

// Touch says that a series changed, as series.touched carries it.
type Touch struct {
	Pair Pair      `json:"pair"` // None, never Any: totals are derived
	Day  Day       `json:"day"`  // the earliest day that changed
	At   time.Time `json:"at"`
}
