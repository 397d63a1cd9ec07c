package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
)

// view is what templates see: the content, the reader and the reader's words.
type view struct {
	Content
	Reader
	words *words.Language
}

// Code is the language's, for the HTML.
func (v view) Code() string { return v.words.Code }

// Say gives a text of the catalogue.
func (v view) Say(key string, pairs ...any) (string, error) { return v.words.Say(key, pairs...) }

// Count gives a text of the catalogue in the plural form of n.
func (v view) Count(key string, n int) (string, error) { return v.words.Count(key, n) }

// When names an instant in the reader's time zone.
func (v view) When(t time.Time) (string, error) { return v.words.Moment(t, v.Zone) }

// Verb is what the notification says, as the catalogue's keys end.
func (v view) Verb() string {
	name, _, _ := strings.Cut(v.Kind, "-")
	if name == "escalation" && v.Urgent {
		return "urgent"
	}
	return name
}

// subject sorts by flashpoint, then episode: "[Kulkul] South China Sea #003 · high: raised".
func (v view) subject() (string, error) {
	what, err := v.Say("what." + v.Verb())
	if err != nil {
		return "", err
	}
	if v.Digest != nil {
		return "[Kulkul] " + what + " · " + v.Digest.To.In(v.Zone).Format(time.DateOnly), nil
	}
	if v.Bulletin != nil {
		if v.Bulletin.Correction != nil {
			what, err = v.Say("what.correction")
		}
		return "[Kulkul] " + what + " · " + v.Bulletin.To.String(), err
	}
	if v.Episode == 0 {
		return "[Kulkul] " + v.Flash() + " · " + what, nil
	}
	level, err := v.Say("level." + v.Level().String())
	if err != nil {
		return "", err
	}
	return "[Kulkul] " + v.Flash() + " #" + fmt.Sprintf("%03d", v.Episode) + " · " + level + ": " + what, nil
}

// Level is the notification's.
func (v view) Level() kulkul.Level { return v.Content.Level }

// Headline is the mail's first sentence.
func (v view) Headline() (string, error) {
	if v.Closed != "" {
		return v.Say("headline.closed", "name", v.Flash(), "by", v.Closed)
	}
	level, err := v.Say("level." + v.Level().String())
	if err != nil {
		return "", err
	}
	return v.Say("headline."+v.Verb(), "name", v.Flash(), "level", level)
}

// Flash is the flashpoint's name in the reader's language.
func (v view) Flash() string {
	if n := v.Reader.Names[v.Flashpoint]; n != "" {
		return n
	}
	return v.Content.Name
}

// Area is an area's name in the reader's language.
func (v view) Area(id string) (string, error) {
	if id == kulkul.Any {
		return v.Say("all-areas")
	}
	for _, names := range []map[string]string{v.Reader.Names, v.Content.Names} {
		if names[id] != "" {
			return names[id], nil
		}
	}
	s := strings.ReplaceAll(id, "-", " ")
	return strings.ToUpper(s[:1]) + s[1:], nil
}

// Reason is why one indicator speaks, in one or two sentences.
func (v view) Reason(r kulkul.Reason) (string, error) {
	stories, err := v.Count("stories", int(r.Observed))
	if err != nil {
		return "", err
	}
	days, err := v.Count("days", max(r.Window, 1))
	if err != nil {
		return "", err
	}
	publishers, err := v.Count("publishers", len(r.Owners))
	if err != nil {
		return "", err
	}
	return v.Say("reason", "stories", stories, "days", days, "publishers", publishers)
}

// Reports are the items that the reader may see, one of each publisher.
func (v view) Reports() []Item {
	var out []Item
	for _, i := range v.Items {
		same := func(o Item) bool { return o.Owner == i.Owner && i.Owner != "" }
		if len(out) < Shown && i.Handling.Rank() <= v.Clearance.Rank() && !slices.ContainsFunc(out, same) {
			out = append(out, i)
		}
	}
	return out
}

// Voices names the publishers of a reason that the reader may know of.
func (v view) Voices(r kulkul.Reason) string {
	var out []string
	for _, o := range r.Owners {
		if p, ok := v.Publishers[o]; ok && p.Handling.Rank() <= v.Clearance.Rank() {
			out = append(out, p.Name)
		}
	}
	return strings.Join(out, ", ")
}

// Figures are what was expected, when it alarms, and by which indicator.
func (v view) Figures(r kulkul.Reason) (string, error) {
	var parts []string
	say := func(key string, pairs ...any) error {
		text, err := v.Say(key, pairs...)
		parts = append(parts, text)
		return err
	}
	if r.Expected > 0 {
		if err := say("reason.expected", "n", figure(r.Expected)); err != nil {
			return "", err
		}
	}
	if r.Bound >= 0 { // below, any count is an alarm: there is no threshold to name
		if err := say("reason.bound", "n", figure(r.Bound)); err != nil {
			return "", err
		}
	}
	if err := say("reason.indicator", "name", r.Indicator); err != nil {
		return "", err
	}
	return v.Sentences(parts...)
}

// Caption says in words what the chart shows; it is its alternative text too.
func (v view) Caption(s Series) (string, error) {
	var parts []string
	say := func(key string, pairs ...any) error {
		text, err := v.Say(key, pairs...)
		parts = append(parts, text)
		return err
	}
	days, err := v.Count("days", s.Window)
	if err != nil {
		return "", err
	}
	err = say("caption", "days", days, "from", s.First, "to", s.Last, "high", figure(slices.Max(s.Values)), "last", figure(s.Values[len(s.Values)-1]))
	if err != nil {
		return "", err
	}
	if s.Expected > 0 {
		if err := say("caption.expected", "n", figure(s.Expected)); err != nil {
			return "", err
		}
	}
	if s.Bound >= 0 {
		if err := say("caption.bound", "n", figure(s.Bound)); err != nil {
			return "", err
		}
	}
	return v.Sentences(parts...)
}

// Concern puts a known weakness in words.
func (v view) Concern(c Concern) (string, error) {
	return v.Say("concern."+c.Kind, "n", c.N, "total", c.Total)
}

// Mutes says what a silence keeps out of mails.
func (v view) Mutes(m kulkul.Matcher) (string, error) {
	what, err := v.Say("mutes.all")
	if m.Area != "" {
		var area string
		if area, err = v.Area(m.Area); err != nil {
			return "", err
		}
		what, err = v.Say("mutes.area", "area", area)
	}
	if err == nil && m.Group != "" {
		var group string
		if group, err = v.Say("mutes.group", "name", m.Group); err == nil {
			what, err = v.Sentences(what, group)
		}
	}
	if err == nil && m.Below != kulkul.NoLevel {
		var level string
		if level, err = v.Say("level." + m.Below.String()); err != nil {
			return "", err
		}
		if level, err = v.Say("mutes.level", "level", level); err == nil {
			what, err = v.Sentences(what, level)
		}
	}
	return what, err
}

// Silenced says who silenced what until when.
func (v view) Silenced(s Silence) (string, error) {
	what, err := v.Mutes(s.Matcher)
	if err != nil {
		return "", err
	}
	until, err := v.When(s.Until)
	if err != nil {
		return "", err
	}
	return v.Say("silence", "by", s.By, "what", what, "until", until)
}

// EndedEarly says who ended a silence and when.
func (v view) EndedEarly(e Ended) (string, error) {
	at, err := v.When(e.At)
	return v.said(err, "silence.ended", "by", e.By, "when", at)
}

// Past says how an earlier episode went.
func (v view) Past(p Past) (string, error) {
	level, err := v.Say("level." + p.Peak.String())
	if err != nil {
		return "", err
	}
	from, err := v.When(p.From)
	if err != nil || p.To.IsZero() {
		return v.said(err, "earlier.open", "n", p.Episode, "level", level, "from", from)
	}
	to, err := v.When(p.To)
	return v.said(err, "earlier.ended", "n", p.Episode, "level", level, "from", from, "to", to)
}

// said is Say unless something failed before.
func (v view) said(before error, key string, pairs ...any) (string, error) {
	if before != nil {
		return "", before
	}
	return v.Say(key, pairs...)
}

// Because says why the reader gets the mail.
func (v view) Because() (string, error) {
	level, err := v.Say("level." + v.Reader.Level.String())
	if err != nil {
		return "", err
	}
	why, of := v.Why, v.Of
	if why == "escalation" && v.Urgent {
		why = "urgent"
	}
	if why == "digest" && of != "" {
		return v.Say("why.deputy", "name", of)
	}
	text, err := v.Say("why."+why, "level", level, "name", of)
	if err != nil || of == "" || why == "stand-in" {
		return text, err
	}
	deputy, err := v.Say("why.deputy", "name", of)
	if err != nil {
		return "", err
	}
	return v.Sentences(text, deputy)
}

// Act is one link of the reader's answer.
type Act struct{ Text, Link string }

// Acts are the answers that the reader may give, in order.
func (v view) Acts() ([]Act, error) {
	var out []Act
	for _, a := range []link.Action{link.Acknowledge, link.Concur, link.Doubt, link.Note} {
		to := v.Links[a]
		if to == "" {
			continue
		}
		key := "act." + string(a)
		if a == link.Note && v.Recused {
			key = "act.comment"
		}
		text, err := v.Say(key)
		if err != nil {
			return nil, err
		}
		out = append(out, Act{text, to})
	}
	return out, nil
}

// Reply says what an answer to the mail itself may begin with; empty where none
// is read.
func (v view) Reply() (string, error) {
	switch {
	case !v.Replies:
		return "", nil
	case v.Recused:
		return v.Say("answer.reply.comment")
	}
	words := make([]any, 0, 6)
	for _, a := range []link.Action{link.Acknowledge, link.Concur, link.Doubt} {
		list, err := v.Say("command." + string(a))
		if err != nil {
			return "", err
		}
		first, _, _ := strings.Cut(list, ",")
		words = append(words, string(a), first)
	}
	return v.Say("answer.reply", words...)
}

// Leave is the link that ends the subscription; empty where none.
func (v view) Leave() string { return v.Links[link.Unsubscribe] }

// More is the flashpoint's page on the console; empty where none is known.
func (v view) More() string {
	if v.Console == "" {
		return ""
	}
	to := strings.TrimSuffix(v.Console, "/")
	if v.Bulletin != nil {
		return to + "/bulletins/" + v.Bulletin.ID
	}
	if v.Flashpoint == kulkul.Any {
		return to + "/alerts"
	}
	return to + "/flashpoints/" + v.Flashpoint
}
