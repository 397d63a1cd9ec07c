// Package episode decides which notifications a flashpoint episode owes.
//
// In: alert events, acknowledgements, the time, a policy. Out: the episode's
// new state and the notifications now due. It is pure: same inputs, same
// outputs. Called by the notifier.
package episode

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// State is what the notifier remembers of one flashpoint episode.
type State struct {
	Flashpoint string `json:"flashpoint"`
	Number     int    `json:"number"`
	// Alerts holds the last known state of each alert of the episode, by id.
	Alerts map[string]kulkul.Alert `json:"alerts"`
	// Seen lists the events already taken in.
	Seen []string `json:"seen"`
	// Told is the highest level notified so far; none before the first mail.
	Told    kulkul.Level `json:"told"`
	FirstAt time.Time    `json:"first_at,omitzero"`
	LastAt  time.Time    `json:"last_at,omitzero"`
	// Acknowledged is who took the episode up at the level AckLevel; a higher
	// level asks anew.
	Acknowledged string       `json:"acknowledged,omitempty"`
	AckLevel     kulkul.Level `json:"ack_level,omitempty"`
	// Repeats numbers the repeats; Quiet counts those since the last worsening.
	Repeats int `json:"repeats,omitempty"`
	Quiet   int `json:"quiet,omitempty"`
	// AskedAt is since when an acknowledgement is waited for, Step how many
	// steps up were taken since; Escalations numbers them through the episode.
	AskedAt     time.Time `json:"asked_at,omitzero"`
	Step        int       `json:"step,omitempty"`
	Escalations int       `json:"escalations,omitempty"`
	Over        bool      `json:"over,omitempty"` // resolved was notified
	// Closed is who closed the alert that ended last by hand; empty: it ended by
	// its figures.
	Closed string `json:"closed,omitempty"`
	// Held are silences that muted an alert of the episode and that no mail has
	// told of since they ended; Resumes numbers the mails that such an end asked for.
	Held    []kulkul.Silenced `json:"held,omitempty"`
	Resumes int               `json:"resumes,omitempty"`
	// Lost are the notifications (kinds) that reached nobody.
	Lost []string `json:"lost,omitempty"`
	// Due are notifications decided and not yet turned into deliveries.
	Due []Notification `json:"due,omitempty"`
	// Kinds are the notifications decided so far, in order.
	Kinds []string `json:"kinds,omitempty"`
}

// Notification is something to tell about an episode.
type Notification struct {
	// Kind is first, worse-<level>, repeat-<n>, resume-<n> (a silence ended),
	// escalation-<n> or resolved: unique within the episode.
	Kind  string       `json:"kind"`
	Level kulkul.Level `json:"level"`
	At    time.Time    `json:"at"`
	// After are the kinds decided before it, as far back as a reader may still
	// wait for one.
	After []string `json:"after,omitempty"`
	// Step is the escalation step, from 1; 0 for other kinds.
	Step int `json:"step,omitempty"`
	// Urgent: the step did not wait, because the level is critical.
	Urgent bool `json:"urgent,omitempty"`
	// Muted are the alerts (ids) that a silence keeps out of it; Silences those
	// that hold, or held since the last mail.
	Muted    []string          `json:"muted,omitempty"`
	Silences []kulkul.Silenced `json:"silences,omitempty"`
}

// Policy says when to repeat and when to go up.
type Policy struct {
	// Repeat is how long an unacknowledged episode rests before it is told
	// again; MaxRepeats how often at the most.
	Repeat     time.Duration `yaml:"repeat"`
	MaxRepeats int           `yaml:"max_repeats"`
	// Escalate is how long each step waits for an acknowledgement, for episodes
	// at EscalateFrom or higher.
	Escalate     time.Duration `yaml:"escalate"`
	EscalateFrom kulkul.Level  `yaml:"escalate_from"`
}

// Steps is how many escalation steps there are: coordinator, unit, chair.
const Steps = 3

// Key of the state in the ledger.
func Key(flashpoint string, number int) string {
	return fmt.Sprintf("episode.%s.%d", kulkul.Hash(flashpoint), number)
}

// ContentKey of what one of its notifications tells.
func (s *State) ContentKey(kind string) string {
	return fmt.Sprintf("content.%s.%d.%s", kulkul.Hash(s.Flashpoint), s.Number, kind)
}

// Apply takes an alert event in. It reports whether the event was new: one seen
// before, or older than what is known of its alert, changes nothing.
func (s *State) Apply(e kulkul.AlertEvent) bool {
	id := e.Alert.ID()
	known, ok := s.Alerts[id]
	if slices.Contains(s.Seen, e.ID) || (ok && e.Alert.UpdatedAt.Before(known.UpdatedAt)) {
		return false
	}
	if s.Alerts == nil {
		s.Alerts = map[string]kulkul.Alert{}
	}
	s.Alerts[id] = e.Alert
	s.Seen = append(s.Seen, e.ID)
	if e.Alert.State == kulkul.Resolved {
		s.Closed = e.By
	}
	if e.Alert.Acknowledged != "" {
		s.Acknowledge(e.Alert.Acknowledged)
	}
	return true
}

// Acknowledge notes who took the episode up as it stands.
func (s *State) Acknowledge(by string) {
	s.Acknowledged, s.AckLevel = by, max(s.AckLevel, s.Level())
}

// Level is the highest level among the alerts that are open and explained by no
// other; none where there is none.
func (s *State) Level() kulkul.Level { return s.levelBeside(nil) }

// levelBeside is Level without the alerts listed in muted.
func (s *State) levelBeside(muted []string) kulkul.Level {
	level := kulkul.NoLevel
	for id, a := range s.Alerts {
		if a.Inhibited == "" && open(a) && !slices.Contains(muted, id) {
			level = max(level, a.Level)
		}
	}
	return level
}

func open(a kulkul.Alert) bool { return a.State == kulkul.Firing || a.State == kulkul.Recovering }

// Open reports whether any alert of the episode has not ended.
func (s *State) Open() bool {
	for _, a := range s.Alerts {
		if open(a) {
			return true
		}
	}
	return false
}

// acknowledged reports whether somebody took the episode up at the level given.
func (s *State) acknowledged(level kulkul.Level) bool {
	return s.Acknowledged != "" && s.AckLevel >= level
}

// Decide appends to Due what is owed at the instant now, records that it was
// decided, and reports whether the state changed. Asked twice at one instant it
// decides nothing twice. Alerts that one of the silences mutes are not told,
// nor is their end before the silence's.
func (s *State) Decide(now time.Time, p Policy, silences []kulkul.Silenced) (changed bool) {
	muted, changed := s.hush(now, silences)
	level, before := s.levelBeside(muted), len(s.Due)
	switch {
	case s.Over:
	case s.FirstAt.IsZero():
		if level > kulkul.NoLevel {
			s.FirstAt, s.AskedAt = now, now
			s.tell("first", level, now)
		}
	case !s.Open():
		if !s.allMuted(muted) {
			s.Over = true
			s.tell("resolved", s.Told, now)
		}
	case level > s.Told:
		s.Quiet = 0
		if s.Acknowledged != "" || level == kulkul.Critical { // asked anew
			s.AskedAt, s.Step = now, 0
		}
		s.tell("worse-"+level.String(), level, now)
	case level == kulkul.NoLevel:
	case s.lapsed(now):
		s.Resumes++
		s.tell(fmt.Sprintf("resume-%d", s.Resumes), level, now)
	case s.repeatDue(now, p, level):
		s.Repeats++
		s.Quiet++
		s.tell(fmt.Sprintf("repeat-%d", s.Repeats), level, now)
	}
	s.escalate(now, p, level)
	for i := before; i < len(s.Due); i++ {
		s.Due[i].Muted, s.Due[i].Silences = muted, slices.Clone(s.Held)
	}
	if len(s.Due) > before {
		s.Held = slices.DeleteFunc(s.Held, func(r kulkul.Silenced) bool { return !r.End().After(now) })
	}
	return changed || len(s.Due) > before
}

func (s *State) repeatDue(now time.Time, p Policy, level kulkul.Level) bool {
	return p.Repeat > 0 && !s.acknowledged(level) && s.Quiet < p.MaxRepeats && now.Sub(s.LastAt) >= p.Repeat
}

// escalate goes one step up for each p.Escalate that passed without an
// acknowledgement since one was asked for; critical goes to all steps at once.
func (s *State) escalate(now time.Time, p Policy, level kulkul.Level) {
	if s.Over || s.FirstAt.IsZero() || s.acknowledged(level) || p.Escalate <= 0 || level < p.EscalateFrom || level == kulkul.NoLevel {
		return
	}
	for s.Step < Steps {
		waited := now.Sub(s.AskedAt) >= time.Duration(s.Step+1)*p.Escalate || s.asksNobody()
		if !waited && level != kulkul.Critical {
			return
		}
		s.Step++
		s.Escalations++
		s.owe(Notification{Kind: fmt.Sprintf("escalation-%d", s.Escalations), Level: level, At: now, Step: s.Step, Urgent: !waited})
	}
}

// Unreached notes that a notification reached nobody. It reports whether that was
// new.
func (s *State) Unreached(kind string) bool {
	if slices.Contains(s.Lost, kind) {
		return false
	}
	s.Lost = append(s.Lost, kind)
	return true
}

// asksNobody reports whether the last notification that asked for an
// acknowledgement at the present step reached nobody: there is none to wait for.
func (s *State) asksNobody() bool {
	for _, kind := range slices.Backward(s.Kinds) {
		if strings.HasPrefix(kind, "escalation-") == (s.Step > 0) {
			return slices.Contains(s.Lost, kind)
		}
	}
	return false
}

func (s *State) tell(kind string, level kulkul.Level, now time.Time) {
	s.Told, s.LastAt = max(s.Told, level), now
	s.owe(Notification{Kind: kind, Level: level, At: now})
}

// remembered is how many earlier kinds a notification names.
const remembered = 8

func (s *State) owe(n Notification) {
	n.After = slices.Clone(s.Kinds[max(0, len(s.Kinds)-remembered):])
	s.Kinds = append(s.Kinds, n.Kind)
	s.Due = append(s.Due, n)
}
