// Package web draws the console's pages: HTML on the server, complete without
// script.
//
// In: requests of signed-in users, values from web/view. Out: pages. Called by
// the console's root, which has checked who may see which page. What third
// parties wrote is only ever text here: escaped, kept apart from the direction
// of what surrounds it, broken where it is too long.
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/web/atlas"
	"github.com/kulkul-ews/kulkul/services/console/web/mailbox"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

//go:embed templates/*.html
var templates embed.FS

// Deps is what the pages need.
type Deps struct {
	View *view.Reader
	// User is who asks; its role is checked before a page is reached.
	User func(*http.Request) kulkul.User
	// Visit notes that the user looks, and gives when their visit before this
	// one ended.
	Visit func(*http.Request) (time.Time, error)
	// Searches gives the user's saved searches.
	Searches func(*http.Request) ([]SavedSearch, error)
	// Asset gives the path of a static file, "" where it was not built in.
	Asset func(name string) string
	// Land is the outline of the world's land as TopoJSON; nil: none.
	Land []byte
	// Provider is the name of the provider of identities; empty: none.
	Provider string
	// Mailbox shows kept mail; nil: none.
	Mailbox *mailbox.Box
	Log     *slog.Logger
	Now     func() time.Time
}

// Pages draws pages. Safe for concurrent use.
type Pages struct {
	Deps
	pages map[string]*template.Template
	land  string // path data
}

// New reads the templates and draws the map's outline.
func New(d Deps) (*Pages, error) {
	p := &Pages{Deps: d}
	var err error
	if p.pages, err = p.parse(); err != nil {
		return nil, err
	}
	if d.Land != nil {
		path, err := atlas.Land(d.Land)
		if err != nil {
			return nil, err
		}
		p.land = path
	}
	return p, nil
}

// page is what every template gets.
type page struct {
	Title string
	Nav   string // which entry of the menu it stands under
	Path  string // of the request, with its query
	User  kulkul.User
	Now   time.Time
	Done  string // what was just done, in words
	Fault string // what is wrong with what was asked
	Body  any
}

// handler answers a request with a page, or says why not.
type handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP draws the page or the error.
func (p *Pages) serve(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.Fail(w, r, err)
		}
	})
}

// Fail answers a request with a page that says what went wrong.
func (p *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	var refusal Refusal
	switch {
	case r.Context().Err() != nil:
		return // nobody reads the answer
	case errors.Is(err, store.ErrNotFound):
		p.problem(w, r, http.StatusNotFound, "There is no such thing here, or you may not see it.")
	case errors.As(err, &refusal):
		p.problem(w, r, refusal.Status, refusal.Text)
	default:
		p.Log.Error("page failed", "path", r.URL.Path, "error", err)
		p.problem(w, r, http.StatusServiceUnavailable,
			"The archive or the message bus did not answer. This is a fault of the system, not calm in the region. It tries again on its own; reload in a moment.")
	}
}

// Refusal is an error whose text is meant for the user.
type Refusal struct {
	Status int
	Text   string
}

// Error implements error.
func (r Refusal) Error() string { return r.Text }

func (p *Pages) problem(w http.ResponseWriter, r *http.Request, status int, text string) {
	if err := p.draw(w, r, status, "problem", page{Title: http.StatusText(status), Body: text}); err != nil {
		p.Log.Error("error page failed", "path", r.URL.Path, "error", err)
		http.Error(w, text, status)
	}
}

// show draws a page with status 200.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, name, title, nav string, body any) error {
	return p.draw(w, r, http.StatusOK, name, page{Title: title, Nav: nav, Done: done(r), Body: body})
}

// Show draws a page of another part of the console, with status 200.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, name, title, nav string, body any) error {
	return p.show(w, r, name, title, nav, body)
}

// draw writes a page whole or not at all.
func (p *Pages) draw(w http.ResponseWriter, r *http.Request, status int, name string, data page) error {
	data.User, data.Now, data.Path = p.User(r), p.Now().UTC(), r.URL.RequestURI()
	var b bytes.Buffer
	if err := p.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		return fmt.Errorf("draw page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // fails only where the reader has gone
	return nil
}

// done is what the request says was just done: a word of ours, never the
// request's.
func done(r *http.Request) string {
	return map[string]string{
		"ack": "Acknowledged.", "assess": "Your assessment is recorded.", "note": "Note added.", "silence": "Silenced.", "end-silence": "The silence is ended; what is still open is told next.",
		"resolve": "Closing is asked for; the detector confirms it.", "escalate": "Escalation is asked for; the detector confirms it.",
		"correct": "Correction sent; the tagger applies it.", "withdraw": "Withdrawal sent.", "release": "Released.", "settle": "Settled.",
		"password": "Password changed.", "revoked": "Revoked.", "saved": "Search saved.", "removed": "Search removed.", "account": "Account saved.", "bulletin": "Draft saved.", "published": "Published.", "mailed": "It goes out by mail.", "source": "Source added; the collector follows at once.", "second": "The second step is off.", "config": "Saved; services follow at once.", "restored": "Restored as a new version; services follow at once.", "added": "Account added.",
	}[r.URL.Query().Get("done")]
}
