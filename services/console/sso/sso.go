// Package sso lets people in for whom the organisation's provider of
// identities vouches: OpenID Connect, authorisation code with PKCE.
//
// In: the provider's answer to a browser that was sent there. Out: who it is,
// with the role that the provider's claims stand for. Called by the console's
// root. The provider is the operator's choice and stands in the process's
// configuration; nobody else names addresses here.
package sso

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Config names the provider.
type Config struct {
	// Issuer is the provider's address, as its discovery document has it;
	// empty: none.
	Issuer   string `yaml:"issuer"`
	ClientID string `yaml:"client_id"`
	// ClientSecretFile holds the client's secret; empty: a public client.
	ClientSecretFile string `yaml:"client_secret_file"`
	// Name is what the sign-in page calls the provider; empty: its host.
	Name string `yaml:"name"`
	// Scopes asked for beside openid; none: profile and email.
	Scopes []string `yaml:"scopes"`
	// RolesClaim is the claim, a word or a list, that Roles reads; empty:
	// groups. Who has several of its values gets the highest role, who has none
	// is not let in.
	RolesClaim string            `yaml:"roles_claim"`
	Roles      map[string]string `yaml:"roles"` // value of the claim → role
	// NameClaim names the account; empty: preferred_username, else email.
	NameClaim string `yaml:"name_claim"`
	// PersonClaim gives the id in the register of people; empty: none.
	PersonClaim string `yaml:"person_claim"`
}

// Validate reports the first thing wrong with the configuration.
func (c Config) Validate() error {
	u, err := url.Parse(c.Issuer)
	switch {
	case c.Issuer == "":
		return nil
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost":
		return fmt.Errorf("oidc issuer %q: want an https address", c.Issuer)
	case c.ClientID == "":
		return errors.New("oidc: client_id is missing")
	case len(c.Roles) == 0:
		return errors.New("oidc: roles is empty, so nobody would be let in")
	}
	for value, role := range c.Roles {
		if _, err := kulkul.ParseRole(role); err != nil {
			return fmt.Errorf("oidc roles: %s: %w", value, err)
		}
	}
	return nil
}

// Label is the provider's name for people; empty where there is none.
func (c Config) Label() string {
	if u, err := url.Parse(c.Issuer); err == nil {
		return cmp.Or(c.Name, u.Host)
	}
	return c.Name
}

// Errors of a sign-in.
var (
	// ErrRefused: the provider's answer proves nothing: it is not about the
	// attempt, was refused, or is not signed as it must be.
	ErrRefused = errors.New("the provider does not vouch for this sign-in")
	// ErrNoRole: the provider vouches, and none of the person's claims stands
	// for a role here.
	ErrNoRole = errors.New("no role here")
)

// Attempt is one browser's way to the provider and back. The browser keeps it.
type Attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // of PKCE
	To       string `json:"t"` // where it wants to go
}

// Person is who the provider says it is.
type Person struct {
	Issuer, Subject, Name string
	Role                  kulkul.Role
	Person                string
}

// Gate leads to the provider. Safe for concurrent use.
type Gate struct {
	config   Config
	secret   string
	callback func() string
	client   *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

// timeout bounds each question to the provider.
const timeout = 10 * time.Second

// New makes a gate; nil where no provider is configured. Callback gives this
// console's address for answers.
func New(c Config, callback func() string) (*Gate, error) {
	if err := c.Validate(); err != nil || c.Issuer == "" {
		return nil, err
	}
	g := &Gate{config: c, callback: callback, client: &http.Client{Timeout: timeout}}
	if c.ClientSecretFile != "" {
		raw, err := os.ReadFile(c.ClientSecretFile)
		if err != nil {
			return nil, fmt.Errorf("read the client's secret: %w", err)
		}
		g.secret = strings.TrimRight(string(raw), "\r\n")
	}
	return g, nil
}

// ask gives the provider, discovered at the first use: the console starts
// without it.
func (g *Gate) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.provider == nil {
		// The provider keeps the context for its keys: it must not end.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), g.client), g.config.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the provider of identities: %w", err)
		}
		g.provider = p
	}
	scopes := g.config.Scopes
	if len(scopes) == 0 {
		scopes = []string{"profile", "email"}
	}
	return g.provider, &oauth2.Config{ClientID: g.config.ClientID, ClientSecret: g.secret, Endpoint: g.provider.Endpoint(),
		RedirectURL: g.callback(), Scopes: append([]string{oidc.ScopeOpenID}, scopes...)}, nil
}

// Start gives an attempt and where its browser is to go.
func (g *Gate) Start(ctx context.Context, to string) (Attempt, string, error) {
	_, flow, err := g.ask(ctx)
	if err != nil {
		return Attempt{}, "", err
	}
	a := Attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to}
	return a, flow.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish gives the person whom the provider's answer to an attempt names:
// ErrRefused, ErrNoRole, or another error where the provider does not answer.
func (g *Gate) Finish(ctx context.Context, a Attempt, answer url.Values) (Person, error) {
	if a.State == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.State)) != 1 {
		return Person{}, fmt.Errorf("answer to another attempt: %w", ErrRefused)
	}
	if answer.Get("error") != "" || answer.Get("code") == "" {
		return Person{}, fmt.Errorf("answer %.60q: %w", answer.Get("error"), ErrRefused)
	}
	provider, flow, err := g.ask(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, g.client)
	token, err := flow.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(a.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return Person{}, errors.Join(fmt.Errorf("exchange the code: %w", err), ErrRefused)
	}
	if err != nil {
		return Person{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Person{}, fmt.Errorf("answer without id_token: %w", ErrRefused)
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: g.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return Person{}, errors.Join(fmt.Errorf("verify id_token: %w", err), ErrRefused)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return Person{}, fmt.Errorf("id_token of another attempt: %w", ErrRefused)
	}
	claims, err := g.claims(ctx, provider, id, token)
	if err != nil {
		return Person{}, err
	}
	return g.person(id, claims)
}

// claims gathers what the id_token says and, over it, what the provider says
// of the same subject when asked.
func (g *Gate) claims(ctx context.Context, provider *oidc.Provider, id *oidc.IDToken, token *oauth2.Token) (map[string]any, error) {
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return nil, fmt.Errorf("read id_token: %w", err)
	}
	if provider.UserInfoEndpoint() == "" {
		return claims, nil
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("ask who it is: %w", err)
	}
	if info.Subject != id.Subject {
		return nil, fmt.Errorf("userinfo of another subject: %w", ErrRefused)
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return nil, fmt.Errorf("read who it is: %w", err)
	}
	maps.Copy(claims, more)
	return claims, nil
}

func (g *Gate) person(id *oidc.IDToken, claims map[string]any) (Person, error) {
	word := func(claim string) string { s, _ := claims[claim].(string); return s }
	p := Person{Issuer: id.Issuer, Subject: id.Subject, Person: word(g.config.PersonClaim),
		Name: cmp.Or(word(g.config.NameClaim), word("preferred_username"), word("email"), id.Subject)}
	for _, value := range words(claims[cmp.Or(g.config.RolesClaim, "groups")]) {
		if role := kulkul.Role(g.config.Roles[value]); role.AtLeast(kulkul.RoleViewer) && !p.Role.AtLeast(role) {
			p.Role = role
		}
	}
	if p.Role == "" {
		return p, ErrNoRole
	}
	return p, nil
}

// words reads a claim that is a word or a list of them.
func words(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
