package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// maxReason is the longest reason for a correction, in bytes.
const maxReason = 1000

// correctBulletin drafts the edition that takes the place of a published one.
func (s *Service) correctBulletin(w http.ResponseWriter, r *http.Request) error {
	reason, ok := reasonOf(r)
	if !ok {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "Say in at most 1,000 bytes why it is corrected: readers are told."}
	}
	b, _, err := s.bulletinFor(r)
	if err != nil {
		return err
	}
	id, err := s.weekly.Correct(r.Context(), b.ID, reason, userOf(r).Name)
	if err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "bulletin-correct", id, reason)
	http.Redirect(w, r, "/bulletins/"+id, http.StatusSeeOther)
	return nil
}

func reasonOf(r *http.Request) (string, bool) {
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	return reason, reason != "" && len(reason) <= maxReason
}

// editions are what else there is of a bulletin's week, as far as who asks may
// know: the one whose place it took and the one that took its own.
type editions struct{ Before, After *kulkul.Bulletin }

// around reads the editions beside a bulletin.
func (s *Service) around(ctx context.Context, u kulkul.User, b kulkul.Bulletin) (editions, error) {
	var out editions
	ids := []string{b.NextID()}
	if b.Correction != nil {
		ids = append(ids, b.Correction.Of)
	}
	for i, id := range ids {
		one, _, err := s.weekly.Get(ctx, id)
		switch {
		case errors.Is(err, bus.ErrNotFound):
		case err != nil:
			return out, err
		case mayRead(u, one) && i == 0:
			out.After = &one
		case mayRead(u, one):
			out.Before = &one
		}
	}
	return out, nil
}

// closedSince reports whether a later edition is published that a user is not
// cleared for: what it corrects is then closed to them, too.
func (s *Service) closedSince(ctx context.Context, u kulkul.User, b kulkul.Bulletin) (bool, error) {
	for next := b.NextID(); ; {
		later, _, err := s.weekly.Get(ctx, next)
		if errors.Is(err, bus.ErrNotFound) {
			return false, nil
		}
		if err != nil || later.Published() && !mayRead(u, later) {
			return true, err
		}
		next = later.NextID()
	}
}

// openTo leaves of a list of bulletins those that a user may read.
func openTo(u kulkul.User, all []kulkul.Bulletin) []kulkul.Bulletin {
	return slices.DeleteFunc(slices.Clone(all), func(b kulkul.Bulletin) bool {
		return !mayRead(u, b) || slices.ContainsFunc(all, func(later kulkul.Bulletin) bool {
			return later.To == b.To && later.Number() > b.Number() && later.Published() && !mayRead(u, later)
		})
	})
}

// shownTo leaves of a bulletin the flashpoints that are not hidden from a user now.
func (s *Service) shownTo(u kulkul.User, b kulkul.Bulletin) kulkul.Bulletin {
	b.Entries = slices.DeleteFunc(slices.Clone(b.Entries), func(e kulkul.BulletinEntry) bool { return !s.view.Sees(u, e.Flashpoint) })
	return b
}
