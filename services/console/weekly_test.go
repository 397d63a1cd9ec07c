package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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
	if answer, _ := post(t, kulkul.RoleCoordinator, path+"/send", url.Values{}); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("sent without a confirmation: %s", answer.Status)
	}
	if answer, _ := post(t, kulkul.RoleAnalyst, path+"/send", url.Values{"confirm": {"1"}}); answer.StatusCode != http.StatusForbidden {
		t.Errorf("an analyst sends: %s", answer.Status)
	}
	if _, body = get(t, kulkul.RoleCoordinator, path); !strings.Contains(body, "Send it to these 1 people") {
		t.Errorf("the page does not say to how many it goes:\n%s", body)
	}
	for range 2 { // pressed twice, sent once
		if answer, body := post(t, kulkul.RoleCoordinator, path+"/send", url.Values{"confirm": {"1"}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("send: %s\n%s", answer.Status, body)
		}
	}
	eventually(t, "the bulletin is given to be sent", func() bool {
		h.Lock()
		defer h.Unlock()
		return h.count[bus.JobSubject("bulletin")] == 1
	})
	var told kulkul.Bulletin
	if err := json.Unmarshal(h.messages[bus.JobSubject("bulletin")], &told); err != nil || !told.Published() || !told.Sent() || told.Title != "A week at the border" {
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
	if status, _ := get(t, kulkul.RoleViewer, path+"/pdf"); status != http.StatusNotFound {
		t.Errorf("a viewer has the PDF of what experts alone may read: %d", status)
	}
	if withFonts(t) {
		status, drawn := get(t, kulkul.RoleEEP, path+"/pdf")
		if _, again := get(t, kulkul.RoleEEP, path+"/pdf"); status != http.StatusOK || !strings.HasPrefix(drawn, "%PDF-") || again != drawn {
			t.Errorf("the PDF: %d, %d bytes, the same again: %v", status, len(drawn), again == drawn)
		}
	}
	delivered := kulkul.Delivery{ID: "weekly", Recipient: "lim", Channel: "email", Flashpoint: kulkul.Any, Status: "refused", Error: "550 no such mailbox", Events: []string{told.Edition()}, At: time.Now()}
	if err := here.service.deps.Store.Writer().WriteDeliveries(t.Context(), []kulkul.Delivery{delivered}); err != nil {
		t.Fatal(err)
	}
	if _, body = get(t, kulkul.RoleAnalyst, path); !strings.Contains(body, "550 no such mailbox") || !strings.Contains(body, "0 of 1 mails") || strings.Contains(body, "Send it to") {
		t.Errorf("the page does not say what became of the mails:\n%s", body)
	}
	if _, body = get(t, kulkul.RoleEEP, path); strings.Contains(body, "550 no such mailbox") {
		t.Error("an expert is shown who was written to")
	}
	form.Set("revision", at)
	if answer, _ := post(t, kulkul.RoleAnalyst, path, form); answer.StatusCode != http.StatusConflict {
		t.Errorf("an edit of what is published: %s", answer.Status)
	}
}

// withFonts reports whether the fonts of the PDF were built in, as they must be
// in CI.
func withFonts(t *testing.T) bool {
	t.Helper()
	if here.service.press == nil && os.Getenv("CI") == "true" {
		t.Error("built without fonts: run `make assets`")
	}
	return here.service.press != nil
}

// A sheet sets each script in a font that has it, says what it cannot set, and
// goes on over pages. KULKUL_SHOTS names a folder to keep it in.
func TestTheSheetSetsManyScripts(t *testing.T) {
	if !withFonts(t) {
		t.Skip("built without fonts: run `make assets`")
	}
	b := pastWeek()
	b.Title, b.Handling, b.PublishedBy, b.PublishedAt = "A week — Tình hình trong tuần", kulkul.Members, "coordinator", time.Date(2026, 1, 4, 9, 0, 0, 0, time.UTC)
	b.Lead = "First “quoted”, then others: สถานการณ์ ที่นี่ กำลังดีขึ้น " + strings.Repeat("ผู้เชี่ยวชาญ", 20) + " and " + strings.Repeat("南海局势一周", 20) + " and 南海局势一周 and 南シナ海の一週間, then Русский.\nA second line."
	draw := func() string {
		t.Helper()
		drawn, err := here.service.press.Draw(b, nil, here.service.names.Name)
		if err != nil {
			t.Fatal(err)
		}
		return string(drawn)
	}
	whole := draw()
	if pages := strings.Count(whole, "/Type /Page\n"); pages != 1 {
		t.Errorf("%d pages, want one", pages)
	}
	if dir := os.Getenv("KULKUL_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "bulletin.pdf"), []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.Entries = append(b.Entries, kulkul.BulletinEntry{Flashpoint: "south-china-sea", Section: kulkul.Deteriorated, After: kulkul.High, Before: kulkul.Watch, Risk: true, Opportunity: true,
		Text: "ព្រំដែន and 😀 are words that it cannot set. " + strings.Repeat("A long account of one week. ", 400)})
	if pages := strings.Count(draw(), "/Type /Page\n"); pages < 3 {
		t.Errorf("%d pages of a long account, want three or more", pages)
	}
	if dir := os.Getenv("KULKUL_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "long.pdf"), []byte(draw()), 0o600); err != nil {
			t.Fatal(err)
		}
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
