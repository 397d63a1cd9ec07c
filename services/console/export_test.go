package console

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// machine reads an address with a token and no session.
func machine(t *testing.T, path, bearer string) (int, string, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, here.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	answer, err := here.stranger().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(body)
}

// Programs read with a token what its user may read, and nothing once it is
// revoked.
func TestTokensOpenWhatProgramsRead(t *testing.T) {
	answer, body := post(t, kulkul.RoleViewer, "/account/tokens", url.Values{"name": {"feed reader"}})
	secret := regexp.MustCompile(`kulkul_the-viewer_[A-Za-z0-9_-]+`).FindString(body)
	if answer.StatusCode != http.StatusOK || secret == "" {
		t.Fatalf("%s: %s", answer.Status, body)
	}
	if _, again := get(t, kulkul.RoleViewer, "/account"); strings.Contains(again, secret) || !strings.Contains(again, "feed reader") {
		t.Error("the secret is shown twice, or the token not at all")
	}
	alert := here.alerts[0].ID()
	for path, kind := range map[string]string{
		"/alerts.atom": "application/atom+xml", "/alerts/" + alert + ".cap": "application/cap+xml", "/items.atom?q=coast": "application/atom+xml",
		"/items.json": "application/feed+json", "/items.geojson": "application/geo+json", "/items.csv": "text/csv",
		"/api/v1/situation": "application/json", "/api/v1/alerts": "application/json", "/api/v1/alerts/" + alert: "application/json",
		"/api/v1/items": "application/json", "/api/v1/items/" + here.items[0].Item.ID: "application/json",
		"/api/v1/flashpoints/south-china-sea": "application/json", "/api/v1/sources": "application/json",
	} {
		status, got, body := machine(t, path, secret)
		if status != http.StatusOK || !strings.HasPrefix(got, kind) {
			t.Errorf("%s: %d, %s: %.200s", path, status, got, body)
		}
		if strings.Contains(body, "Closed matter") {
			t.Errorf("%s shows a viewer's program what is closed to viewers", path)
		}
		wellFormed(t, path, kind, body)
		if status, _, _ = machine(t, path, ""); status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", path, status)
		}
	}
	if status, _, _ := machine(t, "/alerts.atom?key="+secret, ""); status != http.StatusOK {
		t.Errorf("a key in a feed's address: %d", status)
	}
	for _, page := range []string{"/", "/items", "/account", "/live"} {
		if status, _, _ := machine(t, page+"?key="+secret, secret); status == http.StatusOK {
			t.Errorf("a token opens the page %s", page)
		}
	}
	id := regexp.MustCompile(`/account/tokens/([0-9a-f]{64})/revoke`).FindStringSubmatch(body)[1]
	if answer, _ := post(t, kulkul.RoleViewer, "/account/tokens/"+id+"/revoke", nil); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("revoke: %s", answer.Status)
	}
	if status, _, _ := machine(t, "/alerts.atom", secret); status != http.StatusUnauthorized {
		t.Errorf("after it was revoked: %d", status)
	}
}

func wellFormed(t *testing.T, path, kind, body string) {
	t.Helper()
	var err error
	switch {
	case strings.HasSuffix(kind, "json"):
		var v any
		err = json.Unmarshal([]byte(body), &v)
	case strings.HasSuffix(kind, "xml"):
		var v struct{ XMLName xml.Name }
		err = xml.Unmarshal([]byte(body), &v)
	}
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

func TestProblems(t *testing.T) {
	for path, want := range map[string]int{
		"/api/v1/alerts/none": http.StatusNotFound, "/api/v1/items/none": http.StatusNotFound, "/alerts/none.cap": http.StatusNotFound,
		"/api/v1/flashpoints/atlantis": http.StatusNotFound, "/items.json?cursor=broken": http.StatusBadRequest,
		"/api/v1/items/" + here.closed["unit"].Item.ID: http.StatusNotFound,
	} {
		status, body := get(t, kulkul.RoleViewer, path)
		var p struct{ Status int }
		if err := json.Unmarshal([]byte(body), &p); err != nil || status != want || p.Status != want {
			t.Errorf("%s: %d, %v: %s", path, status, err, body)
		}
	}
}

func TestSavedSearches(t *testing.T) {
	answer, _ := post(t, kulkul.RoleEEP, "/searches", url.Values{"name": {"<Shoals>"}, "query": {"q=shoal&area=&cursor=x"}})
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/items?done=saved&q=shoal" {
		t.Fatalf("%s to %s", answer.Status, answer.Header.Get("Location"))
	}
	_, body := get(t, kulkul.RoleEEP, "/items")
	found := regexp.MustCompile(`/searches/([0-9a-f]+)/remove`).FindStringSubmatch(body)
	if found == nil || !strings.Contains(body, "&lt;Shoals&gt;") || !strings.Contains(body, "/items?q=shoal") {
		t.Fatal("the search is not listed")
	}
	if _, other := get(t, kulkul.RoleViewer, "/items"); strings.Contains(other, "Shoals&gt;") {
		t.Error("another user sees it")
	}
	if answer, _ := post(t, kulkul.RoleEEP, "/searches", url.Values{"query": {"q=x"}}); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a name: %s", answer.Status)
	}
	if answer, _ := post(t, kulkul.RoleViewer, "/searches/"+found[1]+"/remove", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("another user removes it: %s", answer.Status)
	}
	if answer, _ := post(t, kulkul.RoleEEP, "/searches/"+found[1]+"/remove", nil); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("remove: %s", answer.Status)
	}
}

// What happened since the last visit stands on the first page.
func TestSinceLastVisit(t *testing.T) {
	_, body := get(t, kulkul.RoleAnalyst, "/")
	for _, want := range []string{"Since your last visit", "source silent", "Northern Sea Notes has said nothing"} {
		if !strings.Contains(body, want) {
			t.Errorf("the situation does not say %q", want)
		}
	}
}
