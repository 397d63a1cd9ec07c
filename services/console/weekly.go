package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kulkul-ews/kulkul/services/console/assets"
	"github.com/kulkul-ews/kulkul/services/console/bulletin"
	"github.com/kulkul-ews/kulkul/services/console/bulletin/sheet"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// bulletinRoutes are the weekly's pages: everybody reads what is published,
// analysts draft and edit, coordinators publish, have it mailed, and correct
// what is published by another edition.
func (s *Service) bulletinRoutes() []route {
	page := func(h func(http.ResponseWriter, *http.Request) error) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				s.failBulletin(w, r, err)
			}
		})
	}
	return []route{
		{"GET /bulletins", kulkul.RoleViewer, page(s.bulletinsPage)},
		{"POST /bulletins", kulkul.RoleAnalyst, page(s.draftBulletin)},
		{"GET /bulletins/{id}", kulkul.RoleViewer, page(s.bulletinPage)},
		{"GET /bulletins/{id}/pdf", kulkul.RoleViewer, page(s.bulletinSheet)},
		{"POST /bulletins/{id}", kulkul.RoleAnalyst, page(s.editBulletin)},
		{"POST /bulletins/{id}/publish", kulkul.RoleCoordinator, page(s.publishBulletin)},
		{"POST /bulletins/{id}/send", kulkul.RoleCoordinator, page(s.sendBulletin)},
		{"POST /bulletins/{id}/correct", kulkul.RoleCoordinator, page(s.correctBulletin)},
	}
}

// mayRead reports whether a user may see a bulletin: drafts are for analysts,
// what is published for whom its handling allows.
func mayRead(u kulkul.User, b kulkul.Bulletin) bool {
	if !b.Published() {
		return u.Role.AtLeast(kulkul.RoleAnalyst)
	}
	return b.Handling.Rank() <= u.Role.Clearance().Rank()
}

type bulletinsBody struct {
	Bulletins []kulkul.Bulletin
	Last      kulkul.Day // the last whole week ends on it
}

func (s *Service) bulletinsPage(w http.ResponseWriter, r *http.Request) error {
	list, err := s.bulletinsFor(r)
	if err != nil {
		return err
	}
	return s.pages.Show(w, r, "bulletins", "Bulletins", "bulletins", bulletinsBody{Last: kulkul.DayOf(s.deps.Now()) - 1, Bulletins: list})
}

// bulletinsFor lists the bulletins that who asks may read.
func (s *Service) bulletinsFor(r *http.Request) ([]kulkul.Bulletin, error) {
	all, err := s.weekly.List(r.Context())
	u := userOf(r)
	all = openTo(u, all)
	for i := range all {
		all[i] = s.shownTo(u, all[i])
	}
	return all, err
}

// lookBack is how many days before a week its log is read, for alerts that were
// open when it began.
const lookBack = 120

// maxEvents bounds the log that is read.
const maxEvents = 5000

// draftBulletin drafts the week that ends on the day asked for.
func (s *Service) draftBulletin(w http.ResponseWriter, r *http.Request) error {
	to, err := kulkul.ParseDay(r.PostFormValue("to"))
	if err != nil || to >= kulkul.DayOf(s.deps.Now())+1 {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "Name the week's last day, today or before."}
	}
	log, err := s.log(r, to)
	if err != nil {
		return err
	}
	b, err := bulletin.Draft(to, log)
	if err != nil {
		return err
	}
	if err := s.weekly.Add(r.Context(), b, userOf(r).Name); err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "bulletin-draft", b.ID, "")
	http.Redirect(w, r, "/bulletins/"+b.ID, http.StatusSeeOther)
	return nil
}

// log reads what a bulletin is drafted from, as members may see it: what is
// hidden from them, closed or under embargo stays out of the draft.
func (s *Service) log(r *http.Request, to kulkul.Day) (bulletin.Log, error) {
	member := kulkul.User{Role: kulkul.RoleViewer}
	l := bulletin.Log{Sees: func(id string) bool { return s.view.Sees(member, id) }, Name: s.names.Name}
	from := to - 6
	var err error
	l.Events, err = s.deps.Store.AlertEvents(r.Context(), store.AlertFilter{At: store.Span{From: (from - lookBack).Start(), To: to.End()}, Live: true, Limit: maxEvents})
	if err != nil {
		return l, fmt.Errorf("read alert events: %w", err)
	}
	l.Notices, err = s.deps.Store.Notices(r.Context(), store.NoticeFilter{At: store.Span{From: from.Start(), To: to.End()}})
	if err != nil {
		return l, fmt.Errorf("read notices: %w", err)
	}
	l.Stories = func(id string) ([]string, error) {
		stories, _, err := s.view.Stories(r.Context(), member, view.ItemQuery{Flashpoint: id, From: from, To: to})
		if err != nil {
			return nil, err
		}
		var lines []string
		for _, st := range stories[:min(len(stories), 3)] {
			first := st.Items[0].SourceName
			if n := len(st.Owners); n > 1 {
				first += fmt.Sprintf(" and %d more", n-1)
			}
			lines = append(lines, fmt.Sprintf("“%s” (%s)", web.Plain(st.Title), web.Plain(first)))
		}
		return lines, nil
	}
	return l, nil
}

type bulletinBody struct {
	kulkul.Bulletin
	editions
	Revision uint64
	Edit     bool
	Sections []kulkul.Section
	// Readers is to how many it goes, Had whether an edition before went out;
	// Deliveries are the mails that ended, with what became of each. For analysts
	// and up.
	Readers    int
	Had        bool
	Deliveries []kulkul.Delivery
	Went       int // of them, how many the relay took
}

func (s *Service) bulletinPage(w http.ResponseWriter, r *http.Request) error {
	b, revision, err := s.bulletinFor(r)
	if err != nil {
		return err
	}
	u := userOf(r)
	body := bulletinBody{Bulletin: s.shownTo(u, b), Revision: revision, Sections: kulkul.Sections(),
		Edit: !b.Published() && r.URL.Query().Get("print") == ""}
	if body.editions, err = s.around(r.Context(), u, b); err != nil {
		return err
	}
	if b.Published() && u.Role.AtLeast(kulkul.RoleAnalyst) {
		if err := s.mailed(r, b, &body); err != nil {
			return fmt.Errorf("read what became of the bulletin: %w", err)
		}
	}
	return s.pages.Show(w, r, "bulletin", b.Title, "bulletins", body)
}

// bulletinFor reads the bulletin a request names, where who asks may read it.
func (s *Service) bulletinFor(r *http.Request) (kulkul.Bulletin, uint64, error) {
	u := userOf(r)
	b, revision, err := s.weekly.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return b, revision, err
	}
	closed, err := s.closedSince(r.Context(), u, b)
	if err == nil && (closed || !mayRead(u, b)) {
		err = store.ErrNotFound
	}
	return b, revision, err
}

// newPress readies what draws PDFs; nil where the fonts were not built in.
func newPress() (*sheet.Press, error) {
	fonts := sheet.Fonts{Regular: assets.Font("regular"), Bold: assets.Font("bold"), Thai: assets.Font("thai"), Han: assets.Font("han")}
	if fonts.Regular == nil {
		return nil, nil
	}
	return sheet.New(fonts)
}

// bulletinSheet gives the bulletin as a PDF.
func (s *Service) bulletinSheet(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.bulletinFor(r)
	if err != nil {
		return err
	}
	if s.press == nil {
		return web.Refusal{Status: http.StatusServiceUnavailable, Text: "This program was built without the fonts of the PDF (make assets). The page can be printed."}
	}
	u := userOf(r)
	beside, err := s.around(r.Context(), u, b)
	if err != nil {
		return err
	}
	drawn, err := s.press.Draw(s.shownTo(u, b), beside.After, s.names.Name)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="bulletin-`+b.ID+`.pdf"`)
	_, _ = w.Write(drawn) // fails only where the reader has gone
	return nil
}

// maxWords is the longest text of a bulletin's part, in bytes.
const maxWords = 8000

func (s *Service) editBulletin(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return web.Refusal{Status: http.StatusBadRequest, Text: "The form cannot be read."}
	}
	f := r.PostForm
	revision, err := strconv.ParseUint(f.Get("revision"), 10, 64)
	handling := kulkul.Handling(f.Get("handling"))
	if err != nil || strings.TrimSpace(f.Get("title")) == "" || !handling.Valid() || len(f.Get("title")) > 200 || len(f.Get("lead")) > maxWords {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "A bulletin has a title, a handling level and texts of at most 8,000 bytes."}
	}
	id := r.PathValue("id")
	err = s.weekly.Edit(r.Context(), id, revision, userOf(r).Name, func(b *kulkul.Bulletin) {
		if reason, ok := reasonOf(r); ok && b.Correction != nil {
			b.Correction.Reason = reason
		}
		b.Title, b.Lead, b.Handling = strings.TrimSpace(f.Get("title")), strings.TrimSpace(f.Get("lead")), handling
		for i := range b.Entries {
			e := &b.Entries[i]
			if !f.Has("text-" + e.Flashpoint) {
				continue // the editor was not shown it
			}
			if text := f.Get("text-" + e.Flashpoint); len(text) <= maxWords {
				e.Text = strings.TrimSpace(text)
			}
			if section := kulkul.Section(f.Get("section-" + e.Flashpoint)); slices.Contains(kulkul.Sections(), section) {
				e.Section = section
			}
			e.Risk, e.Opportunity = f.Get("risk-"+e.Flashpoint) == "1", f.Get("opportunity-"+e.Flashpoint) == "1"
		}
	})
	if err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "bulletin-edit", id, "")
	http.Redirect(w, r, "/bulletins/"+id+"?done=bulletin", http.StatusSeeOther)
	return nil
}

func (s *Service) publishBulletin(w http.ResponseWriter, r *http.Request) error {
	revision, err := strconv.ParseUint(r.PostFormValue("revision"), 10, 64)
	if err != nil {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "The draft is not named."}
	}
	id := r.PathValue("id")
	if err := s.weekly.Publish(r.Context(), id, revision, userOf(r).Name); err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "bulletin-publish", id, "")
	http.Redirect(w, r, "/bulletins/"+id+"?done=published", http.StatusSeeOther)
	return nil
}

func (s *Service) failBulletin(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, bus.ErrNotFound):
		err = errors.Join(store.ErrNotFound, err)
	case errors.Is(err, bulletin.ErrDraft):
		err = web.Refusal{Status: http.StatusConflict, Text: "It is a draft. Publish it first."}
	case errors.Is(err, bulletin.ErrSame):
		err = web.Refusal{Status: http.StatusConflict, Text: "It says what the edition before says: there is nothing to correct yet."}
	case errors.Is(err, bulletin.ErrExists), errors.Is(err, bulletin.ErrPublished):
		err = web.Refusal{Status: http.StatusConflict, Text: "There is a bulletin of that week, or a correction of that edition, already; or it is published and stays as it is."}
	case errors.Is(err, bus.ErrConflict):
		err = web.Refusal{Status: http.StatusConflict, Text: "Somebody else changed the draft meanwhile. Open it again: nothing of yours was saved."}
	}
	s.pages.Fail(w, r, err)
}
