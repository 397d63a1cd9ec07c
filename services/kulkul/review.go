package kulkul

import "time"

// Verdict says what a person decided; it is the last token of a review's
// subject.
type Verdict string

// The verdicts.
const (
	Ack     Verdict = "ack"     // somebody took the alert up
	Assess  Verdict = "assess"  // concur or doubt, see Assessment
	Note    Verdict = "note"    // a remark on an alert or a flashpoint
	Silence Verdict = "silence" // mute matching alerts until an end
	// EndSilence ends a silence before its end: Settles says which, Matcher and
	// Until what it muted and until when it would have.
	EndSilence Verdict = "end-silence"
	Resolve    Verdict = "resolve"  // close an alert by hand
	Escalate   Verdict = "escalate" // set a higher level by hand
	Correct    Verdict = "correct"  // replace an item's tags
	Release    Verdict = "release"  // let a quarantined item in
	Withdraw   Verdict = "withdraw" // take an item out of everything
	// Unsubscribe leaves the subscriptions that a mail came by.
	Unsubscribe Verdict = "unsubscribe"
	// Held is a mail that came back and waits for an analyst, see Reply; Settle is
	// the analyst's word on it: Text says accepted or discarded, Settles which.
	Held   Verdict = "reply"
	Settle Verdict = "settle"
	// Bounced says that a mail could not be delivered, or is late, see Bounce.
	Bounced Verdict = "bounce"
)

// Review is one decision of a person (or of a partner about its own item), as
// REVIEWS carries it.
type Review struct {
	ID      string    `json:"id"`
	Verdict Verdict   `json:"verdict"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`             // user or person id, or the source id of a partner
	Role    string    `json:"role,omitempty"` // role under which it was given
	Via     string    `json:"via,omitempty"`  // console, mail, api
	// Person is the id of who gave it in the register of people, where known.
	Person string `json:"person,omitempty"`
	// Delivery is the mail that is answered (via mail).
	Delivery string `json:"delivery,omitempty"`
	// Alert and AlertID name what it is about, for ack, assess, note, resolve
	// and escalate.
	Alert   AlertKey `json:"alert,omitzero"`
	Episode int      `json:"episode,omitempty"`
	Level   Level    `json:"level,omitempty"` // escalate: the level asked for
	// Item is the item it is about, whole, for correct, release and withdraw.
	Item *Item `json:"item,omitempty"`
	// Areas and Flashpoints are the tags a correction sets.
	Areas       []string    `json:"areas,omitempty"`
	Flashpoints []string    `json:"flashpoints,omitempty"`
	Assessment  *Assessment `json:"assessment,omitempty"`
	Matcher     *Matcher    `json:"matcher,omitempty"` // silence: what it mutes
	Until       time.Time   `json:"until,omitzero"`    // silence: its end
	Text        string      `json:"text,omitempty"`    // reason or remark
	Reply       *Reply      `json:"reply,omitempty"`
	Settles     string      `json:"settles,omitempty"` // settle: id of the review that held it; end-silence: of the silence
	Bounce      *Bounce     `json:"bounce,omitempty"`
}

// Silenced is a silence, and who ended it before its time where somebody did.
type Silenced struct {
	Review
	Ended *Review `json:"ended,omitempty"`
}

// End is when it stops muting.
func (s Silenced) End() time.Time {
	if s.Ended != nil && s.Ended.At.Before(s.Until) {
		return s.Ended.At
	}
	return s.Until
}

// Ends takes in that somebody ended it. Of several the earliest counts, whatever
// their order of arrival; it reports whether r is that one and new.
func (s *Silenced) Ends(r Review) bool {
	if r.Verdict != EndSilence || s.Ended != nil && (r.At.After(s.Ended.At) || r.At.Equal(s.Ended.At) && r.ID >= s.Ended.ID) {
		return false
	}
	s.Ended = &r
	return true
}

// Assessment is a person's judgement on an alert.
type Assessment struct {
	Opinion string `json:"opinion"` // concur or doubt; concern, on a note about a flashpoint
	Country string `json:"country,omitempty"`
	Track   Track  `json:"track,omitempty"`
	// AsParty marks a remark of a national of a state that is a party to the
	// flashpoint: shown apart, never counted as a rating.
	AsParty bool   `json:"as_party,omitempty"`
	Text    string `json:"text,omitempty"`
}

// Giver names who gave the review, the same by whatever way it came.
func (r Review) Giver() string {
	if r.Person != "" {
		return r.Person
	}
	return r.By
}

// Matcher selects alerts. An empty field matches everything.
type Matcher struct {
	Flashpoint string `json:"flashpoint,omitempty"`
	Area       string `json:"area,omitempty"`
	Group      string `json:"group,omitempty"`
	Below      Level  `json:"below,omitempty"` // matches levels up to and including this one; none: all
}

// Matches reports whether the matcher selects the alert.
func (m Matcher) Matches(a Alert) bool {
	match := func(want, have string) bool { return want == "" || want == have }
	return match(m.Flashpoint, a.Key.Flashpoint) && match(m.Area, a.Key.Area) &&
		match(m.Group, a.Key.Group) && (m.Below == NoLevel || a.Level <= m.Below)
}
