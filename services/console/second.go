package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/sso"
	"github.com/kulkul-ews/kulkul/services/console/web"
)

// secondStep takes the code that follows the password.
func (s *Service) secondStep(w http.ResponseWriter, r *http.Request) {
	to := within(r.PostFormValue("to"))
	half := ""
	if c, err := r.Cookie(s.cookieName()); err == nil {
		half = c.Value
	}
	token, user, err := s.desk.Second(r.Context(), half, r.PostFormValue("code"), s.address(r))
	var limited accounts.Limited
	switch {
	case errors.As(err, &limited):
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(limited.Wait.Seconds()))))
		s.audit(r, "", "code-limited", "", "")
		s.pages.SecondStep(w, r, http.StatusTooManyRequests, to, fmt.Sprintf("Too many attempts. Try again in %s.", web.Span(limited.Wait)))
	case errors.Is(err, accounts.ErrCode):
		s.audit(r, "", "code-refused", "", "")
		s.pages.SecondStep(w, r, http.StatusUnauthorized, to, "The code is wrong, or was used before.")
	case errors.Is(err, accounts.ErrNoSession):
		s.pages.SignIn(w, r, http.StatusUnauthorized, to, "That took too long. Begin again.")
	case err != nil:
		s.pages.Fail(w, r, err)
	default:
		s.audit(r, user.Name, "signin", "", "with a code")
		http.SetCookie(w, s.cookie(token))
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// startSecond shows a key for the user's device.
func (s *Service) startSecond(w http.ResponseWriter, r *http.Request) {
	key, address, err := s.desk.StartSecond(r.Context(), userOf(r).Name)
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	own, err := s.ownAccount(r)
	if err == nil {
		own.Enrol = &web.Enrolment{Key: key}
		own.Enrol.QR, err = code(address)
	}
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.pages.OwnAccount(w, r, own)
}

// code draws an address as a QR code: one path, a unit square a module.
func code(address string) (template.HTML, error) {
	c, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw the code: %w", err)
	}
	side := c.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := range side {
			if red, _, _, _ := c.At(x, y).RGBA(); red == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="-4 -4 %d %d" role="img" aria-label="QR code with the key"><path d="%s"/></svg>`, side+8, side+8, path.String())), nil //nolint:gosec // numbers only
}

func (s *Service) confirmSecond(w http.ResponseWriter, r *http.Request) {
	codes, err := s.desk.ConfirmSecond(r.Context(), userOf(r).Name, r.PostFormValue("code"), s.address(r))
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, userOf(r).Name, "second-step-on", userOf(r).Name, "")
	own, err := s.ownAccount(r)
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	own.Recovery = codes
	s.pages.OwnAccount(w, r, own)
}

func (s *Service) removeSecond(w http.ResponseWriter, r *http.Request) {
	u := userOf(r)
	_, err := s.desk.Check(r.Context(), u.Name, r.PostFormValue("password"), s.address(r))
	if err == nil {
		err = s.desk.RemoveSecond(r.Context(), u.Name)
	}
	if err != nil {
		s.failAccount(w, r, err)
		return
	}
	s.audit(r, u.Name, "second-step-off", u.Name, "")
	http.Redirect(w, r, "/account?done=second", http.StatusSeeOther)
}

// attemptName is the cookie in which a browser keeps its way to the provider.
func (s *Service) attemptName() string { return s.cookieName() + "-attempt" }

const attemptTime = 10 * time.Minute

// toProvider sends a browser to the provider of identities.
func (s *Service) toProvider(w http.ResponseWriter, r *http.Request) {
	attempt, to, err := s.gate.Start(r.Context(), within(r.URL.Query().Get("to")))
	if err != nil {
		s.failProvider(w, r, err)
		return
	}
	raw, err := json.Marshal(attempt)
	if err != nil {
		s.failProvider(w, r, err)
		return
	}
	c := s.cookie(base64.RawURLEncoding.EncodeToString(raw))
	c.Name, c.MaxAge = s.attemptName(), int(attemptTime.Seconds())
	http.SetCookie(w, c)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// fromProvider takes the provider's answer.
func (s *Service) fromProvider(w http.ResponseWriter, r *http.Request) {
	var attempt sso.Attempt
	if c, err := r.Cookie(s.attemptName()); err == nil {
		if raw, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil {
			_ = json.Unmarshal(raw, &attempt) // what cannot be read has no state, and is refused
		}
	}
	over := s.cookie("")
	over.Name = s.attemptName()
	http.SetCookie(w, over)
	p, err := s.gate.Finish(r.Context(), attempt, r.URL.Query())
	if err != nil {
		s.failProvider(w, r, err)
		return
	}
	token, user, err := s.desk.Admit(r.Context(), accounts.Vouched{Issuer: p.Issuer, Subject: p.Subject, Name: p.Name, Role: p.Role, Person: p.Person}, s.address(r))
	if err != nil {
		s.failProvider(w, r, err)
		return
	}
	s.audit(r, user.Name, "signin", "", "vouched for by "+p.Issuer)
	http.SetCookie(w, s.cookie(token))
	http.Redirect(w, r, within(attempt.To), http.StatusSeeOther)
}

func (s *Service) failProvider(w http.ResponseWriter, r *http.Request, err error) {
	status, text := http.StatusBadGateway, "The provider of identities did not answer. Try again in a moment."
	switch {
	case errors.Is(err, sso.ErrNoRole):
		status, text = http.StatusForbidden, "You are known, and have no role here. Ask the administrators for one."
	case errors.Is(err, sso.ErrRefused):
		status, text = http.StatusUnauthorized, "The sign-in was not confirmed. Begin again."
	case errors.Is(err, accounts.ErrCredentials), errors.Is(err, accounts.ErrLastAdmin), errors.Is(err, accounts.ErrExists):
		status, text = http.StatusForbidden, "Your account here is closed, or cannot be changed so. Ask the administrators."
	}
	s.deps.Log.Warn("sign-in through the provider failed", "error", err)
	s.audit(r, "", "signin-refused", "", "through the provider")
	s.pages.SignIn(w, r, status, "/", text)
}
