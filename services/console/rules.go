package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kulkul-ews/kulkul/services/console/tuning"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// tuningRoutes are the pages on which rules are tried and kept. Analysts look
// and try; coordinators save.
func (s *Service) tuningRoutes() []route {
	page := func(h func(http.ResponseWriter, *http.Request) error) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				s.failTuning(w, r, err)
			}
		})
	}
	return []route{
		{"GET /tuning", kulkul.RoleAnalyst, page(s.tuningPage)},
		{"GET /tuning/edit", kulkul.RoleAnalyst, page(s.editPage)},
		{"POST /tuning/try", kulkul.RoleAnalyst, page(s.tryRules)},
		{"POST /tuning/save", kulkul.RoleCoordinator, page(s.saveRules)},
		{"GET /tuning/versions/{id}", kulkul.RoleAnalyst, page(s.versionPage)},
		{"POST /tuning/versions/{id}/restore", kulkul.RoleCoordinator, page(s.restoreRules)},
	}
}

type tuningBody struct {
	Groups   []fileGroup
	Versions []tuning.VersionLine
	Drift    []tuning.Difference
	Known    bool // whether drift can be told
}

// fileGroup is the files of one kind.
type fileGroup struct {
	Title string
	Files []fileLink
}

type fileLink struct{ Path, Name string }

// grouped puts files under what they are about: rules of alerts, places, areas,
// what places and areas share, people and sources.
func grouped(files []string, name func(string) string) []fileGroup {
	groups := []fileGroup{{Title: "When alerts are raised"}, {Title: "Flashpoints"}, {Title: "Areas"}, {Title: "Words and contexts they share"}, {Title: "Who publishes, who is told"}}
	for _, file := range files {
		rest, tagging := strings.CutPrefix(file, config.TaxonomyDir+"/")
		at, text := 4, strings.TrimSuffix(file, ".yaml")
		switch kind, id, _ := strings.Cut(strings.TrimSuffix(rest, ".yaml"), "/"); {
		case file == config.IndicatorsFile:
			at = 0
		case tagging && kind == "flashpoints":
			at, text = 1, name(id)
		case tagging && kind == "areas":
			at, text = 2, name(id)
		case tagging:
			at, text = 3, strings.TrimSuffix(rest, ".yaml")
		}
		groups[at].Files = append(groups[at].Files, fileLink{file, text})
	}
	return slices.DeleteFunc(groups, func(g fileGroup) bool { return len(g.Files) == 0 })
}

// forCoordinators reports whether a file is about people: what stands in it
// is for coordinators.
func forCoordinators(file string) bool { return file == config.PeopleFile }

func (s *Service) tuningPage(w http.ResponseWriter, r *http.Request) error {
	versions, err := s.bench.Versions(r.Context())
	if err != nil {
		return err
	}
	b := tuningBody{Versions: versions, Groups: grouped(s.filesFor(userOf(r)), s.view.Names.Name)}
	if b.Drift, b.Known, err = s.bench.Drift(); err != nil {
		return err
	}
	b.Drift = s.seen(userOf(r), b.Drift)
	return s.pages.Show(w, r, "tuning", "Tuning", "tuning", b)
}

func (s *Service) filesFor(u kulkul.User) []string {
	return slices.DeleteFunc(s.bench.Files(), func(file string) bool { return s.hiddenFile(u, file) })
}

func (s *Service) hiddenFile(u kulkul.User, file string) bool {
	if id, ok := strings.CutPrefix(file, config.TaxonomyDir+"/flashpoints/"); ok && !s.view.Sees(u, strings.TrimSuffix(id, ".yaml")) {
		return true
	}
	return forCoordinators(file) && !u.Role.AtLeast(kulkul.RoleCoordinator)
}

// seen leaves out the differences of files that the user may not read.
func (s *Service) seen(u kulkul.User, all []tuning.Difference) []tuning.Difference {
	return slices.DeleteFunc(all, func(d tuning.Difference) bool { return s.hiddenFile(u, d.File) })
}

type editBody struct {
	File, Text string
	Base       int
	Days       int
	Spans      []int
	Faults     []string
	Outcome    *tuning.Outcome
	Changes    []tuning.Difference
	Why        string
}

func (s *Service) editPage(w http.ResponseWriter, r *http.Request) error {
	file := r.URL.Query().Get("file")
	text, base, err := s.bench.Text(file)
	if err == nil && s.hiddenFile(userOf(r), file) {
		err = tuning.ErrFile
	}
	if err != nil {
		return err
	}
	return s.editor(w, r, editBody{File: file, Text: text, Base: base})
}

func (s *Service) editor(w http.ResponseWriter, r *http.Request, b editBody) error {
	b.Spans = tuning.Spans()
	if b.Days == 0 {
		b.Days = 14
	}
	return s.pages.Show(w, r, "edit", b.File, "tuning", b)
}

// editForm reads what the editor sent.
func (s *Service) editForm(r *http.Request) (editBody, error) {
	if err := r.ParseForm(); err != nil {
		return editBody{}, web.Refusal{Status: http.StatusRequestEntityTooLarge, Text: "The form cannot be read, or is too long."}
	}
	b := editBody{File: r.PostForm.Get("file"), Text: r.PostForm.Get("text"), Why: strings.TrimSpace(r.PostForm.Get("why"))}
	if _, _, err := s.bench.Text(b.File); err != nil || s.hiddenFile(userOf(r), b.File) {
		return b, errors.Join(tuning.ErrFile, err)
	}
	var err error
	if b.Base, err = strconv.Atoi(r.PostForm.Get("base")); err != nil {
		return b, web.Refusal{Status: http.StatusUnprocessableEntity, Text: "The version that was edited is not named."}
	}
	if b.Days, err = strconv.Atoi(r.PostForm.Get("days")); err != nil {
		b.Days = 0
	}
	return b, nil
}

// tryRules shows what a change would have done.
func (s *Service) tryRules(w http.ResponseWriter, r *http.Request) error {
	b, err := s.editForm(r)
	if err != nil {
		return err
	}
	u := userOf(r)
	eyes := tuning.Eyes{View: s.view.Through(u), Flashpoint: func(id string) bool { return s.view.Sees(u, id) },
		Item: func(t kulkul.Tagged) bool { return s.view.SeesItem(u, t) }}
	outcome, err := s.bench.Try(r.Context(), eyes, b.File, b.Text, b.Days)
	var faults tuning.Faults
	switch {
	case errors.As(err, &faults):
		b.Faults = faults
	case err != nil:
		return err
	default:
		b.Outcome, b.Changes = &outcome, s.bench.Change(b.File, b.Text)
	}
	return s.editor(w, r, b)
}

func (s *Service) saveRules(w http.ResponseWriter, r *http.Request) error {
	b, err := s.editForm(r)
	if err != nil {
		return err
	}
	if b.Why == "" {
		b.Faults = []string{"Say why: a reason is needed."}
		return s.editor(w, r, b)
	}
	if s.bench.Same(b.File, b.Text) {
		b.Faults = []string{"Nothing is changed."}
		return s.editor(w, r, b)
	}
	v, err := s.bench.Save(r.Context(), b.File, b.Text, b.Base, userOf(r).Name, b.Why)
	var faults tuning.Faults
	if errors.As(err, &faults) {
		b.Faults = faults
		return s.editor(w, r, b)
	}
	if err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "config-save", fmt.Sprintf("version %d: %s", v.Number, b.File), b.Why)
	http.Redirect(w, r, "/tuning/versions/"+strconv.Itoa(v.Number)+"?done=config", http.StatusSeeOther)
	return nil
}

type versionBody struct {
	Version tuning.VersionLine
	Changes []tuning.Difference
	// Back is what restoring it would change now; none where it runs.
	Back    []tuning.Difference
	Running int
}

func (s *Service) versionPage(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return store.ErrNotFound
	}
	versions, err := s.bench.Versions(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(versions, func(v tuning.VersionLine) bool { return v.Number == n })
	if i < 0 {
		return store.ErrNotFound
	}
	b := versionBody{Version: versions[i], Running: s.deps.Settings.Current().Version}
	if b.Changes, err = s.bench.Diff(r.Context(), n); err != nil {
		return err
	}
	if b.Back, err = s.bench.Since(r.Context(), n); err != nil {
		return err
	}
	b.Changes, b.Back = s.seen(userOf(r), b.Changes), s.seen(userOf(r), b.Back)
	return s.pages.Show(w, r, "version", fmt.Sprintf("Version %d", n), "tuning", b)
}

func (s *Service) restoreRules(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return store.ErrNotFound
	}
	why, base := strings.TrimSpace(r.PostFormValue("why")), r.PostFormValue("base")
	if why == "" {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "Say why: a reason is needed."}
	}
	on, err := strconv.Atoi(base)
	if err != nil {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "The running version is not named."}
	}
	v, err := s.bench.Restore(r.Context(), n, on, userOf(r).Name, fmt.Sprintf("back to version %d: %s", n, why))
	if err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "config-restore", fmt.Sprintf("version %d from %d", v.Number, n), why)
	http.Redirect(w, r, "/tuning?"+url.Values{"done": {"restored"}}.Encode(), http.StatusSeeOther)
	return nil
}

// failTuning says what is wrong with a change in words.
func (s *Service) failTuning(w http.ResponseWriter, r *http.Request, err error) {
	var faults tuning.Faults
	switch {
	case errors.Is(err, tuning.ErrFile), errors.Is(err, bus.ErrNotFound):
		err = errors.Join(store.ErrNotFound, err)
	case errors.Is(err, tuning.ErrBusy):
		err = web.Refusal{Status: http.StatusTooManyRequests, Text: "Another trial is running. Wait for it, then try again."}
	case errors.Is(err, bus.ErrConflict):
		err = web.Refusal{Status: http.StatusConflict, Text: "Somebody saved another version meanwhile. Look at it, then edit again: nothing of yours was saved."}
	case errors.As(err, &faults):
		err = web.Refusal{Status: http.StatusUnprocessableEntity, Text: "That version has faults by the checks of today: " + faults[0]}
	}
	s.pages.Fail(w, r, err)
}
