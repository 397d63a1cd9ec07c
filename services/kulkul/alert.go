package kulkul

import (
	"strconv"
	"time"
)

// State is where an alert stands in its life.
type State string

// The states: pending → firing → recovering → resolved.
const (
	Pending    State = "pending"
	Firing     State = "firing"
	Recovering State = "recovering"
	Resolved   State = "resolved"
)

// AlertKey names an alert through all its episodes.
type AlertKey struct {
	Flashpoint string `json:"flashpoint"` // id or Any
	Area       string `json:"area"`       // id or Any
	Group      string `json:"group"`      // indicator group
}

// ID is the key's identity: a hash, fit for subjects and buckets.
func (k AlertKey) ID() string { return Hash("alert", k.Flashpoint, k.Area, k.Group) }

// Reason is why one indicator speaks: what it saw, what it expected, and on
// what. Everything needed to explain or recompute it is here.
type Reason struct {
	Indicator string `json:"indicator"`
	Detector  string `json:"detector"`
	Day       Day    `json:"day"`
	// Window is how many days, ending on Day, the figures cover.
	Window   int     `json:"window"`
	Observed float64 `json:"observed"` // distinct stories in the window
	Expected float64 `json:"expected"` // under the baseline; 0 where the indicator has none
	Bound    float64 `json:"bound"`    // the value above which it alarms
	Score    float64 `json:"score"`    // higher is stranger; −ln p where there is a p
	// Owners and Countries are the distinct independent publishers and their
	// countries in the window; Weight is their reliability weight.
	Owners    []string `json:"owners,omitempty"`
	Countries []string `json:"countries,omitempty"`
	Weight    float64  `json:"weight"`
	Level     Level    `json:"level"`
	Text      string   `json:"text"` // one neutral English sentence
}

// Alert is what people see of a series in alarm: one episode's state.
type Alert struct {
	Key AlertKey `json:"key"`
	// Episode numbers the lives of this key from 1.
	Episode int `json:"episode"`
	// FlashpointEpisode numbers the flashpoint's episodes from 1; mails are
	// grouped by it. 0 while pending.
	FlashpointEpisode int       `json:"flashpoint_episode,omitempty"`
	State             State     `json:"state"`
	Level             Level     `json:"level"`
	Peak              Level     `json:"peak"`  // highest level of the episode
	Since             time.Time `json:"since"` // start of the episode (pending)
	FiredAt           time.Time `json:"fired_at,omitzero"`
	RecoveringAt      time.Time `json:"recovering_at,omitzero"`
	ResolvedAt        time.Time `json:"resolved_at,omitzero"`
	UpdatedAt         time.Time `json:"updated_at"`
	Reasons           []Reason  `json:"reasons,omitempty"`
	// Items are the items it fired on, newest first, at most 50.
	Items []string `json:"items,omitempty"`
	// Inhibited names the alert (its id) that explains this one; such an alert
	// is kept and shown, and not notified.
	Inhibited string `json:"inhibited,omitempty"`
	// Acknowledged is who took it up; empty if nobody.
	Acknowledged   string    `json:"acknowledged,omitempty"`
	AcknowledgedAt time.Time `json:"acknowledged_at,omitzero"`
	// Escalated marks a level that a person set.
	Escalated bool `json:"escalated,omitempty"`
	// Indicators and Taxonomy are the versions under which it was evaluated.
	Indicators string `json:"indicators,omitempty"`
	Taxonomy   string `json:"taxonomy,omitempty"`
}

// ID is the identity of the alert's episode.
func (a Alert) ID() string {
	return Hash("episode", a.Key.ID(), strconv.Itoa(a.Episode))
}

// Change says what an alert event reports.
type Change string

// The changes of an alert.
const (
	Opened       Change = "opened"       // a new episode, pending
	Fired        Change = "fired"        // pending → firing
	Worsened     Change = "worsened"     // firing at a higher level
	Eased        Change = "eased"        // firing at a lower level
	Recovered    Change = "recovering"   // firing → recovering
	Relapsed     Change = "relapsed"     // recovering → firing
	Closed       Change = "resolved"     // the episode ends
	Acknowledged Change = "acknowledged" // a person took it up
	Escalated    Change = "escalated"    // a person raised the level
	Explained    Change = "explained"    // a part began to explain this total: inhibited
	Unexplained  Change = "unexplained"  // no part explains this total any longer
)

// AlertEvent is one step in an alert's life, as ALERTS carries it. The same
// inputs give the same id and the same bytes.
type AlertEvent struct {
	ID string `json:"id"`
	// At is the instant the evaluation speaks for, not the time of sending.
	At     time.Time `json:"at"`
	Change Change    `json:"change"`
	From   Level     `json:"from"` // level before
	Alert  Alert     `json:"alert"`
	By     string    `json:"by,omitempty"` // the person, where a person caused it
	// Retrospective events re-score history and are never notified.
	Retrospective bool `json:"retrospective,omitempty"`
}

// EventID is the identity of the n-th event of an alert's episode.
func EventID(a Alert, change Change, n int) string {
	return Hash("event", a.ID(), string(change), strconv.Itoa(n))
}

// Notice is something people should know that is no alert.
type Notice struct {
	ID   string    `json:"id"`
	Kind string    `json:"kind"` // opportunity, learning, collection-silent, source-silent, source-recovered, source-doubled, source-backfilled
	At   time.Time `json:"at"`
	// Flashpoint is an id or None; Source is set for notices about a source.
	Flashpoint string `json:"flashpoint"`
	Source     string `json:"source,omitempty"`
	Text       string `json:"text"`
}
