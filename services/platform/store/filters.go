package store

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Span bounds an instant: From included, To excluded; zero: no bound.
type Span struct{ From, To time.Time }

// ObservationFilter narrows observations. Empty fields select everything.
type ObservationFilter struct {
	Flashpoint string // observations that carry a pair of this flashpoint
	Area       string // observations that carry a pair of this area
	Sources    []string
	// Collected bounds when the items came in: Collected.To gives what was
	// known at that instant.
	Collected Span
	// Live leaves out imported history.
	Live bool
	// Untagged adds observations that have no pair at all.
	Untagged bool
	// Talks are taxonomy rules, as evidence names them, that find items which
	// speak of talks: it selects nothing, and fills in Observation.Talks.
	Talks []string
}

// AlertFilter selects alert events and alerts. Empty fields select everything.
type AlertFilter struct {
	Key               *kulkul.AlertKey
	Flashpoint        string // as in the key: an id, or kulkul.Any for regional totals
	Area              string
	Group             string
	Alert             string // id of one episode, kulkul.Alert.ID
	FlashpointEpisode int
	States            []kulkul.State
	Level             kulkul.Level // at least
	At                Span         // when the event happened
	Live              bool         // leaves out retrospective events
	Item              string       // id of an item that it fired on
	Limit             int          // newest first; 500 where zero
}

// NoticeFilter selects notices. Empty fields select everything.
type NoticeFilter struct {
	Kinds      []string
	Flashpoint string
	Source     string
	At         Span
	Limit      int // newest first; 500 where zero
}

// ReviewFilter selects reviews. Empty fields select everything.
type ReviewFilter struct {
	Verdicts   []kulkul.Verdict
	Key        *kulkul.AlertKey
	Episode    int
	Flashpoint string
	Item       string
	By         string
	At         Span
	Limit      int // newest first; 500 where zero
}

// DeliveryFilter selects deliveries. Empty fields select everything.
type DeliveryFilter struct {
	Flashpoint string
	Episode    int // of the flashpoint
	Recipient  string
	Channel    string
	Status     string
	Event      string // id of an alert event that it tells of
	At         Span
	Limit      int // newest first; 500 where zero
}

// FetchFilter selects fetches. Empty fields select everything.
type FetchFilter struct {
	Source string
	Feed   string
	Failed bool // only those that ended in an error
	At     Span
	Limit  int // newest first; 500 where zero
}

// RejectionFilter selects rejections. Empty fields select everything.
type RejectionFilter struct {
	ID          string
	Source      string
	Stage       string
	Code        string
	Quarantined bool // only good items that wait for a release
	At          Span
	Limit       int // newest first; 500 where zero
}

// AuditFilter selects audit lines. Empty fields select everything.
type AuditFilter struct {
	Service string
	Who     string
	Action  string
	Object  string
	At      Span
	Limit   int // newest first; 500 where zero
}

// SourceDay is what one source gave on one day.
type SourceDay struct {
	Source string
	Day    kulkul.Day // the day on which the items first came in
	Items  int
	// Latest is when the day's last item came in.
	Latest time.Time
}
