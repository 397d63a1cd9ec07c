package console

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

func (s *Service) signInPage(w http.ResponseWriter, r *http.Request) {
	to := within(r.URL.Query().Get("to"))
	if _, err := s.who(r); err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	s.pages.SignIn(w, r, http.StatusOK, to, "")
}

func (s *Service) signIn(w http.ResponseWriter, r *http.Request) {
	name, to, from := strings.TrimSpace(r.PostFormValue("name")), within(r.PostFormValue("to")), s.address(r)
	token, user, err := s.desk.SignIn(r.Context(), name, r.PostFormValue("password"), from)
	var limited accounts.Limited
	switch {
	case errors.Is(err, accounts.ErrSecond):
		http.SetCookie(w, s.cookie(token))
		s.pages.SecondStep(w, r, http.StatusOK, to, "")
	case errors.As(err, &limited):
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(limited.Wait.Seconds()))))
		s.audit(r, clip(name), "signin-limited", "", "")
		s.pages.SignIn(w, r, http.StatusTooManyRequests, to,
			fmt.Sprintf("Too many attempts. Try again in %s.", web.Span(limited.Wait)))
	case errors.Is(err, accounts.ErrCredentials):
		s.audit(r, clip(name), "signin-refused", "", "")
		s.pages.SignIn(w, r, http.StatusUnauthorized, to, "Name or password is wrong.")
	case err != nil:
		s.pages.Fail(w, r, err)
	default:
		s.audit(r, user.Name, "signin", "", "")
		http.SetCookie(w, s.cookie(token))
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// clip keeps what somebody typed as a name short enough for the audit.
func clip(name string) string { return web.Plain(name) }

func (s *Service) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(s.cookieName()); err == nil {
		if u, err := s.desk.Who(r.Context(), c.Value); err == nil {
			s.audit(r, u.Name, "signout", "", "")
		}
		if err := s.desk.SignOut(r.Context(), c.Value); err != nil {
			s.pages.Fail(w, r, err)
			return
		}
	}
	http.SetCookie(w, s.cookie(""))
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

// still reports whether the user of a stream is still signed in.
func (s *Service) still(r *http.Request) bool {
	_, err := s.who(r)
	return err == nil
}

// changePassword changes the user's own password and opens a new session, as
// all old ones end.
func (s *Service) changePassword(w http.ResponseWriter, r *http.Request) {
	u, from := userOf(r), s.address(r)
	if _, err := s.desk.Check(r.Context(), u.Name, r.PostFormValue("old"), from); err != nil {
		s.failAccount(w, r, err)
		return
	}
	err := s.desk.Change(r.Context(), u.Name, accounts.SetPassword(r.PostFormValue("new")))
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	token, err := s.desk.Open(r.Context(), u.Name, from)
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, u.Name, "password", u.Name, "")
	http.SetCookie(w, s.cookie(token))
	http.Redirect(w, r, "/account?done=password", http.StatusSeeOther)
}

func (s *Service) listAccounts(r *http.Request) (any, error) { return s.accountInfos(r.Context()) }

func (s *Service) addAccount(w http.ResponseWriter, r *http.Request) {
	name, role := r.PostFormValue("name"), kulkul.Role(r.PostFormValue("role"))
	if _, err := kulkul.ParseRole(string(role)); err != nil {
		s.failAccount(w, r, web.Refusal{Status: http.StatusUnprocessableEntity, Text: "There is no such role."})
		return
	}
	if err := s.desk.Add(r.Context(), name, role, r.PostFormValue("password")); err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "account-add", name, string(role))
	http.Redirect(w, r, "/accounts?done=added", http.StatusSeeOther)
}

func (s *Service) changeAccount(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	role, err := kulkul.ParseRole(r.PostFormValue("role"))
	if err != nil {
		s.failAccount(w, r, web.Refusal{Status: http.StatusUnprocessableEntity, Text: "There is no such role."})
		return
	}
	password, disabled := r.PostFormValue("password"), r.PostFormValue("disabled") == "1"
	err = s.desk.Change(r.Context(), name, func(a *accounts.Account) error {
		a.Role, a.Disabled, a.Person = role, disabled, strings.TrimSpace(r.PostFormValue("person"))
		if password == "" {
			return nil
		}
		return accounts.SetPassword(password)(a)
	})
	second := r.PostFormValue("second") == "0"
	if err == nil && second {
		err = s.desk.RemoveSecond(r.Context(), name)
	}
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "account-change", name, fmt.Sprintf("role %s, disabled %v, new password %v, second step taken away %v", role, disabled, password != "", second))
	http.Redirect(w, r, "/accounts?done=account", http.StatusSeeOther)
}

// failAccount says what is wrong with an account in words.
func (s *Service) failAccount(w http.ResponseWriter, r *http.Request, err error) {
	var limited accounts.Limited
	switch {
	case errors.As(err, &limited):
		err = web.Refusal{Status: http.StatusTooManyRequests, Text: "Too many attempts. Wait a while."}
	case errors.Is(err, accounts.ErrCredentials):
		err = web.Refusal{Status: http.StatusUnprocessableEntity, Text: "That is not your password."}
	case errors.Is(err, bus.ErrNotFound):
		err = errors.Join(store.ErrNotFound, err)
	case errors.Is(err, bus.ErrConflict):
		err = web.Refusal{Status: http.StatusConflict, Text: "Somebody changed the account at the same moment. Look again."}
	default:
		for _, known := range []error{accounts.ErrTokenName, accounts.ErrTokens, accounts.ErrCode, accounts.ErrFederated, accounts.ErrSearchName, accounts.ErrSearches, accounts.ErrPassword, accounts.ErrName, accounts.ErrExists, accounts.ErrLastAdmin} {
			if errors.Is(err, known) {
				err = web.Refusal{Status: http.StatusUnprocessableEntity, Text: strings.ToUpper(known.Error()[:1]) + known.Error()[1:] + "."}
				break
			}
		}
	}
	s.pages.Fail(w, r, err)
}

// visit notes that the user looks.
func (s *Service) visit(r *http.Request) (time.Time, error) {
	if userOf(r).Name == "" {
		return s.deps.Now().Add(-24 * time.Hour), nil // nobody is signed in: the last day
	}
	return s.desk.Visit(r.Context(), userOf(r).Name)
}
