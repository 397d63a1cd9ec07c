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
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// issue adds a bulletin of the week that ended so many days ago, and publishes
// it.
func issue(t *testing.T, daysAgo kulkul.Day) kulkul.Bulletin {
	t.Helper()
	b := pastWeek()
	b.To = kulkul.DayOf(time.Now()) - daysAgo
	b.ID, b.From = b.To.String(), b.To-6
	if err := here.service.weekly.Add(t.Context(), b, "the-analyst"); err != nil {
		t.Fatal(err)
	}
	publish(t, b.ID)
	b, _, err := here.service.weekly.Get(t.Context(), b.ID)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var revisionField = regexp.MustCompile(`name="revision" value="(\d+)"`)

func revisionOf(t *testing.T, path string) string {
	t.Helper()
	_, body := get(t, kulkul.RoleCoordinator, path)
	found := revisionField.FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("%s is no draft:\n%s", path, body)
	}
	return found[1]
}

func publish(t *testing.T, id string) {
	t.Helper()
	path := "/bulletins/" + id
	if answer, body := post(t, kulkul.RoleCoordinator, path+"/publish", url.Values{"revision": {revisionOf(t, path)}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("publish %s: %s\n%s", id, answer.Status, body)
	}
}

// correct drafts the correction of an edition, changed by form, and publishes it.
func correct(t *testing.T, id, next string, form url.Values) {
	t.Helper()
	if answer, body := post(t, kulkul.RoleCoordinator, "/bulletins/"+id+"/correct", url.Values{"reason": {"Counted <twice>."}}); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/bulletins/"+next {
		t.Fatalf("correct %s: %s\n%s", id, answer.Status, body)
	}
	form.Set("revision", revisionOf(t, "/bulletins/"+next))
	if answer, body := post(t, kulkul.RoleAnalyst, "/bulletins/"+next, form); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("edit %s: %s\n%s", next, answer.Status, body)
	}
	publish(t, next)
}

// A published bulletin is corrected by another edition: with a reason, by
// coordinators alone, from a draft like any other; both pages say who, when and
// why, and it is given to be mailed once.
func TestACorrectionTakesTheBulletinsPlace(t *testing.T) {
	first := issue(t, 70)
	path, next := "/bulletins/"+first.ID, first.ID+"-2"
	why := url.Values{"reason": {"Counted twice."}}
	h := listen(t, "jobs.*", bus.AuditSubject("console"))
	for _, c := range []struct {
		what, path string
		role       kulkul.Role
		form       url.Values
		want       int
	}{
		{"an analyst", path, kulkul.RoleAnalyst, why, http.StatusForbidden},
		{"no reason", path, kulkul.RoleCoordinator, url.Values{"reason": {" "}}, http.StatusUnprocessableEntity},
		{"a reason too long", path, kulkul.RoleCoordinator, url.Values{"reason": {strings.Repeat("x", 1001)}}, http.StatusUnprocessableEntity},
		{"nothing to correct", "/bulletins/" + next, kulkul.RoleCoordinator, why, http.StatusNotFound},
		{"what is no draft yet", path, kulkul.RoleCoordinator, why, http.StatusSeeOther},
		{"a second draft", path, kulkul.RoleCoordinator, why, http.StatusConflict},
		{"a draft", "/bulletins/" + next, kulkul.RoleCoordinator, why, http.StatusConflict},
	} {
		if answer, body := post(t, c.role, c.path+"/correct", c.form); answer.StatusCode != c.want {
			t.Errorf("%s: %s, want %d\n%s", c.what, answer.Status, c.want, body)
		}
	}
	var line kulkul.Audit
	eventually(t, "it is a line of the audit log", func() bool {
		h.Lock()
		defer h.Unlock()
		return json.Unmarshal(h.messages[bus.AuditSubject("console")], &line) == nil && line.Action == "bulletin-correct"
	})
	if line.Who != "the-coordinator" || line.Object != next || line.Detail != "Counted twice." {
		t.Errorf("audit %+v", line)
	}
	for role, want := range map[kulkul.Role]bool{kulkul.RoleViewer: false, kulkul.RoleAnalyst: true} {
		if _, body := get(t, role, path); strings.Contains(body, "A correction is being drafted") != want {
			t.Errorf("%s is told of the draft: %v", role, !want)
		}
		if status, _ := get(t, role, "/bulletins/"+next); (status == http.StatusOK) != want {
			t.Errorf("%s opens the draft: %d", role, status)
		}
	}
	if answer, body := post(t, kulkul.RoleCoordinator, "/bulletins/"+next+"/publish", url.Values{"revision": {revisionOf(t, "/bulletins/"+next)}}); answer.StatusCode != http.StatusConflict || !strings.Contains(body, "nothing to correct yet") {
		t.Errorf("the same words are published as a correction: %s", answer.Status)
	}
	form := url.Values{"title": {first.Title}, "lead": {"Put right."}, "handling": {"members"}, "reason": {"Counted <twice>."}, "revision": {revisionOf(t, "/bulletins/"+next)}}
	if answer, _ := post(t, kulkul.RoleAnalyst, "/bulletins/"+next, form); answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	had := []kulkul.Delivery{{ID: "had", Recipient: "eep-nz", Channel: "email", Flashpoint: kulkul.Any, Status: "sent", Events: []string{first.Edition()}, At: time.Now()}}
	if err := here.service.deps.Store.Writer().WriteDeliveries(t.Context(), had); err != nil {
		t.Fatal(err)
	}
	publish(t, next)
	for of, wants := range map[string][]string{
		path:                 {"corrected since", "Edition 2 takes the place of this one", "asked for by the-coordinator", "Counted &lt;twice&gt;.", `href="/bulletins/` + next + `"`, "The level went from watch to high."},
		"/bulletins/" + next: {"corrected edition 2", "asked for by the-coordinator", "Counted &lt;twice&gt;.", `href="` + path + `"`, "Put right.", "The level went from watch to high."},
		"/bulletins":         {"corrected edition 2"},
	} {
		_, body := get(t, kulkul.RoleViewer, of)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q:\n%s", of, want, body)
			}
		}
	}
	_, body := get(t, kulkul.RoleCoordinator, "/bulletins/"+next)
	for _, want := range []string{"Send it to these 2 people", "its readers do not have this one yet"} { // the subscriber, and who has the first
		if !strings.Contains(body, want) {
			t.Errorf("the correction's page does not say %q:\n%s", want, body)
		}
	}
	if answer, _ := post(t, kulkul.RoleCoordinator, path+"/send", url.Values{"confirm": {"1"}}); answer.StatusCode != http.StatusConflict {
		t.Errorf("an edition that was corrected is sent: %s", answer.Status)
	}
	for range 2 { // pressed twice, sent once
		if answer, body := post(t, kulkul.RoleCoordinator, "/bulletins/"+next+"/send", url.Values{"confirm": {"1"}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("send: %s\n%s", answer.Status, body)
		}
	}
	var told kulkul.Bulletin
	eventually(t, "the correction is given to be sent", func() bool {
		h.Lock()
		defer h.Unlock()
		return h.count[bus.JobSubject("bulletin")] == 1 && json.Unmarshal(h.messages[bus.JobSubject("bulletin")], &told) == nil
	})
	if c := told.Correction; c == nil || c.Of != first.ID || len(c.Editions) != 1 || c.Editions[0] != first.Edition() || c.Reason != "Counted <twice>." || c.By != "the-coordinator" || told.Lead != "Put right." {
		t.Errorf("told %+v, %+v", told, told.Correction)
	}
	if _, body := get(t, kulkul.RoleCoordinator, path); strings.Contains(body, "/correct\"") || strings.Contains(body, "Send it to") {
		t.Error("an edition that was corrected can be corrected again, or sent")
	}
}

// A correction that is for fewer closes what it corrects to the others, and a
// flashpoint that is hidden later is hidden in bulletins that are out.
func TestWhatIsClosedLaterIsClosedInWhatIsPublished(t *testing.T) {
	first := issue(t, 80)
	second, third := first.ID+"-2", first.ID+"-3"
	form := func(lead, handling string) url.Values {
		return url.Values{"title": {first.Title}, "lead": {lead}, "handling": {handling}}
	}
	correct(t, first.ID, second, form("Put right.", "members"))
	_, before := get(t, kulkul.RoleViewer, "/bulletins/"+first.ID)
	correct(t, second, third, form("Closed.", "eeps"))
	if before == "" {
		t.Error("the first edition was closed by a correction for the same readers")
	}
	for role, want := range map[kulkul.Role]int{kulkul.RoleViewer: http.StatusNotFound, kulkul.RoleEEP: http.StatusOK} {
		for _, id := range []string{first.ID, second, third} {
			for _, path := range []string{"/bulletins/" + id, "/api/v1/bulletins/" + id} {
				if status, _ := get(t, role, path); status != want {
					t.Errorf("%s at %s: %d, want %d", role, path, status, want)
				}
			}
		}
		if _, list := get(t, role, "/bulletins"); strings.Contains(list, first.ID) != (want == http.StatusOK) {
			t.Errorf("%s is shown the closed editions in the list, or not: want %d", role, want)
		}
	}

	open := issue(t, 90)
	was := string(here.settings.Current().Files[config.PeopleFile])
	saveConfig(t, config.PeopleFile, strings.Replace(was, "hidden: {", "hidden: {kashmir: analyst, ", 1))
	defer saveConfig(t, config.PeopleFile, was)
	for role, want := range map[kulkul.Role]bool{kulkul.RoleViewer: false, kulkul.RoleAnalyst: true} {
		for _, path := range []string{"/bulletins/" + open.ID, "/api/v1/bulletins/" + open.ID} {
			if _, body := get(t, role, path); strings.Contains(body, "The level went from watch to high.") != want || !strings.Contains(body, "Calm after an episode.") {
				t.Errorf("%s at %s is told of the hidden flashpoint: %v", role, path, !want)
			}
		}
	}
	if withFonts(t) {
		_, theirs := get(t, kulkul.RoleViewer, "/bulletins/"+open.ID+"/pdf")
		_, whole := get(t, kulkul.RoleAnalyst, "/bulletins/"+open.ID+"/pdf")
		if !strings.HasPrefix(theirs, "%PDF-") || theirs == whole {
			t.Error("a viewer's PDF is the analyst's")
		}
	}
}
