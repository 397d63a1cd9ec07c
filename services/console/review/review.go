// Package review turns what a person decided on a page into a review and sends
// it on its way.
//
// In: a form, the user, the alert, item or rejection it is about. Out: one
// kulkul.Review on the stream REVIEWS, or what is wrong with the form in words.
// Called by the console's root. Nothing is stored here: detector, notifier,
// tagger, intake and archiver each do their part.
package review

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// Fault is what is wrong with a form, in words for who filled it in.
type Fault string

// Error implements error.
func (f Fault) Error() string { return string(f) }

// maxText is the longest reason or remark, in characters.
const maxText = 4000

// Least is the lowest role that may give a verdict.
func Least(v kulkul.Verdict) kulkul.Role {
	switch v {
	case kulkul.Assess, kulkul.Note:
		return kulkul.RoleEEP
	case kulkul.Escalate:
		return kulkul.RoleCoordinator
	}
	return kulkul.RoleAnalyst
}

// Context is who decides, when, and what the register knows.
type Context struct {
	User     kulkul.User
	Register config.Register
	Now      time.Time
}

// About gives the verdict of a user on an alert.
func (c Context) About(v kulkul.Verdict, a kulkul.Alert, form url.Values) (kulkul.Review, error) {
	if a.State == kulkul.Resolved && v != kulkul.Note && v != kulkul.Assess {
		return kulkul.Review{}, Fault("This episode is over; only notes and assessments can be added.")
	}
	r, err := c.start(v, form, a.ID())
	if err != nil {
		return r, err
	}
	r.Alert, r.Episode = a.Key, a.Episode
	switch v {
	case kulkul.Ack:
	case kulkul.Note, kulkul.Resolve:
		err = need(r.Text)
	case kulkul.Assess:
		err = c.assess(&r, a, form.Get("opinion"))
	case kulkul.Silence:
		err = c.silence(&r, a, form)
	case kulkul.Escalate:
		err = escalate(&r, a, form.Get("level"))
	default:
		err = Fault("That cannot be decided about an alert.")
	}
	return r, err
}

// OfFlashpoint gives a user's remark on a flashpoint, or the concern that they
// declare about it, with their state where the register knows it.
func (c Context) OfFlashpoint(id string, form url.Values) (kulkul.Review, error) {
	r, err := c.start(kulkul.Note, form, "flashpoint "+id)
	if err != nil {
		return r, err
	}
	r.Alert = kulkul.AlertKey{Flashpoint: id, Area: kulkul.Any}
	switch form.Get("kind") {
	case "note":
	case "concern":
		r.Assessment = &kulkul.Assessment{Opinion: "concern"}
		if person, ok := c.Register.Find(c.User.Person); ok {
			r.Assessment.Country = person.Country
			r.Assessment.AsParty = c.Register.Recused(person, id)
		}
	default:
		return r, Fault("Choose a note or a declared concern.")
	}
	return r, need(r.Text)
}

// OfSilence ends a silence before its end, for a reason.
func (c Context) OfSilence(s kulkul.Silenced, form url.Values) (kulkul.Review, error) {
	if s.Ended != nil {
		return kulkul.Review{}, Fault("This silence was already ended by " + s.Ended.By + ".")
	}
	r, err := c.start(kulkul.EndSilence, form, s.ID)
	if err != nil {
		return r, err
	}
	r.Alert, r.Episode, r.Matcher, r.Until, r.Settles = s.Alert, s.Episode, s.Matcher, s.Until, s.ID
	return r, need(r.Text)
}

// OfItem gives the verdict of a user on an item: a correction of its tags, its
// withdrawal, or its release from quarantine.
func (c Context) OfItem(v kulkul.Verdict, i kulkul.Item, form url.Values) (kulkul.Review, error) {
	r, err := c.start(v, form, i.ID)
	if err != nil {
		return r, err
	}
	r.Item = &i
	switch v {
	case kulkul.Release:
	case kulkul.Withdraw:
		err = need(r.Text)
	case kulkul.Correct:
		r.Flashpoints, r.Areas = sorted(form["flashpoint"]), sorted(form["area"])
		if !within(r.Flashpoints, kulkul.Flashpoints()) || !within(r.Areas, kulkul.Areas()) {
			return r, Fault("The correction names an area or flashpoint that does not exist.")
		}
		err = need(r.Text)
	default:
		err = Fault("That cannot be decided about an item.")
	}
	return r, err
}

// Send publishes a review and returns when it is stored.
func Send(ctx context.Context, b *bus.Bus, r kulkul.Review) error {
	m, err := bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r)
	if err != nil {
		return err
	}
	return b.Publish(ctx, m)
}

// sameWithin is how long one form sent twice counts as one decision.
const sameWithin = 10 * time.Second

func (c Context) start(v kulkul.Verdict, form url.Values, about string) (kulkul.Review, error) {
	text := strings.TrimSpace(form.Get("text"))
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxText {
		return kulkul.Review{}, Fault(fmt.Sprintf("The text is longer than %d characters, or is no text.", maxText))
	}
	now := c.Now.UTC()
	id := kulkul.Hash("review", c.User.Name, string(v), about, form.Encode(),
		strconv.FormatInt(now.Truncate(sameWithin).Unix(), 10))
	return kulkul.Review{ID: id, Verdict: v, At: now, By: c.User.Name, Person: c.User.Person, Role: string(c.User.Role), Via: "console", Text: text}, nil
}

func need(text string) error {
	if text == "" {
		return Fault("Say why: a reason is needed.")
	}
	return nil
}

// assess records concur or doubt. Of a user whose state is a party to the
// flashpoint it becomes a remark, apart and not counted.
func (c Context) assess(r *kulkul.Review, a kulkul.Alert, opinion string) error {
	if opinion != "concur" && opinion != "doubt" {
		return Fault("Choose concur or doubt.")
	}
	r.Assessment = &kulkul.Assessment{Opinion: opinion}
	if person, ok := c.Register.Find(c.User.Person); ok {
		r.Assessment.Country, r.Assessment.Track = person.Country, person.Track()
		r.Assessment.AsParty = c.Register.Recused(person, a.Key.Flashpoint)
	}
	return nil
}

// silences a person may ask for, in hours.
const maxSilence = 30 * 24

func (c Context) silence(r *kulkul.Review, a kulkul.Alert, form url.Values) error {
	hours, err := strconv.Atoi(form.Get("hours"))
	if err != nil || hours < 1 || hours > maxSilence {
		return Fault("A silence lasts from 1 hour to 30 days.")
	}
	r.Matcher = &kulkul.Matcher{Flashpoint: a.Key.Flashpoint}
	if form.Get("scope") != "flashpoint" {
		r.Matcher.Area, r.Matcher.Group = a.Key.Area, a.Key.Group
	}
	if below := form.Get("below"); below != "" {
		if r.Matcher.Below, err = kulkul.ParseLevel(below); err != nil {
			return Fault("That level does not exist.")
		}
	}
	r.Until = r.At.Add(time.Duration(hours) * time.Hour)
	return need(r.Text)
}

func escalate(r *kulkul.Review, a kulkul.Alert, level string) error {
	l, err := kulkul.ParseLevel(level)
	if err != nil || l <= a.Level {
		return Fault("Escalate to a level above the present one.")
	}
	r.Level = l
	return need(r.Text)
}

func sorted(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

func within(ids, known []string) bool {
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return false
		}
	}
	return true
}
