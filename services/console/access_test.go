package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// accessTable says, for every route of the console, which role is the lowest
// that may use it. It is written down a second time on purpose: a route that is
// added or opened wider must be added here, too.
func accessTable() map[string]kulkul.Role {
	return map[string]kulkul.Role{
		"GET /assets/": open, "GET /signin": open, "POST /signin": open, "POST /signin/code": open, "GET /signin/provider": open, "GET /signin/callback": open,
		"POST /account/second": "viewer", "POST /account/second/confirm": "viewer", "POST /account/second/remove": "viewer",
		"POST /signout": open,
		"GET /live":     "viewer", "GET /{$}": "viewer", "GET /flashpoints/{id}": "viewer",
		"GET /flashpoints/{id}/attribution": "viewer", "GET /api/v1/flashpoints/{id}/attribution": "viewer", "POST /flashpoints/{id}/note": "eep",
		"GET /alerts": "viewer", "GET /alerts/{id}": "viewer", "GET /items": "viewer", "GET /items/{id}": "viewer",
		"GET /sources": "viewer", "GET /sources/{id}": "viewer",
		"GET /account": "viewer", "POST /account/password": "viewer",
		"GET /rejections": "analyst", "GET /system": "analyst",
		"GET /accounts": "admin", "POST /accounts": "admin", "POST /accounts/{name}": "admin",
		"GET /outbox": "admin", "GET /outbox/{id}": "admin", "GET /outbox/{id}/parts/{n}": "admin",
		"POST /account/tokens": "viewer", "POST /account/tokens/{id}/revoke": "viewer", "POST /searches": "viewer", "POST /searches/{id}/remove": "viewer",
		"GET /alerts.atom": "viewer", "GET /items.atom": "viewer", "GET /items.json": "viewer", "GET /items.geojson": "viewer", "GET /items.csv": "viewer",
		"GET /api/v1/situation": "viewer", "GET /api/v1/alerts": "viewer", "GET /api/v1/alerts/{id}": "viewer", "GET /api/v1/items": "viewer",
		"GET /api/v1/items/{id}": "viewer", "GET /api/v1/flashpoints/{id}": "viewer", "GET /api/v1/sources": "viewer",
		"GET /api/v1/openapi.json": "viewer", "GET /api/v1/budget": "viewer", "GET /api/v1/silences": "viewer", "GET /api/v1/sources/{id}": "viewer",
		"GET /api/v1/searches": "viewer", "GET /api/v1/bulletins": "viewer", "GET /api/v1/bulletins/{id}": "viewer",
		"GET /api/v1/rejections": "analyst", "GET /api/v1/system": "analyst", "GET /api/v1/tuning": "analyst", "GET /api/v1/tuning/file": "analyst",
		"GET /api/v1/keys": "admin", "GET /api/v1/accounts": "admin", "GET /api/v1/unsubscribed": "admin",
		"POST /alerts/{id}/ack": "analyst", "POST /alerts/{id}/assess": "eep", "POST /alerts/{id}/note": "eep",
		"POST /silences/{id}/end": "analyst", "POST /alerts/{id}/silence": "analyst", "POST /alerts/{id}/resolve": "analyst", "POST /alerts/{id}/escalate": "coordinator",
		"GET /sources/add": "analyst", "POST /sources/preview": "analyst", "POST /sources/add": "coordinator", "GET /sources.opml": "coordinator",
		"POST /sources/import": "coordinator", "GET /keys": "admin", "POST /keys": "admin", "POST /keys/{id}/rotate": "admin", "POST /keys/{id}/revoke": "admin",
		"GET /bulletins": "viewer", "POST /bulletins": "analyst", "GET /bulletins/{id}": "viewer", "GET /bulletins/{id}/pdf": "viewer", "POST /bulletins/{id}": "analyst", "POST /bulletins/{id}/publish": "coordinator", "POST /bulletins/{id}/send": "coordinator", "POST /bulletins/{id}/correct": "coordinator",
		"GET /searches/{id}/items.atom": "viewer", "GET /searches/{id}/items.json": "viewer",
		"GET /tuning": "analyst", "GET /tuning/edit": "analyst", "POST /tuning/try": "analyst", "POST /tuning/save": "coordinator",
		"GET /tuning/versions/{id}": "analyst", "POST /tuning/versions/{id}/restore": "coordinator",
		"POST /items/{id}/correct": "analyst", "POST /items/{id}/withdraw": "analyst",
		"POST /replies/{id}/accept": "analyst", "POST /replies/{id}/discard": "analyst",
		"POST /rejections/{id}/release": "analyst", "POST /rejections/{id}/withdraw": "analyst",
	}
}

func TestAccessTableIsWhole(t *testing.T) {
	table := accessTable()
	for _, r := range here.service.routes {
		least, ok := table[r.pattern]
		if !ok || least != r.least {
			t.Errorf("%s is open from %q up; the table says %q (%v)", r.pattern, r.least, least, ok)
		}
		delete(table, r.pattern)
	}
	for pattern := range table {
		t.Errorf("%s stands in the table and nowhere else", pattern)
	}
}

// Every role asks for every route. Who may not is refused before anything is
// looked up; who may gets another answer, be it that nothing has this id.
func TestEveryRoleAtEveryRoute(t *testing.T) {
	roles := append([]kulkul.Role{open}, kulkul.Roles()...)
	for pattern, least := range accessTable() {
		if pattern == "POST /signout" || pattern == "GET /live" {
			continue // have tests of their own
		}
		for _, role := range roles {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
				if status := ask(t, role, method, pattern); !expected(role, least, method, pattern, status) {
					t.Errorf("%q at %s with %s: %d", role, pattern, method, status)
				}
			}
		}
	}
}

// ask requests a route with ids that do not exist.
func ask(t *testing.T, role kulkul.Role, method, pattern string) int {
	t.Helper()
	_, path, _ := strings.Cut(pattern, " ")
	path = strings.NewReplacer("{$}", "", "{id}", "none", "{n}", "0", "{name}", "none").Replace(path)
	request, err := http.NewRequest(method, here.base+path, strings.NewReader(url.Values{}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := here.jars[role].Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// expected says whether a status is what a role should meet.
func expected(role, least kulkul.Role, method, pattern string, status int) bool {
	if !strings.HasPrefix(pattern, method+" ") {
		// Another method: some other route of the same path may have it, and
		// strangers are sent away in any case.
		if _, other := accessTable()[method+pattern[strings.Index(pattern, " "):]]; other {
			return true
		}
		if role == open && least != open {
			return status == http.StatusUnauthorized || status == http.StatusSeeOther || status == http.StatusMethodNotAllowed
		}
		return slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusSeeOther, http.StatusUnauthorized}, status)
	}
	switch {
	case least == open:
		return status != http.StatusForbidden
	case role == open && method == http.MethodGet && !forPrograms(pattern[len("GET "):]):
		return status == http.StatusSeeOther
	case role == open:
		return status == http.StatusUnauthorized
	case !role.AtLeast(least):
		return status == http.StatusForbidden
	}
	return status != http.StatusForbidden && status != http.StatusUnauthorized && status < 500
}

func TestStrangersLearnNothing(t *testing.T) {
	for _, path := range append(here.paths(), "/no-such-page", "/api/v1/nothing", "/live") {
		status, body := get(t, open, path)
		if status != http.StatusSeeOther && status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, status)
		}
		if strings.Contains(body, "South China Sea") || len(body) > 200 {
			t.Errorf("%s tells a stranger: %.200s", path, body)
		}
	}
}

func TestGoingBackStaysInside(t *testing.T) {
	for wish, want := range map[string]string{
		"/alerts?show=all": "/alerts?show=all", "": "/", "/": "/", "https://evil.example/": "/", "//evil.example": "/",
		`/\evil.example`: "/", "/\t/evil.example": "/", "javascript:alert(1)": "/", "alerts": "/", "/signin?to=/x": "/", "/%2f%2fevil": "/%2f%2fevil",
	} {
		if got := within(wish); got != want {
			t.Errorf("%q leads to %q, want %q", wish, got, want)
		}
	}
}
