package console

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// open marks a route that needs no session.
const open kulkul.Role = ""

// route is one line of the table of who may what.
type route struct {
	pattern string      // as http.ServeMux reads it, with the method
	least   kulkul.Role // lowest role that may; open: anybody
	handler http.Handler
}

// maxBody is the longest form that is read, in bytes.
const maxBody = 1 << 20

// Handler serves the whole console.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes {
		h := r.handler
		if r.least != open {
			h = s.guard(r.least, pageOf(r.pattern), h)
		}
		mux.Handle(r.pattern, s.door.Route(r.pattern, h))
	}
	// What no route names tells strangers nothing, not even that.
	mux.Handle("/", s.door.Route("none", s.guard(kulkul.RoleViewer, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.pages.Fail(w, r, web.Refusal{Status: http.StatusNotFound, Text: "There is no such page."})
	}))))
	return s.door.Wrap(mux, maxBody)
}

type userKey struct{}

// userOf is who asks, as guard found out; nobody on open routes.
func userOf(r *http.Request) kulkul.User {
	u, _ := r.Context().Value(userKey{}).(kulkul.User)
	return u
}

// pageOf names the page, of those that can be public, that a route belongs to;
// "" for all others.
func pageOf(pattern string) string {
	switch pattern {
	case "GET /{$}", "GET /api/v1/situation":
		return "situation"
	case "GET /flashpoints/{id}", "GET /api/v1/flashpoints/{id}",
		"GET /flashpoints/{id}/attribution", "GET /api/v1/flashpoints/{id}/attribution":
		return "flashpoints"
	case "GET /alerts", "GET /alerts/{id}", "GET /alerts.atom", "GET /api/v1/alerts", "GET /api/v1/alerts/{id}":
		return "alerts"
	case "GET /items", "GET /items/{id}", "GET /items.atom", "GET /items.json", "GET /items.geojson", "GET /items.csv",
		"GET /api/v1/items", "GET /api/v1/items/{id}":
		return "items"
	}
	return ""
}

// guard lets through who has the role, or anybody where the page is public, asks strangers to sign in, and refuses
// others.
func (s *Service) guard(least kulkul.Role, page string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, err := s.who(r)
		if err != nil && !errors.Is(err, accounts.ErrNoSession) {
			s.pages.Fail(w, r, err)
			return
		}
		if err != nil {
			if page != "" && s.deps.Settings.Current().People.IsPublic(page) {
				next.ServeHTTP(w, r) // as nobody: what is public, and no names of people
				return
			}
			s.askToSignIn(w, r)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), userKey{}, u))
		if !u.Role.AtLeast(least) {
			s.pages.Fail(w, r, web.Refusal{Status: http.StatusForbidden, Text: "Your role may not do that."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// askToSignIn sends a reader to the sign-in page and back later; scripts and
// forms are told 401.
func (s *Service) askToSignIn(w http.ResponseWriter, r *http.Request) {
	page := r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" && !forPrograms(r.URL.Path) && r.URL.Path != "/live"
	if !page {
		http.Error(w, "Sign in first.", http.StatusUnauthorized)
		return
	}
	to := "/signin"
	if r.URL.Path != "/" {
		to += "?to=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Service) who(r *http.Request) (kulkul.User, error) {
	if secret := token(r); secret != "" {
		return s.desk.Bearer(r.Context(), secret)
	}
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return kulkul.User{}, accounts.ErrNoSession
	}
	return s.desk.Who(r.Context(), c.Value)
}

func (s *Service) secure() bool { return strings.HasPrefix(s.config.PublicURL, "https://") }

// cookieName binds the cookie to this host and path where TLS allows it.
func (s *Service) cookieName() string {
	if s.secure() {
		return "__Host-kulkul"
	}
	return "kulkul"
}

func (s *Service) cookie(token string) *http.Cookie {
	c := &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// address is where a request comes from, for limits and the audit.
func (s *Service) address(r *http.Request) string {
	if s.config.TrustForwarded {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if ip := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); ip != nil {
			return ip.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// within gives a path of this console to go to, "/" where the wish is none:
// never another origin.
func within(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || strings.HasPrefix(u.Path, "/sign") {
		return "/"
	}
	return u.RequestURI()
}
