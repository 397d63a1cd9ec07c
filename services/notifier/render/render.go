// Package render writes what a notification says: subject, plain text, HTML.
//
// In: the content of a notification and for whom it is. Out: a Mail, ready to
// be sent. It is pure: the same content gives the same bytes. Called by the
// notifier. Its own words take no side; what others said is attributed.
package render

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"sort"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
)

//go:embed templates
var templates embed.FS

// Content is what a notification tells, the same for all recipients.
type Content struct {
	Flashpoint string         `json:"flashpoint"`
	Name       string         `json:"name"` // neutral display name
	Episode    int            `json:"episode"`
	Kind       string         `json:"kind"` // first, worse-…, repeat-n, resume-n, escalation-n, resolved; silence-… with Episode 0
	Level      kulkul.Level   `json:"level"`
	At         time.Time      `json:"at"`
	Alerts     []kulkul.Alert `json:"alerts"`
	Items      []Item         `json:"items"`
	// Publishers are the owners behind the reasons, by id. One that is not among
	// them, or that the reader is not cleared for, is counted and not named.
	Publishers map[string]Publisher `json:"publishers,omitempty"`
	// Silences hold, or held since the episode's last mail.
	Silences []Silence `json:"silences,omitempty"`
	// Series is drawn beside the reasons; nil: there is nothing to draw.
	Series   *Series  `json:"series,omitempty"`
	Earlier  []Past   `json:"earlier,omitempty"` // newest first
	Opinions Opinions `json:"opinions,omitzero"`
	// Digest, where set, is all that the mail tells (Episode 0).
	Digest   *Digest   `json:"digest,omitempty"`
	Concerns []Concern `json:"concerns,omitempty"`
	// Bulletin, where set, is all that the mail tells (Episode 0).
	Bulletin *kulkul.Bulletin `json:"bulletin,omitempty"`
	// Urgent: the escalation is at once, because the level is critical.
	Urgent bool `json:"urgent,omitempty"`
	// Closed is who closed the alert by hand; empty: it ended by its figures.
	Closed string `json:"closed,omitempty"`
	// Names are display names of areas, and of a bulletin's flashpoints, by id.
	Names map[string]string `json:"names,omitempty"`
}

// Silence keeps matching alerts out of mails until its end.
type Silence struct {
	By      string         `json:"by"`
	Reason  string         `json:"reason"`
	Until   time.Time      `json:"until"`
	Matcher kulkul.Matcher `json:"matcher"`
	Ended   *Ended         `json:"ended,omitempty"` // nil: it ran, or runs, to its end
}

// Ended says who ended a silence before its end.
type Ended struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Shown is how many items a mail shows at most.
const Shown = 3

// Publisher is an owner behind the figures.
type Publisher struct {
	Name     string          `json:"name"`
	Handling kulkul.Handling `json:"handling,omitempty"` // who may know of it
}

// Item is a report that the alert rests on; a mail shows it to those whom its
// handling level lets see it.
type Item struct {
	Owner     string          `json:"owner,omitempty"`
	Handling  kulkul.Handling `json:"handling,omitempty"`
	Title     string          `json:"title"`
	Link      string          `json:"link"`
	Publisher string          `json:"publisher"`
	Language  string          `json:"language"`
	Published time.Time       `json:"published,omitzero"`
}

// Reader is for whom a mail is written.
type Reader struct {
	Language string         // of the frame's words; empty: English
	Zone     *time.Location // in which times are given; nil: UTC
	// Names are display names of flashpoints and areas in the reader's language;
	// what is missing is named as the content does.
	Names map[string]string
	// Why is subscription, escalation, digest, author or stand-in; Of names whose
	// deputy the reader is, or for whom the reader stands in; Level is the lowest
	// that the reader subscribes to.
	Why   string
	Of    string
	Level kulkul.Level
	// Clearance is the most closed handling level of what the mail may carry.
	Clearance kulkul.Handling
	// Recused: the reader's state is a party; no rating is asked.
	Recused bool
	Console string // address of the console; empty: none is known
	// Links are the addresses behind which the reader answers, good until Until.
	Links map[link.Action]string
	Until time.Time
	// Replies: an answer to the mail itself is read.
	Replies bool
}

// Mail is a message without its envelope.
type Mail struct {
	Subject string
	Text    string
	HTML    string
	// Series is the picture that the HTML shows as cid:series; nil where none.
	Series *Series
}

// Renderer holds the parsed templates and the words.
type Renderer struct {
	text *template.Template
	html *htmltemplate.Template
	book *words.Book
}

// New parses the templates.
func New() (*Renderer, error) {
	book, err := words.Load()
	if err != nil {
		return nil, err
	}
	funcs := map[string]any{"figure": figure, "join": strings.Join, "upper": strings.ToUpper, "capital": capital}
	text, err := template.New("").Funcs(funcs).ParseFS(templates, "templates/*.txt")
	if err != nil {
		return nil, fmt.Errorf("parse text templates: %w", err)
	}
	html, err := htmltemplate.New("").Funcs(funcs).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse HTML templates: %w", err)
	}
	return &Renderer{text, html, book}, nil
}

// Mail renders the content for a reader.
func (r *Renderer) Mail(c Content, reader Reader) (Mail, error) {
	sort.SliceStable(c.Alerts, func(i, j int) bool {
		a, b := c.Alerts[i], c.Alerts[j]
		if a.Level != b.Level {
			return a.Level > b.Level
		}
		return a.Key.Area < b.Key.Area
	})
	if reader.Zone == nil {
		reader.Zone = time.UTC
	}
	v := view{Content: c, Reader: reader, words: r.book.In(reader.Language)}
	subject, err := v.subject()
	if err != nil {
		return Mail{}, fmt.Errorf("render subject: %w", err)
	}
	var text, html strings.Builder
	form := "alert"
	switch {
	case c.Digest != nil:
		form = "digest"
	case c.Bulletin != nil:
		form = "bulletin"
	case c.Episode == 0:
		form = "silence"
	}
	if err := r.text.ExecuteTemplate(&text, form+".txt", v); err != nil {
		return Mail{}, fmt.Errorf("render text: %w", err)
	}
	if err := r.html.ExecuteTemplate(&html, form+".html", v); err != nil {
		return Mail{}, fmt.Errorf("render HTML: %w", err)
	}
	return Mail{Subject: subject, Text: text.String(), HTML: html.String(), Series: c.Series}, nil
}

// capital begins a text with a capital letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// figure prints a count without needless decimals.
func figure(f float64) string {
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", f), "0"), ".0")
}
