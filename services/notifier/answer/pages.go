package answer

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

//go:embed page
var files embed.FS

// Deps is what the pages work with.
type Deps struct {
	// Letter reads a letter by its delivery's id; ErrNotFound where there is none.
	Letter   func(ctx context.Context, delivery string) (Letter, error)
	Register func() config.Register
	// Tell publishes reviews and returns when they are stored.
	Tell    func(ctx context.Context, reviews []kulkul.Review) error
	Book    *words.Book
	Console string // address of the console; empty: none is known
	Log     *slog.Logger
	Now     func() time.Time
}

// Pages serves /answers/.
type Pages struct {
	deps  Deps
	page  *template.Template
	style []byte
	mux   *http.ServeMux
}

// New makes the pages.
func New(d Deps) (*Pages, error) {
	page, err := template.ParseFS(files, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse answering pages: %w", err)
	}
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return nil, fmt.Errorf("read answering pages: %w", err)
	}
	p := &Pages{deps: d, page: page, style: style, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /answers/style.css", p.css)
	p.mux.HandleFunc("GET /answers/{delivery}/{action}/{secret}", p.ask)
	p.mux.HandleFunc("POST /answers/{delivery}/{action}/{secret}", p.take)
	return p, nil
}

// ServeHTTP implements http.Handler.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	p.mux.ServeHTTP(w, r)
}

func (p *Pages) css(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(p.style) // the reader may have gone
}

// view is what the page sees.
type view struct {
	*words.Language
	Letter  Letter
	Person  kulkul.Person
	State   string // name of the person's participant
	Action  link.Action
	Recused bool
	Used    time.Time
	Form    bool   // there is something to confirm
	Message string // key of what is said instead of the form, or above it
	Console string
}

// Noted is when the link was used, in words.
func (v view) Noted() (string, error) { return v.Moment(v.Used, time.UTC) }

// TextAllowed and TextNeeded say whether the form takes a text.
func (v view) TextAllowed() bool { return v.Action != link.Unsubscribe && v.Action != link.Acknowledge }

// TextNeeded reports whether the answer is nothing without one.
func (v view) TextNeeded() bool { return v.Action == link.Note }

// ask shows what an answer would say and in whose name.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) {
	v, status, err := p.open(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.show(w, status, v)
}

// take takes the answer.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) {
	v, status, err := p.open(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if !v.Form {
		p.show(w, status, v)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form cannot be read.", http.StatusBadRequest)
		return
	}
	reviews, err := Reviews(v.Letter, Answer{Action: v.Action, Text: r.PostForm.Get("text"), Person: v.Person,
		Recused: v.Recused, At: p.deps.Now()})
	if errors.Is(err, ErrText) {
		v.Message = "answer.text-fault"
		p.show(w, http.StatusUnprocessableEntity, v)
		return
	}
	if err == nil {
		err = p.deps.Tell(r.Context(), reviews)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v.Form, v.Message = false, "answer.thanks"
	if v.Action == link.Unsubscribe {
		v.Message = "answer.unsubscribed"
	}
	p.show(w, http.StatusOK, v)
}

// open finds the letter and the link and says whether it may still be used.
func (p *Pages) open(r *http.Request) (view, int, error) {
	v := view{Language: p.deps.Book.In(""), Action: link.Action(r.PathValue("action")), Console: p.deps.Console, Message: "answer.unknown"}
	letter, err := p.deps.Letter(r.Context(), r.PathValue("delivery"))
	if errors.Is(err, ErrNotFound) {
		return v, http.StatusNotFound, nil
	}
	if err != nil {
		return v, 0, err
	}
	l, ok := link.Find(letter.Links, letter.Delivery.ID, v.Action, r.PathValue("secret"))
	if !ok {
		return v, http.StatusNotFound, nil
	}
	register := p.deps.Register()
	person, ok := register.Find(letter.Delivery.Recipient)
	if !ok || person.Disabled {
		return v, http.StatusNotFound, nil
	}
	v.Language, v.Letter, v.Person, v.Used = p.deps.Book.In(person.Language), letter, person, l.Used
	v.Recused = register.Recused(person, letter.Delivery.Flashpoint)
	i := slices.IndexFunc(register.Participants, func(c config.Participant) bool { return c.Code == person.Country })
	if i >= 0 {
		v.State = register.Participants[i].Name
	}
	status := http.StatusOK
	switch {
	case !l.Used.IsZero():
		v.Message = "answer.used"
	case p.deps.Now().After(l.Ends):
		v.Message, status = "answer.ended", http.StatusGone
	case v.Action == link.Acknowledge && letter.Over:
		v.Message, status = "answer.over", http.StatusGone
	case v.Recused && v.Action != link.Note && v.Action != link.Unsubscribe:
		v.Message, status = "answer.recused", http.StatusForbidden
	default:
		v.Message, v.Form = "", true
	}
	return v, status, nil
}

func (p *Pages) show(w http.ResponseWriter, status int, v view) {
	var body bytes.Buffer
	if err := p.page.ExecuteTemplate(&body, "answer.html", v); err != nil {
		p.deps.Log.Error("draw answering page", "error", err)
		http.Error(w, "Internal error.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the reader may have gone
}

func (p *Pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		p.deps.Log.Error("take an answer from a mail", "error", err)
	}
	http.Error(w, "This did not work. Try again in a moment.", http.StatusServiceUnavailable)
}
