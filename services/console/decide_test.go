package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// heard gathers what the bus carries on subjects while a test runs.
type heard struct {
	sync.Mutex
	messages map[string][]byte // the last one by subject
	count    map[string]int
}

func listen(t *testing.T, subjects ...string) *heard {
	t.Helper()
	h := &heard{messages: map[string][]byte{}, count: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	done, standing := make(chan error, 1), make(chan struct{})
	go func() {
		done <- here.bus.Follow(ctx, func() { close(standing) }, func(subject string, body []byte) {
			h.Lock()
			h.messages[subject] = body
			h.count[subject]++
			h.Unlock()
		}, subjects...)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-standing
	return h
}

func (h *heard) review(t *testing.T, v kulkul.Verdict) kulkul.Review {
	t.Helper()
	for late := time.Now().Add(90 * time.Second); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		h.Lock()
		body, ok := h.messages[bus.ReviewSubject(v)]
		h.Unlock()
		if ok {
			var r kulkul.Review
			if err := json.Unmarshal(body, &r); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatalf("no %s was heard", v)
	return kulkul.Review{}
}

func post(t *testing.T, role kulkul.Role, path string, form url.Values) (*http.Response, string) {
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
	return answer, string(body)
}

// Every decision goes out as one review that says who, about what and why, and
// leads back to a page.
func TestDecisions(t *testing.T) {
	h := listen(t, bus.AllReviews, bus.AuditSubject("console"))
	alert, item := here.alerts[5], here.items[len(here.items)-1].Item
	onAlert := func(r kulkul.Review) bool { return r.Alert == alert.Key && r.Episode == alert.Episode }
	onItem := func(r kulkul.Review) bool { return r.Item != nil && r.Item.ID == item.ID && r.Item.Text != "" }
	for _, c := range []struct {
		role  kulkul.Role
		path  string
		form  string
		check func(kulkul.Review) bool
	}{
		{"analyst", "/alerts/" + alert.ID() + "/ack", "", onAlert},
		{"eep", "/alerts/" + alert.ID() + "/assess", "opinion=doubt&text=old+news", onAlert},
		{"eep", "/alerts/" + alert.ID() + "/note", "text=seen", onAlert},
		{"analyst", "/alerts/" + alert.ID() + "/silence", "hours=6&text=drill", func(r kulkul.Review) bool { return r.Matcher.Matches(alert) }},
		{"analyst", "/silences/" + kulkul.Hash("r", "4") + "/end", "text=release+is+over", func(r kulkul.Review) bool {
			return r.Settles == kulkul.Hash("r", "4") && r.Matcher.Flashpoint == "mekong-basin" && r.Until.After(r.At) && r.Text == "release is over"
		}},
		{"coordinator", "/alerts/" + alert.ID() + "/escalate", "level=high&text=sources+agree", onAlert},
		{"analyst", "/alerts/" + alert.ID() + "/resolve", "text=over", onAlert},
		{"analyst", "/items/" + item.ID + "/correct", "area=environment&text=wrong+tag", onItem},
		{"analyst", "/items/" + item.ID + "/withdraw", "text=asked+for", onItem},
		{"analyst", "/rejections/" + here.held.ID + "/release", "", func(r kulkul.Review) bool { return r.Item.ID == here.held.Item.ID }},
	} {
		form, err := url.ParseQuery(c.form)
		if err != nil {
			t.Fatal(err)
		}
		verdict := kulkul.Verdict(c.path[strings.LastIndex(c.path, "/")+1:])
		if verdict == "end" {
			verdict = kulkul.EndSilence
		}
		answer, body := post(t, c.role, c.path, form)
		if answer.StatusCode != http.StatusSeeOther || !strings.HasSuffix(answer.Header.Get("Location"), "?done="+string(verdict)) {
			t.Errorf("%s: %s to %q: %s", verdict, answer.Status, answer.Header.Get("Location"), body)
			continue
		}
		r := h.review(t, verdict)
		if r.By != "the-"+string(c.role) || r.Role != string(c.role) || r.Via != "console" || !c.check(r) {
			t.Errorf("%s: %+v", verdict, r)
		}
		if status, page := get(t, c.role, answer.Header.Get("Location")); status != http.StatusOK || !strings.Contains(page, `class="say done"`) {
			t.Errorf("%s leads to a page that does not say so (%d)", verdict, status)
		}
	}
	h.Lock()
	defer h.Unlock()
	if n := h.count[bus.AuditSubject("console")]; n < 10 {
		t.Errorf("%d audit lines for 10 decisions", n)
	}
}

func TestDecisionsRefused(t *testing.T) {
	h := listen(t, bus.AllReviews)
	id := here.alerts[0].ID()
	for path, want := range map[string]int{
		"/alerts/" + id + "/note":                           http.StatusUnprocessableEntity,
		"/alerts/" + id + "/silence":                        http.StatusUnprocessableEntity, // no reason, no end
		"/alerts/" + here.alerts[7].ID() + "/ack":           http.StatusUnprocessableEntity, // resolved
		"/silences/" + kulkul.Hash("r", "4") + "/end":       http.StatusUnprocessableEntity, // no reason
		"/silences/" + kulkul.Hash("r", "5") + "/end":       http.StatusUnprocessableEntity, // ended already
		"/silences/none/end":                                http.StatusNotFound,
		"/alerts/none/ack":                                  http.StatusNotFound,
		"/items/none/correct":                               http.StatusNotFound,
		"/rejections/none/release":                          http.StatusNotFound,
		"/rejections/" + kulkul.Hash("x", "2") + "/release": http.StatusUnprocessableEntity, // never an item
	} {
		if answer, body := post(t, kulkul.RoleAnalyst, path, nil); answer.StatusCode != want || !strings.Contains(body, `class="problem`) {
			t.Errorf("%s: %s, want %d: %.300s", path, answer.Status, want, body)
		}
	}
	for what, form := range map[string]url.Values{"no reason": {"hours": {"6"}}, "no end": {"text": {"drill"}}} {
		if answer, _ := post(t, kulkul.RoleAnalyst, "/alerts/"+id+"/silence", form); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a silence with %s: %s", what, answer.Status)
		}
	}
	h.Lock()
	defer h.Unlock()
	if len(h.messages) != 0 {
		t.Errorf("refused decisions went out: %v", h.count)
	}
}

// An eep may not decide about an item that is closed to eeps, nor learn of it.
func TestNoDecisionOnWhatIsHidden(t *testing.T) {
	item := here.closed["unit"].Item
	if status, _ := get(t, kulkul.RoleEEP, "/items/"+item.ID); status != http.StatusNotFound {
		t.Errorf("page: %d", status)
	}
}

// The day of an account: it is made, signs in, changes its password, is
// disabled.
func TestAccountPages(t *testing.T) {
	if answer, body := post(t, kulkul.RoleAdmin, "/accounts", url.Values{"name": {"newcomer"}, "role": {"eep"}, "password": {password}}); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", answer.Status, body)
	}
	for name, form := range map[string]url.Values{
		"taken":   {"name": {"newcomer"}, "role": {"eep"}, "password": {password}},
		"short":   {"name": {"other"}, "role": {"eep"}, "password": {"short"}},
		"no role": {"name": {"other"}, "role": {"king"}, "password": {password}},
	} {
		if answer, _ := post(t, kulkul.RoleAdmin, "/accounts", form); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
	browser, err := here.signIn("newcomer")
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) *http.Response {
		answer, err := browser.PostForm(here.base+"/account/password", url.Values{"old": {old}, "new": {new}})
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	if answer := change("not mine at all", "another long one"); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("wrong old password: %s", answer.Status)
	}
	if answer := change(password, "another long one"); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("change: %s", answer.Status)
	}
	if answer, err := browser.Get(here.base + "/alerts"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("after the change: %v, %v", answer.Status, err)
	}
	if answer, _ := post(t, kulkul.RoleAdmin, "/accounts/newcomer", url.Values{"role": {"eep"}, "disabled": {"1"}}); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("disable: %s", answer.Status)
	}
	if answer, err := browser.Get(here.base + "/alerts"); err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Errorf("after it was disabled: %v, %v", answer.Status, err)
	}
	if answer, _ := post(t, kulkul.RoleAdmin, "/accounts/the-admin", url.Values{"role": {"viewer"}}); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the last administrator: %s", answer.Status)
	}
	if answer, _ := post(t, kulkul.RoleAdmin, "/accounts/no-such", url.Values{"role": {"viewer"}}); answer.StatusCode != http.StatusNotFound {
		t.Errorf("an account that is not: %s", answer.Status)
	}
}

func TestSignInPage(t *testing.T) {
	browser := here.stranger()
	answer, err := browser.Get(here.base + "/alerts?show=all")
	if err != nil || answer.Header.Get("Location") != "/signin?to=%2Falerts%3Fshow%3Dall" {
		t.Fatalf("%v, %v", answer, err)
	}
	form := url.Values{"name": {"the-viewer"}, "password": {"wrong password"}, "to": {"/alerts?show=all"}}
	if answer, err = browser.PostForm(here.base+"/signin", form); err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Fatalf("%v, %v", answer, err)
	}
	form.Set("password", password)
	if answer, err = browser.PostForm(here.base+"/signin", form); err != nil || answer.Header.Get("Location") != "/alerts?show=all" {
		t.Fatalf("%v, %v", answer, err)
	}
	if answer, err = browser.PostForm(here.base+"/signout", nil); err != nil || answer.Header.Get("Location") != "/signin" {
		t.Fatalf("%v, %v", answer, err)
	}
	if answer, err = browser.Get(here.base + "/"); err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("after signing out: %v, %v", answer, err)
	}
}
