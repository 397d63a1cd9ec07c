package console

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// ownAccount reads what the user's own page shows.
func (s *Service) ownAccount(r *http.Request) (web.OwnAccount, error) {
	tokens, err := s.desk.Tokens(r.Context(), userOf(r).Name)
	own := web.OwnAccount{}
	if err != nil {
		return own, err
	}
	if own.Second, err = s.desk.HasSecond(r.Context(), userOf(r).Name); err != nil {
		return own, err
	}
	if own.Federated, err = s.desk.Federated(r.Context(), userOf(r).Name); err != nil {
		return own, err
	}
	for _, t := range tokens {
		own.Tokens = append(own.Tokens, web.TokenLine{ID: t.ID, Name: t.Name, Created: t.Created})
	}
	return own, err
}

// addToken makes a token and shows it, once.
func (s *Service) addToken(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("name")
	secret, err := s.desk.AddToken(r.Context(), userOf(r).Name, name)
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "token-add", name, "")
	own, err := s.ownAccount(r)
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	own.Secret = secret
	s.pages.OwnAccount(w, r, own)
}

func (s *Service) revokeToken(w http.ResponseWriter, r *http.Request) {
	if err := s.desk.RevokeToken(r.Context(), userOf(r).Name, r.PathValue("id")); err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "token-revoke", r.PathValue("id")[:8], "")
	http.Redirect(w, r, "/account?done=revoked", http.StatusSeeOther)
}

// searches gives the user's saved searches for the list of items.
func (s *Service) searches(r *http.Request) ([]web.SavedSearch, error) {
	if userOf(r).Name == "" {
		return nil, nil
	}
	all, err := s.desk.Searches(r.Context(), userOf(r).Name)
	out := make([]web.SavedSearch, len(all))
	for i, x := range all {
		out[i] = web.SavedSearch{ID: x.ID, Name: x.Name, Query: x.Query}
	}
	return out, err
}

// saveSearch saves the search that the list of items shows.
func (s *Service) saveSearch(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil {
		s.failAccount(w, r, web.Refusal{Status: http.StatusBadRequest, Text: "That is no search."})
		return
	}
	q.Del("cursor")
	q.Del("done")
	for name, values := range q {
		if len(values) == 0 || values[0] == "" {
			q.Del(name)
		}
	}
	err = s.desk.SaveSearch(r.Context(), userOf(r).Name, r.PostFormValue("name"), q.Encode())
	if errors.Is(err, bus.ErrConflict) {
		err = web.Refusal{Status: http.StatusConflict, Text: "Another page of yours saved a search at the same moment. Try again."}
	}
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "search-save", r.PostFormValue("name"), q.Encode())
	q.Set("done", "saved")
	http.Redirect(w, r, "/items?"+q.Encode(), http.StatusSeeOther)
}

func (s *Service) removeSearch(w http.ResponseWriter, r *http.Request) {
	if err := s.desk.RemoveSearch(r.Context(), userOf(r).Name, r.PathValue("id")); err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "search-remove", r.PathValue("id"), "")
	http.Redirect(w, r, "/items?done=removed", http.StatusSeeOther)
}
