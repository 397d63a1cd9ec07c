package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// everywhere are the pages, exports, feeds and answers to programs that show
// what is stored, each with the page that makes it public.
func (p *place) everywhere() map[string]string {
	alert, item := p.alerts[0].ID(), p.items[len(p.items)-1].Item.ID
	return map[string]string{
		"/": "situation", "/api/v1/situation": "situation",
		"/flashpoints/south-china-sea": "flashpoints", "/api/v1/flashpoints/south-china-sea": "flashpoints",
		"/flashpoints/south-china-sea/attribution": "flashpoints", "/api/v1/flashpoints/south-china-sea/attribution": "flashpoints",
		"/alerts?show=all&explained=1": "alerts", "/alerts/" + alert: "alerts", "/alerts/" + alert + ".cap": "alerts", "/alerts.atom?show=all": "alerts",
		"/api/v1/alerts?show=all": "alerts", "/api/v1/alerts/" + alert: "alerts",
		"/items": "items", "/items?q=coast+guard": "items", "/items/" + item: "items", "/items.atom": "items", "/items.json": "items", "/items.geojson": "items",
		"/items.csv": "items", "/api/v1/items": "items", "/api/v1/items/" + item: "items",
		"/bulletins": "", "/sources": "", "/sources/add": "", "/sources.opml": "", "/keys": "", "/sources/reef-radio": "", "/api/v1/sources": "", "/account": "", "/rejections": "", "/system": "", "/tuning": "",
		"/tuning/versions/2": "", "/accounts": "", "/outbox": "", "/outbox/" + p.mailID: "",
	}
}

// secrets are the texts by which each closed thing of the world is known, with
// who may see it.
func (p *place) secrets() map[string]func(kulkul.Role) bool {
	from := func(least kulkul.Role) func(kulkul.Role) bool {
		return func(r kulkul.Role) bool { return r.AtLeast(least) }
	}
	return map[string]func(kulkul.Role) bool{
		"Closed matter of kind eeps": from("eep"), "Closed matter of kind unit": from("analyst"), "Closed matter of kind embargo": from("analyst"),
		"Heirs' case": from("analyst"), "Heirs&#39; case": from("analyst"), "/flashpoints/sabah": from("analyst"), `"sabah"`: from("analyst"),
		"Independence timetable": from("admin"), "/flashpoints/bougainville": from("admin"), `"bougainville"`: from("admin"),
	}
}

// Row by row: every role at every page, export, feed and answer. Nothing that a
// role may not see stands anywhere, and what it may stands somewhere.
func TestNobodySeesWhatIsHidden(t *testing.T) {
	seen := map[string]bool{}
	for path := range here.everywhere() {
		for _, role := range append([]kulkul.Role{open}, kulkul.Roles()...) {
			_, body := get(t, role, path)
			for secret, may := range here.secrets() {
				if path == "/tuning/versions/2" || !strings.Contains(body, secret) {
					continue
				}
				seen[string(role)+secret] = true
				if !may(role) {
					t.Errorf("%q sees %q at %s", role, secret, path)
				}
			}
		}
	}
	if !seen["admin/flashpoints/bougainville"] || !seen["analyst/flashpoints/sabah"] {
		t.Errorf("the test looks at pages that show nobody what is hidden: %v", seen)
	}
}

// What is hidden is not there when asked for by name either.
func TestWhatIsHiddenIsNotThere(t *testing.T) {
	var item kulkul.Tagged
	for _, i := range here.items {
		if len(i.Flashpoints) > 0 && i.Flashpoints[0].ID == "sabah" {
			item = i
		}
	}
	alert := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "political-legal-disputes", Group: "volume"}, Episode: 1,
		State: kulkul.Firing, Level: kulkul.Watch, Peak: kulkul.Watch, Since: item.Item.Collected, UpdatedAt: item.Item.Collected}
	if err := here.store.Writer().WriteAlerts(t.Context(), life(alert)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, path string }{
		{"GET", "/flashpoints/sabah"}, {"GET", "/api/v1/flashpoints/sabah"}, {"GET", "/items/" + item.Item.ID}, {"GET", "/api/v1/items/" + item.Item.ID},
		{"GET", "/alerts/" + alert.ID()}, {"GET", "/alerts/" + alert.ID() + ".cap"}, {"GET", "/api/v1/alerts/" + alert.ID()},
		{"POST", "/alerts/" + alert.ID() + "/note"}, {"POST", "/alerts/" + alert.ID() + "/assess"},
	} {
		for role, want := range map[kulkul.Role]bool{kulkul.RoleEEP: false, kulkul.RoleAnalyst: true} {
			var status int
			if c.method == "GET" {
				status, _ = get(t, role, c.path)
			} else {
				answer, _ := post(t, role, c.path, url.Values{"text": {"x"}, "opinion": {"concur"}})
				status = answer.StatusCode
			}
			if (status != http.StatusNotFound) != want {
				t.Errorf("%s %s as %s: %d", c.method, c.path, role, status)
			}
		}
	}
	for _, path := range []string{"/alerts?show=all&explained=1", "/alerts.atom?show=all", "/api/v1/alerts?show=all", "/"} {
		if _, body := get(t, kulkul.RoleViewer, path); strings.Contains(body, "Sabah") || strings.Contains(body, `"sabah"`) {
			t.Errorf("a viewer sees the alert at %s", path)
		}
	}
	page, err := here.service.view.Items(t.Context(), kulkul.User{Role: kulkul.RoleEEP}, view.ItemQuery{Flashpoint: "sabah"})
	if err != nil || len(page.Items) != 0 {
		t.Errorf("%d items of a hidden flashpoint, %v", len(page.Items), err)
	}
}

// Nothing is public unless the deployment says so, page by page; what is public
// names no people and takes no decisions.
func TestPublicPages(t *testing.T) {
	settings := here.settings.Current()
	was := settings.Files[config.PeopleFile]
	for page := range map[string]bool{"situation": true, "items": true, "alerts": true, "flashpoints": true} {
		saveConfig(t, config.PeopleFile, string(was)+"public: ["+page+"]\n")
		eventually(t, page+" is public", func() bool { return here.settings.Current().People.IsPublic(page) })
		for path, of := range here.everywhere() {
			status, body := get(t, open, path)
			if (status == http.StatusOK) != (of == page) {
				t.Errorf("%s public: a stranger at %s gets %d", page, path, status)
			}
			if status != http.StatusOK {
				continue
			}
			for _, closed := range []string{"marta", "eep-nz", "unit-desk", "ops.example", "Closed matter", "<form method=\"post\"", "/flashpoints/sabah"} {
				if strings.Contains(body, closed) {
					t.Errorf("a stranger sees %q at %s", closed, path)
				}
			}
		}
		if answer, _ := post(t, open, "/alerts/"+here.alerts[0].ID()+"/note", url.Values{"text": {"x"}}); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s public: a stranger's note: %d", page, answer.StatusCode)
		}
	}
	saveConfig(t, config.PeopleFile, string(was))
	eventually(t, "all is private again", func() bool { return len(here.settings.Current().People.Public) == 0 })
	for path := range here.everywhere() {
		if status, _ := get(t, open, path); status == http.StatusOK {
			t.Errorf("%s is open to strangers", path)
		}
	}
}

// saveConfig saves one file of the running configuration and waits for it.
func saveConfig(t *testing.T, file, content string) {
	t.Helper()
	now := here.settings.Current()
	files := map[string][]byte{}
	for path, data := range now.Files {
		files[path] = data
	}
	files[file] = []byte(content)
	v, err := here.settings.Save(t.Context(), files, now.Version, "test", "a test")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the version runs", func() bool { return here.settings.Current().Version == v.Number })
}
