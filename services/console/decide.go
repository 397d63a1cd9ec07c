package console

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/kulkul-ews/kulkul/services/console/review"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// aboutAlert takes a decision about an alert.
func (s *Service) aboutAlert(v kulkul.Verdict) http.Handler {
	return s.decision(func(r *http.Request, c review.Context) (kulkul.Review, string, error) {
		id := r.PathValue("id")
		found, err := s.deps.Store.Alerts(r.Context(), store.AlertFilter{Alert: id, Limit: 1})
		if err != nil {
			return kulkul.Review{}, "", err
		}
		if len(found) == 0 || !s.view.Sees(c.User, found[0].Key.Flashpoint) {
			return kulkul.Review{}, "", store.ErrNotFound
		}
		decided, err := c.About(v, found[0], r.PostForm)
		return decided, "/alerts/" + id, err
	})
}

// endSilence ends a silence before its end; the audit line is about the alert on
// which it was set.
func (s *Service) endSilence() http.Handler {
	return s.decision(func(r *http.Request, c review.Context) (kulkul.Review, string, error) {
		silence, err := s.view.Silence(r.Context(), c.User, r.PathValue("id"))
		if err != nil {
			return kulkul.Review{}, "", err
		}
		to := "/alerts"
		if silence.Episode > 0 {
			to += "/" + kulkul.Alert{Key: silence.Alert, Episode: silence.Episode}.ID()
		}
		decided, err := c.OfSilence(silence, r.PostForm)
		return decided, to, err
	})
}

// aboutFlashpoint takes a remark on a flashpoint, or a concern declared about it.
func (s *Service) aboutFlashpoint() http.Handler {
	return s.decision(func(r *http.Request, c review.Context) (kulkul.Review, string, error) {
		id := r.PathValue("id")
		if !slices.Contains(s.view.Flashpoints(c.User), id) {
			return kulkul.Review{}, "", store.ErrNotFound
		}
		decided, err := c.OfFlashpoint(id, r.PostForm)
		return decided, "/flashpoints/" + id, err
	})
}

// aboutItem takes a decision about an item that the user may see.
func (s *Service) aboutItem(v kulkul.Verdict) http.Handler {
	return s.decision(func(r *http.Request, c review.Context) (kulkul.Review, string, error) {
		page, err := s.view.Item(r.Context(), c.User, r.PathValue("id"))
		if err != nil {
			return kulkul.Review{}, "", err
		}
		to := "/items/" + page.Item.ID
		if v == kulkul.Withdraw {
			to = "/items"
		}
		decided, err := c.OfItem(v, page.Item, r.PostForm)
		return decided, to, err
	})
}

// aboutHeld takes a decision about an item in quarantine.
func (s *Service) aboutHeld(v kulkul.Verdict) http.Handler {
	return s.decision(func(r *http.Request, c review.Context) (kulkul.Review, string, error) {
		held, err := s.view.Rejection(r.Context(), r.PathValue("id"))
		if err != nil {
			return kulkul.Review{}, "", err
		}
		if !held.Quarantined || held.Item == nil {
			return kulkul.Review{}, "", review.Fault("This was not held in quarantine: it could not be taken in at all.")
		}
		decided, err := c.OfItem(v, *held.Item, r.PostForm)
		return decided, "/rejections", err
	})
}

// decision reads the form, lets decide make the review of it, sends it and
// goes to the page that decide names.
func (s *Service) decision(decide func(*http.Request, review.Context) (kulkul.Review, string, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			s.pages.Fail(w, r, web.Refusal{Status: http.StatusBadRequest, Text: "The form cannot be read."})
			return
		}
		c := review.Context{User: userOf(r), Register: s.deps.Settings.Current().People, Now: s.deps.Now()}
		decided, to, err := decide(r, c)
		if err == nil {
			err = review.Send(r.Context(), s.deps.Bus, decided)
		}
		var fault review.Fault
		if errors.As(err, &fault) {
			err = web.Refusal{Status: http.StatusUnprocessableEntity, Text: fault.Error()}
		}
		if err != nil {
			s.pages.Fail(w, r, err)
			return
		}
		s.audit(r, c.User.Name, string(decided.Verdict), to, decided.Text)
		http.Redirect(w, r, to+"?done="+string(decided.Verdict), http.StatusSeeOther)
	})
}

// audit writes down who did what. A line that cannot be written is told in the
// log and undoes nothing.
func (s *Service) audit(r *http.Request, who, action, object, detail string) {
	now := s.deps.Now().UTC()
	line := kulkul.Audit{At: now, Service: "console", Who: who, Action: action, Object: object, Detail: detail, Address: s.address(r)}
	line.ID = kulkul.Hash("audit", "console", who, action, object, now.String())
	m, err := bus.NewMessage(bus.AuditSubject("console"), line.ID, line)
	if err == nil {
		err = s.deps.Bus.Publish(context.WithoutCancel(r.Context()), m)
	}
	if err != nil {
		s.deps.Log.Error("audit line is lost", "who", who, "action", action, "object", object, "error", err)
	}
}
