// Package answer turns a reader's answer to a mail into reviews, and serves the
// pages on which a reader gives it.
//
// In: a link of a mail, or its parts; a text; the register. Out: reviews on the
// bus, the same however often one answer is sent. A GET shows who is about to
// answer what and changes nothing, since programs open links before people do;
// a POST answers. Called by the notifier's root; the console lets its pages in
// without a session.
package answer

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
)

// Letter is a mail that can be answered.
type Letter struct {
	Delivery kulkul.Delivery
	Links    []link.Link
	// Name is the flashpoint's neutral name; Alerts are those that the mail told of.
	Name   string
	Alerts []kulkul.Alert
	// Over: the episode has ended since.
	Over bool
}

// Errors of an answer.
var (
	// ErrNotFound is returned for a letter that does not exist.
	ErrNotFound = errors.New("there is no such letter")
	// ErrRecused is returned for a rating of a national of a party, and for an
	// acknowledgement by one.
	ErrRecused = errors.New("the person is recused")
	// ErrText is returned for a text that is missing, too long or no text.
	ErrText = errors.New("the text is missing, too long or no text")
)

// MaxText is the longest text of an answer, in characters.
const MaxText = 4000

// Answer is what a person replied.
type Answer struct {
	Action  link.Action
	Text    string
	Person  kulkul.Person
	Recused bool // the person's state is a party
	// Mail is the id of the mail by which the answer came; empty: it came by a
	// link. Each mail is an answer of its own, each link is one for ever.
	Mail string
	At   time.Time
}

// Reviews are what an answer to the letter says on the bus: one for each alert
// that it told of, since each has a page of its own, except that a note goes to
// the first. The same answer gives the same ids, whatever its text.
func Reviews(l Letter, a Answer) ([]kulkul.Review, error) {
	text := strings.TrimSpace(a.Text)
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > MaxText || (a.Action == link.Note && text == "") {
		return nil, ErrText
	}
	if a.Recused && a.Action != link.Note && a.Action != link.Unsubscribe {
		return nil, ErrRecused
	}
	r := kulkul.Review{At: a.At.UTC(), By: a.Person.ID, Person: a.Person.ID, Role: a.Person.Role, Via: "mail",
		Delivery: l.Delivery.ID, Text: text}
	judgement := &kulkul.Assessment{Country: a.Person.Country, Track: a.Person.Track(), AsParty: a.Recused, Text: text}
	switch a.Action {
	case link.Acknowledge:
		r.Verdict = kulkul.Ack
	case link.Concur, link.Doubt:
		judgement.Opinion = string(a.Action)
		r.Verdict, r.Assessment, r.Text = kulkul.Assess, judgement, ""
	case link.Note:
		r.Verdict = kulkul.Note
		if a.Recused {
			r.Assessment, r.Text = judgement, ""
		}
	case link.Unsubscribe:
		r.Verdict, r.Text = kulkul.Unsubscribe, ""
	}
	return spread(r, l, a), nil
}

func spread(r kulkul.Review, l Letter, a Answer) []kulkul.Review {
	id := func(about string) string {
		if a.Mail != "" {
			return kulkul.Hash("answer by mail", l.Delivery.ID, string(a.Action), about, a.Mail)
		}
		return kulkul.Hash("answer", l.Delivery.ID, string(a.Action), about)
	}
	if a.Action == link.Unsubscribe || len(l.Alerts) == 0 {
		r.ID = id("")
		r.Alert.Flashpoint = l.Delivery.Flashpoint
		return []kulkul.Review{r}
	}
	var out []kulkul.Review
	for _, about := range l.Alerts {
		r.ID, r.Alert, r.Episode = id(about.ID()), about.Key, about.Episode
		out = append(out, r)
		if a.Action == link.Note {
			break
		}
	}
	return out
}

// ActionOf is the link's action that a review by mail came by.
func ActionOf(r kulkul.Review) link.Action {
	switch r.Verdict {
	case kulkul.Ack:
		return link.Acknowledge
	case kulkul.Note:
		return link.Note
	case kulkul.Unsubscribe:
		return link.Unsubscribe
	case kulkul.Assess:
		if r.Assessment != nil {
			return link.Action(r.Assessment.Opinion)
		}
	}
	return ""
}
