// Package accounts knows who may come in: users, their passwords and roles,
// and the sessions they have open.
//
// In: names and passwords, session tokens. Out: kulkul.User, or why not. State
// lies in the bucket users, which the console alone writes (and `kulkul user
// add` through Add). Called by the console's root for every request.
package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Errors of accounts.
var (
	// ErrCredentials: no such user, a wrong password, or a disabled account.
	// Which of them is not told.
	ErrCredentials = errors.New("name or password is wrong")
	// ErrNoSession: the token is unknown, has expired, or its user is gone.
	ErrNoSession = errors.New("not signed in")
	// ErrExists: there is an account of that name already.
	ErrExists = errors.New("there is an account of that name already")
	// ErrPassword: the password is too short or too long.
	ErrPassword = errors.New("a password has 10 to 256 characters")
	// ErrName: the name is not one.
	ErrName = errors.New("a name has 1 to 64 characters of a–z, 0–9 and -")
	// ErrLastAdmin: the change would leave nobody to administer accounts.
	ErrLastAdmin = errors.New("the last administrator stays one")
)

// Account is one user as the bucket keeps it, under user.<name>.
type Account struct {
	Name   string      `json:"name"`
	Role   kulkul.Role `json:"role"`
	Person string      `json:"person,omitempty"` // id in the register of people
	// Password is the argon2id hash in PHC notation; empty: none opens it.
	Password string `json:"password"`
	// Issuer and Subject name who signs in through a provider of identities.
	Issuer   string    `json:"issuer,omitempty"`
	Subject  string    `json:"subject,omitempty"`
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`
	// Changed is when password, role or state last changed; sessions opened
	// before it end.
	Changed time.Time `json:"changed"`
}

// User is the account as the rest of the console sees it.
func (a Account) User() kulkul.User {
	return kulkul.User{Name: a.Name, Role: a.Role, Person: a.Person}
}

func userKey(name string) string { return "user." + name }

// Add makes an account; ErrExists where the name is taken.
func Add(ctx context.Context, bucket *bus.Bucket, name string, role kulkul.Role, password string, now time.Time) error {
	if !kulkul.ValidID(name) {
		return fmt.Errorf("account %q: %w", name, ErrName)
	}
	if _, err := kulkul.ParseRole(string(role)); err != nil {
		return fmt.Errorf("account %q: %w", name, err)
	}
	hash, err := hashPassword(password)
	if err != nil {
		return fmt.Errorf("account %q: %w", name, err)
	}
	now = now.UTC()
	account := Account{Name: name, Role: role, Password: hash, Created: now, Changed: now}
	_, err = bucket.UpdateJSON(ctx, userKey(name), account, 0)
	if errors.Is(err, bus.ErrConflict) {
		return fmt.Errorf("account %q: %w", name, ErrExists)
	}
	return err
}

// List gives all accounts by name.
func (d *Desk) List(ctx context.Context) ([]Account, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := bucket.Load(ctx, userKey(">"))
	if err != nil {
		return nil, err
	}
	accounts := make([]Account, 0, len(entries))
	for _, e := range entries {
		var a Account
		if err := json.Unmarshal(e.Value, &a); err != nil {
			return nil, fmt.Errorf("decode account %s: %w", e.Key, err)
		}
		accounts = append(accounts, a)
	}
	sort.Slice(accounts, func(i, j int) bool { return accounts[i].Name < accounts[j].Name })
	return accounts, nil
}

// Add makes an account.
func (d *Desk) Add(ctx context.Context, name string, role kulkul.Role, password string) error {
	bucket, err := d.open(ctx)
	if err != nil {
		return err
	}
	return Add(ctx, bucket, strings.ToLower(strings.TrimSpace(name)), role, password, d.now())
}

// Change alters one account: change edits it and may refuse. Open sessions of
// the account end. An edit that would leave no active administrator is refused
// with ErrLastAdmin.
func (d *Desk) Change(ctx context.Context, name string, change func(*Account) error) error {
	bucket, err := d.open(ctx)
	if err != nil {
		return err
	}
	var before Account
	revision, err := bucket.GetJSON(ctx, userKey(name), &before)
	if err != nil {
		return err
	}
	if revision == 0 {
		return fmt.Errorf("account %q: %w", name, bus.ErrNotFound)
	}
	after := before
	if err := change(&after); err != nil {
		return fmt.Errorf("account %q: %w", name, err)
	}
	if administers(before) && !administers(after) {
		if err := d.otherAdmin(ctx, name); err != nil {
			return err
		}
	}
	after.Name, after.Changed = before.Name, d.now().UTC()
	_, err = bucket.UpdateJSON(ctx, userKey(name), after, revision)
	return err
}

// SetPassword is a Change to a new password.
func SetPassword(password string) func(*Account) error {
	return func(a *Account) (err error) {
		a.Password, err = hashPassword(password)
		return err
	}
}

func administers(a Account) bool { return a.Role == kulkul.RoleAdmin && !a.Disabled }

func (d *Desk) otherAdmin(ctx context.Context, name string) error {
	all, err := d.List(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Name != name && administers(a) {
			return nil
		}
	}
	return fmt.Errorf("account %q: %w", name, ErrLastAdmin)
}
