package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// audited gathers the audit lines that the console writes while a test runs.
func audited(t *testing.T) func() []kulkul.Audit {
	t.Helper()
	var mu sync.Mutex
	var lines []kulkul.Audit
	ctx, cancel := context.WithCancel(t.Context())
	done, standing := make(chan error, 1), make(chan struct{})
	go func() {
		done <- here.bus.Follow(ctx, func() { close(standing) }, func(_ string, body []byte) {
			var line kulkul.Audit
			if err := json.Unmarshal(body, &line); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			lines = append(lines, line)
		}, bus.AuditSubject("console"))
	}()
	<-standing
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return func() []kulkul.Audit {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(lines)
	}
}

// TestEveryChangeLeavesAnAuditLine makes the changes that are not decisions
// (TestDecisions holds those) and asks who is said to have made them.
func TestEveryChangeLeavesAnAuditLine(t *testing.T) {
	lines := audited(t)
	said := func(action, who string) {
		t.Helper()
		eventually(t, action+" by "+who, func() bool {
			return slices.ContainsFunc(lines(), func(a kulkul.Audit) bool { return a.Action == action && a.Who == who && a.ID != "" && !a.At.IsZero() })
		})
	}
	do := func(role kulkul.Role, path string, pairs ...string) string {
		t.Helper()
		form := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		answer, body := post(t, role, path, form)
		if answer.StatusCode != http.StatusSeeOther && answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, answer.Status)
		}
		return body
	}
	do(kulkul.RoleAdmin, "/accounts", "name", "audited-one", "role", "eep", "password", password)
	said("account-add", "the-admin")
	browser, err := here.signIn("audited-one")
	if err != nil {
		t.Fatal(err)
	}
	said("signin", "audited-one")
	if answer, err := browser.PostForm(here.base+"/account/password", url.Values{"old": {password}, "new": {"another long one"}}); err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer, err)
	}
	said("password", "audited-one")
	do(kulkul.RoleAdmin, "/accounts/audited-one", "role", "viewer", "second", "0")
	said("account-change", "the-admin")
	if !slices.ContainsFunc(lines(), func(a kulkul.Audit) bool {
		return a.Action == "account-change" && strings.Contains(a.Detail, "role viewer") && strings.Contains(a.Detail, "second step taken away true")
	}) {
		t.Error("a changed account's line does not say what changed")
	}
	do(kulkul.RoleViewer, "/searches", "name", "Audited", "query", "q=ferry")
	said("search-save", "the-viewer")
	do(kulkul.RoleViewer, "/account/tokens", "name", "audited")
	said("token-add", "the-viewer")
	key := regexp.MustCompile(`kk_([a-z0-9]+)_`).FindStringSubmatch(do(kulkul.RoleAdmin, "/keys", "name", "Audited", "source", "tasman-dialogue", "days", "90"))
	said("key-add", "the-admin")
	do(kulkul.RoleAdmin, "/keys/"+key[1]+"/rotate")
	said("key-rotate", "the-admin")
	do(kulkul.RoleAdmin, "/keys/"+key[1]+"/revoke")
	said("key-revoke", "the-admin")
	base := onVersion()
	do(kulkul.RoleCoordinator, "/tuning/save", "file", config.IndicatorsFile, "base", base, "text", running(config.IndicatorsFile)+"\n# audited\n", "why", "a line more")
	said("config-save", "the-coordinator")
	eventually(t, "the version runs", func() bool { return onVersion() != base })
	do(kulkul.RoleCoordinator, "/tuning/versions/"+base+"/restore", "base", onVersion(), "why", "back")
	said("config-restore", "the-coordinator")
}
