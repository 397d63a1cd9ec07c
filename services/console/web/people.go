package web

import (
	"html/template"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// SignIn is the page to sign in on; after it the browser goes to the path to.
// Fault says why the last attempt failed.
func (p *Pages) SignIn(w http.ResponseWriter, r *http.Request, status int, to, fault string) {
	if err := p.draw(w, r, status, "signin", page{Title: "Sign in", Nav: "signin", Fault: fault, Body: signInBody{to, p.Provider}}); err != nil {
		p.Fail(w, r, err)
	}
}

type signInBody struct {
	To string
	// Provider is the name of who else vouches for people; empty: nobody.
	Provider string
}

// Account is the user's own page.
func (p *Pages) Account(read func(*http.Request) (OwnAccount, error)) http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		own, err := read(r)
		if err != nil {
			return err
		}
		return p.show(w, r, "account", "Your account", "account", own)
	})
}

// OwnAccount is what a user's own page shows.
type OwnAccount struct {
	Tokens []TokenLine
	Secret string // of a token just made; shown this once
	// Second: a code is asked for after the password. Federated: the account
	// has no password here.
	Second, Federated bool
	// Enrol is a second step about to be set up, Recovery the codes that stand
	// in for a lost device; both are shown this once.
	Enrol    *Enrolment
	Recovery []string
}

// TokenLine is a token in the list.
type TokenLine struct {
	ID, Name string
	Created  time.Time
}

// Enrolment is what a device needs to know to give codes.
type Enrolment struct {
	Key string // in base32, for typing
	QR  template.HTML
}

// SecondStep is the page that asks for the code after the password.
func (p *Pages) SecondStep(w http.ResponseWriter, r *http.Request, status int, to, fault string) {
	if err := p.draw(w, r, status, "second", page{Title: "Sign in", Nav: "signin", Fault: fault, Body: to}); err != nil {
		p.Fail(w, r, err)
	}
}

// OwnAccount draws the user's own page.
func (p *Pages) OwnAccount(w http.ResponseWriter, r *http.Request, own OwnAccount) {
	if err := p.show(w, r, "account", "Your account", "account", own); err != nil {
		p.Fail(w, r, err)
	}
}

type accountsBody struct {
	Accounts any
	Roles    []kulkul.Role
	Left     []kulkul.Review
}

// Accounts is the administrators' list of accounts; list reads it.
func (p *Pages) Accounts(list func(*http.Request) (any, error)) http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		all, err := list(r)
		if err != nil {
			return err
		}
		left, err := p.View.Unsubscribed(r.Context())
		if err != nil {
			return err
		}
		return p.show(w, r, "accounts", "Accounts", "accounts", accountsBody{Accounts: all, Roles: kulkul.Roles(), Left: left})
	})
}
