package console

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Every answer carries the headers that keep pages to themselves.
func TestSecurityHeaders(t *testing.T) {
	for _, path := range []string{"/signin", "/", "/items", "/no-such-page", here.service.assets.Name("app.css")} {
		answer, err := here.jars[kulkul.RoleAdmin].Get(here.base + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		csp := answer.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// The policy refuses inline script and style, so no page may have any.
func TestNoPageHasInlineScriptOrStyle(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<script(?:>|[^>]*>[^<])|<style|\sstyle="|\son[a-z]+="|href="javascript:`)
	foreign := regexp.MustCompile(`(?i)(?:src|href)="(?:https?:)?//[^"]*"`)
	for _, path := range here.paths() {
		_, body := get(t, kulkul.RoleAdmin, path)
		if found := inline.FindString(body); found != "" {
			t.Errorf("%s has %q", path, found)
		}
		for _, link := range foreign.FindAllString(body, -1) {
			if !strings.Contains(link, ".example/") || strings.HasPrefix(link, "src") {
				t.Errorf("%s loads or leads to %s", path, link)
			}
		}
	}
}

// What third parties wrote shows as text, wherever it shows.
func TestHostileText(t *testing.T) {
	id := here.hostile.Item.ID
	for _, path := range []string{"/items", "/items/" + id, "/items?q=onmouseover", "/sources/siam-courier", "/rejections", "/outbox/" + here.mailID} {
		status, body := get(t, kulkul.RoleAdmin, path)
		if status != http.StatusOK {
			t.Fatalf("%s: %d", path, status)
		}
		for _, bad := range []string{"<script>alert", "<img src=x", `onmouseover="x`, `onclick="`, `"javascript:`, "<b>bold</b>"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q as it came", path, bad)
			}
		}
	}
	_, body := get(t, kulkul.RoleAdmin, "/items/"+id)
	if !strings.Contains(body, "&lt;script&gt;") {
		t.Error("the item's title is not shown as text")
	}
	title := body[strings.Index(body, "<title>"):strings.Index(body, "</title>")]
	if strings.Contains(title, "\u202e") || len([]rune(title)) > 200 {
		t.Errorf("window title %q", title)
	}
	isolated := regexp.MustCompile(`<bdi[^>]*>[^<]*(?:<mark[^>]*>[^<]*</mark>[^<]*)*\x{202e}`)
	if !isolated.MatchString(body) {
		t.Error("a right-to-left override stands outside an isolated element")
	}
}

// Handling levels and embargoes hold on every page that shows items.
func TestClosedItems(t *testing.T) {
	see := map[string]kulkul.Role{"eeps": kulkul.RoleEEP, "unit": kulkul.RoleAnalyst, "embargo": kulkul.RoleAnalyst}
	pages := func(item kulkul.Tagged) []string {
		return []string{"/items?q=closed+matter", "/items/" + item.Item.ID, "/flashpoints/south-china-sea", "/alerts/" + here.alerts[0].ID()}
	}
	for name, least := range see {
		item := here.closed[name]
		for _, role := range kulkul.Roles() {
			for _, path := range pages(item) {
				status, body := get(t, role, path)
				shown := strings.Contains(body, "of kind "+name)
				if shown && !role.AtLeast(least) {
					t.Errorf("%s sees the %s item at %s", role, name, path)
				}
				if path == "/items/"+item.Item.ID && (status == http.StatusOK) != role.AtLeast(least) {
					t.Errorf("%s gets %d for the %s item", role, status, name)
				}
				if !shown && role.AtLeast(least) && strings.HasPrefix(path, "/items") {
					t.Errorf("%s does not see the %s item at %s", role, name, path)
				}
			}
		}
	}
	if _, body := get(t, kulkul.RoleViewer, "/alerts/"+here.alerts[0].ID()); !strings.Contains(body, "1 item not shown") {
		t.Error("the alert's page does not say that an item is not shown")
	}
}

// A form of another site is refused, even with the session's cookie.
func TestForeignForms(t *testing.T) {
	for origin, want := range map[string]int{"https://evil.example": http.StatusForbidden, here.base: http.StatusUnprocessableEntity} {
		request, err := http.NewRequest(http.MethodPost, here.base+"/alerts/"+here.alerts[0].ID()+"/note", strings.NewReader(url.Values{"text": {""}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", origin)
		answer, err := here.jars[kulkul.RoleAnalyst].Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("form of %s: %d, want %d: %s", origin, answer.StatusCode, want, body)
		}
	}
}

func TestCookie(t *testing.T) {
	secure := &Service{config: Config{PublicURL: "https://kulkul.example"}}
	c := secure.cookie("x")
	if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Name != "__Host-kulkul" || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie over TLS: %v", c)
	}
	if c := (&Service{}).cookie(""); c.MaxAge != -1 || !c.HttpOnly {
		t.Errorf("cookie that ends: %v", c)
	}
}
