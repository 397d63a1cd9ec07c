package console

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// send sends a form as a role.
func send(t *testing.T, role kulkul.Role, path string, form url.Values) (int, string) {
	t.Helper()
	answer, err := here.jars[role].PostForm(here.base+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if to := answer.Header.Get("Location"); to != "" {
		return answer.StatusCode, to
	}
	return answer.StatusCode, string(body)
}

func running(file string) string { return string(here.settings.Current().Files[file]) }

func onVersion() string { return strconv.Itoa(here.settings.Current().Version) }

// An indicator is edited: the trial says which alerts it would have brought,
// saving makes a version, the old one comes back, and every step is audited.
func TestIndicatorIsTriedSavedAndTakenBack(t *testing.T) {
	was, base := running("indicators.yaml"), onVersion()
	louder := regexp.MustCompile(`(?s)(id: many-voices.*?minimum: )\{[^}]*\}`).ReplaceAllString(was, "${1}{stories: 2, publishers: 2}")
	if louder == was {
		t.Fatal("the indicator is not there to be changed")
	}
	form := url.Values{"file": {"indicators.yaml"}, "base": {base}, "days": {"14"}, "text": {strings.ReplaceAll(louder, "\n", "\r\n")}}
	status, body := send(t, kulkul.RoleAnalyst, "/tuning/try", form)
	if status != http.StatusOK || !strings.Contains(body, "Alerts gained") || !strings.Contains(body, "nothing is saved") {
		t.Fatalf("trial of a lower threshold: %d\n%s", status, body)
	}
	if running("indicators.yaml") != was {
		t.Fatal("a trial changed what runs")
	}
	form.Set("why", "Too few alerts of the small places.")
	if status, _ := send(t, kulkul.RoleAnalyst, "/tuning/save", form); status != http.StatusForbidden {
		t.Errorf("an analyst saves: %d", status)
	}
	status, to := send(t, kulkul.RoleCoordinator, "/tuning/save", form)
	if status != http.StatusSeeOther || !strings.HasPrefix(to, "/tuning/versions/") {
		t.Fatalf("save: %d %s", status, to)
	}
	eventually(t, "the saved version runs", func() bool { return running("indicators.yaml") == louder })
	if _, page := get(t, kulkul.RoleAnalyst, "/tuning"); !strings.Contains(page, "Too few alerts of the small places.") || !strings.Contains(page, "What runs differs from the files") {
		t.Error("the history does not say who and why, or the drift is not told")
	}
	if status, _ := send(t, kulkul.RoleCoordinator, "/tuning/save", form); status != http.StatusOK {
		t.Errorf("saving what runs already: %d", status)
	}
	form.Set("text", was)
	if status, _ := send(t, kulkul.RoleCoordinator, "/tuning/save", form); status != http.StatusConflict {
		t.Errorf("saving on an old version: %d, want a conflict", status)
	}
	status, to = send(t, kulkul.RoleCoordinator, "/tuning/versions/"+base+"/restore", url.Values{"base": {onVersion()}, "why": {"Too loud after all."}})
	if status != http.StatusSeeOther {
		t.Fatalf("restore: %d %s", status, to)
	}
	eventually(t, "the old version is back", func() bool { return running("indicators.yaml") == was })
}

// A taxonomy rule is edited: the trial says which items gain and lose a tag.
func TestTaxonomyRuleIsTried(t *testing.T) {
	file := "taxonomy/flashpoints/sabah.yaml"
	was := running(file)
	wider := strings.Replace(was, "every: [Sulu heirs,", "every: [coast guard vessels, Sulu heirs,", 1)
	if wider == was {
		t.Fatal("the rule is not there to be changed")
	}
	form := url.Values{"file": {file}, "base": {onVersion()}, "days": {"7"}, "text": {wider}}
	status, body := send(t, kulkul.RoleAnalyst, "/tuning/try", form)
	if status != http.StatusOK || !strings.Contains(body, "items that gain a tag") || !strings.Contains(body, "+ Sabah") {
		t.Fatalf("trial of a wider rule: %d\n%s", status, body)
	}
	form.Set("text", "terms: [")
	if status, body := send(t, kulkul.RoleCoordinator, "/tuning/save", form); status != http.StatusOK || !strings.Contains(body, "sabah.yaml") || !strings.Contains(body, "It cannot be taken so") {
		t.Errorf("a broken file: %d, want the faults with file and line", status)
	}
	if running(file) != was {
		t.Error("a broken file runs")
	}
}

// The register of people holds addresses: it is for coordinators.
func TestPeopleFileIsForCoordinators(t *testing.T) {
	for role, want := range map[kulkul.Role]int{kulkul.RoleAnalyst: http.StatusNotFound, kulkul.RoleCoordinator: http.StatusOK} {
		if status, body := get(t, role, "/tuning/edit?file=people.yaml"); status != want || strings.Contains(body, "an@eep.example") != (want == http.StatusOK) {
			t.Errorf("%s at people.yaml: %d, want %d", role, status, want)
		}
	}
	if _, body := get(t, kulkul.RoleAnalyst, "/tuning/versions/1"); strings.Contains(body, "an@eep.example") {
		t.Error("a version shows the register to an analyst")
	}
}

// The register of people is edited in the console: a fault is refused with its
// line, a change is live as soon as it is saved, and is taken back.
func TestTheRegisterIsEdited(t *testing.T) {
	was, base := running("people.yaml"), onVersion()
	edited := strings.Replace(was, "people:\n", "people:\n  - {id: newcomer, name: New Comer, email: EMAIL, role: partner, subscriptions: [{level: high, rhythm: weekly}]}\n", 1)
	if edited == was {
		t.Fatalf("the register has no people:\n%s", was)
	}
	form := url.Values{"file": {"people.yaml"}, "base": {base}, "days": {"14"}, "why": {"A new partner."}, "text": {strings.Replace(edited, "EMAIL", "nowhere", 1)}}
	if status, body := send(t, kulkul.RoleCoordinator, "/tuning/save", form); status == http.StatusSeeOther || !strings.Contains(body, "newcomer") || !strings.Contains(body, "people.yaml:") {
		t.Errorf("a bad address: %d\n%s", status, body)
	}
	form.Set("text", strings.Replace(edited, "EMAIL", "new@partner.example", 1))
	if status, _ := send(t, kulkul.RoleAnalyst, "/tuning/save", form); status != http.StatusForbidden {
		t.Errorf("an analyst saves the register: %d", status)
	}
	if status, body := send(t, kulkul.RoleCoordinator, "/tuning/save", form); status != http.StatusSeeOther {
		t.Fatalf("save: %d %s", status, body)
	}
	known := func() bool { _, ok := here.settings.Current().People.Find("newcomer"); return ok }
	eventually(t, "the newcomer is known", known)
	if status, body := send(t, kulkul.RoleCoordinator, "/tuning/versions/"+base+"/restore", url.Values{"base": {onVersion()}, "why": {"Not yet."}}); status != http.StatusSeeOther {
		t.Fatalf("restore: %d %s", status, body)
	}
	eventually(t, "the register is as it was", func() bool { return !known() && running("people.yaml") == was })
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
