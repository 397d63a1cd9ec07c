package console

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/sso"
)

// provider is a real provider of identities over HTTP, with groups beside what
// it knows of its users.
type provider struct {
	*storage.Storage
	issuer  string
	clients map[string]*storage.Client
	groups  map[string][]string // by subject
	server  *http.Server
}

// SetUserinfoFromToken adds the groups.
func (p *provider) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	if err := p.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin); err != nil {
		return err
	}
	info.AppendClaims("groups", p.groups[info.Subject])
	return nil
}

// startProvider serves a provider that knows three people.
func startProvider(dir string) (*provider, error) {
	people := map[string]storage.User{}
	for _, name := range []string{"rina", "nobody", "the-analyst"} {
		people["id-"+name] = storage.User{ID: "id-" + name, Username: name, Password: "of-" + name, Email: name + "@org.example"}
	}
	raw, err := json.Marshal(people)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "people.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return nil, err
	}
	users, err := storage.StoreFromFile(file)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &provider{issuer: "http://" + l.Addr().String(), clients: map[string]*storage.Client{},
		groups: map[string][]string{"id-rina": {"readers", "desk"}, "id-the-analyst": {"readers"}}}
	p.Storage = storage.NewStorageWithClients(users, p.clients)
	p.server = &http.Server{Handler: exampleop.SetupServer(p.issuer, p, nil, false), ReadHeaderTimeout: time.Minute}
	go func() {
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return p, nil
}

// config is the console's side of it.
func (p *provider) config(dir string) (sso.Config, error) {
	secret := filepath.Join(dir, "client-secret")
	return sso.Config{Issuer: p.issuer, ClientID: "kulkul", ClientSecretFile: secret, Name: "the organisation",
		Roles: map[string]string{"readers": "viewer", "desk": "analyst"}}, os.WriteFile(secret, []byte("quiet\n"), 0o600)
}

// vouch walks a browser to the provider and back.
func vouch(t *testing.T, name string) (*http.Client, *http.Response) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	answer, err := browser.Get(here.base + "/signin/provider?to=%2Faccount")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(text(t, answer))
	if found == nil {
		t.Fatalf("no login page at %s", answer.Request.URL)
	}
	answer, err = browser.PostForm(here.provider.issuer+"/login/username", url.Values{"username": {name}, "password": {"of-" + name}, "id": {found[1]}})
	if err != nil {
		t.Fatal(err)
	}
	return browser, answer
}

func TestSignInThroughTheProvider(t *testing.T) {
	_, answer := vouch(t, "rina")
	if body := text(t, answer); answer.StatusCode != http.StatusOK || answer.Request.URL.Path != "/account" || !strings.Contains(body, "rina") || !strings.Contains(body, "role: analyst") {
		t.Errorf("rina, of two groups, came to %s as %d, want the higher role:\n%s", answer.Request.URL, answer.StatusCode, body)
	}
	// The provider's word changes the role at the next sign-in.
	here.provider.groups["id-rina"] = []string{"readers"}
	_, answer = vouch(t, "rina")
	if body := text(t, answer); !strings.Contains(body, "role: viewer") {
		t.Errorf("rina's lower role did not come through:\n%s", body)
	}
	_, answer = vouch(t, "nobody")
	if body := text(t, answer); answer.StatusCode != http.StatusForbidden || !strings.Contains(body, "no role here") {
		t.Errorf("nobody got %d", answer.StatusCode)
	}
	// A name that has a local account is not taken over.
	_, answer = vouch(t, "the-analyst")
	if body := text(t, answer); strings.Contains(body, "<h1>the-analyst</h1>") || !strings.Contains(body, "<h1>the-analyst-") {
		t.Errorf("an account was taken over by name:\n%s", body)
	}
	// The account has no password here.
	if _, _, err := here.service.desk.SignIn(t.Context(), "rina", "", "192.0.2.9"); !errors.Is(err, accounts.ErrCredentials) {
		t.Errorf("rina without a password: %v", err)
	}
}

func TestAnswersToOtherAttemptsAreRefused(t *testing.T) {
	browser := here.stranger()
	for _, query := range []string{"", "?code=x&state=y", "?error=access_denied"} {
		answer, err := browser.Get(here.base + "/signin/callback" + query)
		if err != nil {
			t.Fatal(err)
		}
		if body := text(t, answer); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(body, "not confirmed") {
			t.Errorf("callback %q: %d", query, answer.StatusCode)
		}
	}
	// A right code with another browser's state.
	victim := here.stranger()
	if _, err := victim.Get(here.base + "/signin/provider"); err != nil {
		t.Fatal(err)
	}
	answer, err := victim.Get(here.base + "/signin/callback?code=stolen&state=AAAA")
	if err != nil {
		t.Fatal(err)
	}
	if text(t, answer); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("another's state: %d", answer.StatusCode)
	}
}
