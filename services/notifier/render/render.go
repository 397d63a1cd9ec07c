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

	"github.com/kulkul-ews/kulkul/services/kulkul"
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
	// Silences hold, or held since the episode's last mail.
	Silences []Silence `json:"silences,omitempty"`
	// Series is drawn beside the reasons; nil: there is nothing to draw.
	Series   *Series  `json:"series,omitempty"`
	Earlier  []Past   `json:"earlier,omitempty"` // newest first
	Opinions Opinions `json:"opinions,omitzero"`
	// Names are display names of areas by id.
	Names map[string]string `json:"names,omitempty"`
}

// Silence keeps matching alerts out of mails until its end.
type Silence struct {
	By      string         `json:"by"`
	Reason  string         `json:"reason"`
	Until   time.Time      `json:"until"`
	Matcher kulkul.Matcher `json:"matcher"`
}

// Item is a report that the alert rests on, as a mail may show it.
type Item struct {
	Title     string    `json:"title"`
	Link      string    `json:"link"`
	Publisher string    `json:"publisher"`
	Language  string    `json:"language"`
	Published time.Time `json:"published,omitzero"`
}

// Reader is for whom a mail is written.
type Reader struct {
	Why     string
	Recused bool
	Console string // address of the console; empty: none is known
}

// Mail is a message without its envelope.
type Mail struct {
	Subject string
	Text    string
	HTML    string
	// Series is the picture that the HTML shows as cid:series; nil where none.
	Series *Series
}

// Renderer holds the parsed templates.
type Renderer struct {
	text *template.Template
	html *htmltemplate.Template
}

// New parses the templates.
func New() (*Renderer, error) {
	funcs := map[string]any{"title": title, "day": day, "date": kulkul.Day.String, "figure": figure, "join": strings.Join}
	text, err := template.New("").Funcs(funcs).ParseFS(templates, "templates/*.txt")
	if err != nil {
		return nil, fmt.Errorf("parse text templates: %w", err)
	}
	html, err := htmltemplate.New("").Funcs(funcs).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse HTML templates: %w", err)
	}
	return &Renderer{text, html}, nil
}

// view is what templates see.
type view struct {
	Content
	Reader
	Headline string
	Link     string
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
	v := view{Content: c, Reader: reader, Headline: headline(c)}
	if reader.Console != "" {
		v.Link = strings.TrimSuffix(reader.Console, "/") + "/flashpoints/" + c.Flashpoint
	}
	var text, html strings.Builder
	form := "alert"
	if c.Episode == 0 {
		form = "silence"
	}
	if err := r.text.ExecuteTemplate(&text, form+".txt", v); err != nil {
		return Mail{}, fmt.Errorf("render text: %w", err)
	}
	if err := r.html.ExecuteTemplate(&html, form+".html", v); err != nil {
		return Mail{}, fmt.Errorf("render HTML: %w", err)
	}
	return Mail{Subject: subject(c), Text: text.String(), HTML: html.String(), Series: c.Series}, nil
}

// subject sorts by flashpoint, then episode: "[Kulkul] South China Sea #3 · high: raised".
func subject(c Content) string {
	if c.Episode == 0 {
		return fmt.Sprintf("[Kulkul] %s · silence ends soon", c.Name)
	}
	return fmt.Sprintf("[Kulkul] %s #%d · %s: %s", c.Name, c.Episode, c.Level, verb(c.Kind))
}

func verb(kind string) string {
	switch name, _, _ := strings.Cut(kind, "-"); name {
	case "worse":
		return "raised"
	case "repeat":
		return "still open"
	case "escalation":
		return "waits for an answer"
	case "resume":
		return "open after a silence"
	case "resolved":
		return "ended"
	}
	return "new"
}

func headline(c Content) string {
	switch name, _, _ := strings.Cut(c.Kind, "-"); name {
	case "worse":
		return fmt.Sprintf("The alert on %s is now at level %s.", c.Name, c.Level)
	case "repeat":
		return fmt.Sprintf("The alert on %s is still open, and nobody has taken it up.", c.Name)
	case "escalation":
		return fmt.Sprintf("The alert on %s has waited for an answer; it comes to you next.", c.Name)
	case "resume":
		return fmt.Sprintf("A silence on %s has ended, and the alert is still open.", c.Name)
	case "silence":
		return fmt.Sprintf("A silence on %s ends soon.", c.Name)
	case "resolved":
		return fmt.Sprintf("The alert on %s has ended: reporting is back within its usual range.", c.Name)
	}
	return fmt.Sprintf("Reporting on %s has risen above its usual range.", c.Name)
}

// title makes an id readable: "maritime-security" → "Maritime security".
func title(id string) string {
	if id == kulkul.Any {
		return "All areas"
	}
	s := strings.ReplaceAll(id, "-", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// Area is the display name of an area.
func (c Content) Area(id string) string {
	if n := c.Names[id]; n != "" {
		return n
	}
	return title(id)
}

// Mutes says what the silence keeps out of mails.
func (s Silence) Mutes() string {
	what := "all alerts"
	if s.Matcher.Area != "" {
		what = "alerts on " + strings.ToLower(title(s.Matcher.Area))
	}
	if s.Matcher.Group != "" {
		what += " of the group " + s.Matcher.Group
	}
	if s.Matcher.Below != kulkul.NoLevel {
		what += " up to level " + s.Matcher.Below.String()
	}
	return what
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }

// figure prints a count without needless decimals.
func figure(f float64) string {
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", f), "0"), ".0")
}
