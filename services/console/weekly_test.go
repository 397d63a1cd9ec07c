package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// The weekly is drafted from the log, edited, published and told of once; what
// members may not see is not in it.
func TestBulletin(t *testing.T) {
	to := kulkul.DayOf(time.Now())
	answer, body := post(t, kulkul.RoleAnalyst, "/bulletins", url.Values{"to": {to.String()}})
	path := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || path != "/bulletins/"+to.String() {
		t.Fatalf("draft: %s\n%s", answer.Status, body)
	}
	_, body = get(t, kulkul.RoleAnalyst, path)
	for _, want := range []string{`name="text-thailand-cambodia-border"`, "Reporting rose to level", "Most widely carried: “", `name="text-mekong-basin"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the draft lacks %q", want)
		}
	}
	for _, closed := range []string{"Closed matter", `text-sabah`, "text-bougainville"} {
		if strings.Contains(body, closed) {
			t.Errorf("the draft holds %q", closed)
		}
	}
	if status, _ := get(t, kulkul.RoleEEP, path); status != http.StatusNotFound {
		t.Errorf("an expert reads a draft: %d", status)
	}
	if answer, _ := post(t, kulkul.RoleAnalyst, "/bulletins", url.Values{"to": {to.String()}}); answer.StatusCode != http.StatusConflict {
		t.Errorf("a second draft of the week: %s", answer.Status)
	}
	revision := regexp.MustCompile(`name="revision" value="(\d+)"`)
	at := revision.FindStringSubmatch(body)[1]
	form := url.Values{"revision": {at}, "title": {"A week at the border"}, "lead": {"Read <b>this</b> first."}, "handling": {"eeps"},
		"section-thailand-cambodia-border": {"deteriorated"}, "text-thailand-cambodia-border": {"Fire was exchanged, both sides' papers say."}, "risk-thailand-cambodia-border": {"1"},
		"section-mekong-basin": {"left-out"}, "text-mekong-basin": {"x"}}
	if answer, body := post(t, kulkul.RoleAnalyst, path, form); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("edit: %s\n%s", answer.Status, body)
	}
	if answer, _ := post(t, kulkul.RoleAnalyst, path, form); answer.StatusCode != http.StatusConflict {
		t.Errorf("an edit of an old draft: %s", answer.Status)
	}
	_, body = get(t, kulkul.RoleCoordinator, path)
	at = revision.FindStringSubmatch(body)[1]
	h := listen(t, "jobs.*")
	if answer, _ := post(t, kulkul.RoleAnalyst, path+"/publish", url.Values{"revision": {at}}); answer.StatusCode != http.StatusForbidden {
		t.Errorf("an analyst publishes: %s", answer.Status)
	}
	if answer, body := post(t, kulkul.RoleCoordinator, path+"/publish", url.Values{"revision": {at}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("publish: %s\n%s", answer.Status, body)
	}
	eventually(t, "the publication is told", func() bool {
		h.Lock()
		defer h.Unlock()
		return h.count[bus.JobSubject("bulletin")] == 1
	})
	var told kulkul.Bulletin
	if err := json.Unmarshal(h.messages[bus.JobSubject("bulletin")], &told); err != nil || !told.Published() || told.Title != "A week at the border" {
		t.Errorf("told %+v, %v", told, err)
	}
	for _, e := range told.Entries {
		if e.Flashpoint == "mekong-basin" {
			t.Error("what the editor left out is published")
		}
	}
	for role, want := range map[kulkul.Role]int{kulkul.RoleViewer: http.StatusNotFound, kulkul.RoleEEP: http.StatusOK} {
		status, body := get(t, role, path)
		if status != want || status == http.StatusOK && (!strings.Contains(body, "conflict risk alert") || !strings.Contains(body, "Read &lt;b&gt;this&lt;/b&gt; first.")) {
			t.Errorf("%s reads the published one: %d\n%s", role, status, body)
		}
	}
	form.Set("revision", at)
	if answer, _ := post(t, kulkul.RoleAnalyst, path, form); answer.StatusCode != http.StatusConflict {
		t.Errorf("an edit of what is published: %s", answer.Status)
	}
}

// A saved search is a feed of its own; a story is a filter; one key takes a tag
// off.
func TestItemsByOneKeyStoryAndFeed(t *testing.T) {
	item := here.items[len(here.items)-1]
	for _, i := range here.items {
		if len(i.Flashpoints) == 1 && i.Flashpoints[0].ID == "south-china-sea" {
			item = i
		}
	}
	_, page := get(t, kulkul.RoleAnalyst, "/items/"+item.Item.ID)
	if !strings.Contains(page, `data-key="1"`) || !strings.Contains(page, "Not about this: South China Sea.") {
		t.Error("no key takes a tag off")
	}
	_, body := get(t, kulkul.RoleViewer, "/api/v1/items?all=1&story="+item.Story)
	var list struct {
		Items []struct {
			Story string `json:"story"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Items) == 0 {
		t.Fatalf("%v: %s", err, body)
	}
	for _, i := range list.Items {
		if i.Story != item.Story {
			t.Errorf("an item of story %s", i.Story)
		}
	}
	if answer, _ := post(t, kulkul.RoleCoordinator, "/searches", url.Values{"name": {"By the sea"}, "query": {"flashpoint=south-china-sea"}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	_, page = get(t, kulkul.RoleCoordinator, "/items")
	feed := regexp.MustCompile(`/searches/[0-9a-f]+/items\.atom`).FindString(page)
	status, atom := get(t, kulkul.RoleCoordinator, feed)
	if status != http.StatusOK || !strings.Contains(atom, "<entry>") || strings.Contains(atom, "Missile launch") {
		t.Errorf("the search's feed %q: %d", feed, status)
	}
	if status, _ := get(t, kulkul.RoleViewer, feed); status != http.StatusNotFound {
		t.Errorf("another's search: %d", status)
	}
}
