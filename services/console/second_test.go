package console

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// text reads an answer's body.
func text(t *testing.T, answer *http.Response) string {
	t.Helper()
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A second step is set up, asked for, opened by a code once, by a recovery code
// once, and limited.
func TestSecondStep(t *testing.T) {
	const name = "two-steps"
	if err := here.service.desk.Add(t.Context(), name, kulkul.RoleEEP, password); err != nil {
		t.Fatal(err)
	}
	browser, err := here.signIn(name)
	if err != nil {
		t.Fatal(err)
	}
	form := func(b *http.Client, path string, pairs ...string) (*http.Response, string) {
		t.Helper()
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		answer, err := b.PostForm(here.base+path, v)
		if err != nil {
			t.Fatal(err)
		}
		return answer, text(t, answer)
	}
	_, page := form(browser, "/account/second")
	found := regexp.MustCompile(`type the key: <code>([A-Z2-7]+)</code>`).FindStringSubmatch(page)
	if found == nil || !strings.Contains(page, "<svg") {
		t.Fatalf("no key to set up:\n%s", page)
	}
	// The code of the step after is taken, too: clocks differ.
	code := func(steps int) string {
		c, err := totp.GenerateCode(found[1], time.Now().Add(time.Duration(steps)*30*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if answer, _ := form(browser, "/account/second/confirm", "code", "000000"); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong first code: %d", answer.StatusCode)
	}
	_, page = form(browser, "/account/second/confirm", "code", code(0))
	recovery := regexp.MustCompile(`<code>([a-z2-7]{5}-[a-z2-7]{5}-[a-z2-7]{5})</code>`).FindAllStringSubmatch(page, -1)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes:\n%s", len(recovery), page)
	}

	if _, list := get(t, kulkul.RoleAdmin, "/api/v1/accounts"); !regexp.MustCompile(`"name":"two-steps"[^}]*"second_step":true`).MatchString(list) {
		t.Errorf("the accounts do not say who is asked for a code: %s", list)
	}
	half := here.stranger()
	answer, page := form(half, "/signin", "name", name, "password", password)
	if answer.StatusCode != http.StatusOK || !strings.Contains(page, "Second step") {
		t.Fatalf("the password alone: %d", answer.StatusCode)
	}
	if answer, err := half.Get(here.base + "/account"); err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("half a session opens the account: %v %v", answer, err)
	}
	used := code(1)
	if answer, _ := form(half, "/signin/code", "code", used, "to", "/alerts"); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/alerts" {
		t.Fatalf("a right code: %d", answer.StatusCode)
	}
	if answer, err := half.Get(here.base + "/account"); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("after the code: %v %v", answer, err)
	}

	again := here.stranger()
	form(again, "/signin", "name", name, "password", password)
	if answer, _ := form(again, "/signin/code", "code", used); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a code opens twice: %d", answer.StatusCode)
	}
	if answer, _ := form(again, "/signin/code", "code", recovery[0][1]); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("a recovery code: %d", answer.StatusCode)
	}
	lost := here.stranger()
	form(lost, "/signin", "name", name, "password", password)
	if answer, _ := form(lost, "/signin/code", "code", recovery[0][1]); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a recovery code opens twice: %d", answer.StatusCode)
	}
	limited := 0
	for range 6 {
		answer, _ := form(lost, "/signin/code", "code", "000000")
		if limited = answer.StatusCode; limited == http.StatusTooManyRequests {
			break
		}
	}
	if limited != http.StatusTooManyRequests {
		t.Errorf("guessing codes: %d, want to be limited", limited)
	}
	if answer, _ := form(half, "/account/second/remove", "password", "wrong password"); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("turned off with a wrong password: %d", answer.StatusCode)
	}
	if answer, _ := form(half, "/account/second/remove", "password", password); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("turn off: %d", answer.StatusCode)
	}
}
