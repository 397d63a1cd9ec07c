package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Vouched is somebody for whom a provider of identities vouches.
type Vouched struct {
	Issuer, Subject string // who says so, and its own id for the person
	Name            string // as people know it; made into an account's name
	Role            kulkul.Role
	Person          string // id in the register of people; "" if it says none
}

// Federated reports whether an account signs in through a provider.
func (d *Desk) Federated(ctx context.Context, name string) (bool, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return false, err
	}
	var a Account
	_, err = bucket.GetJSON(ctx, userKey(name), &a)
	return a.Issuer != "", err
}

// Admit opens a session for somebody vouched for, whose account is made at the
// first time and whose role is the provider's word each time. A name that
// another account has is not taken over: the account gets a longer one.
// ErrCredentials where the account is disabled here.
func (d *Desk) Admit(ctx context.Context, v Vouched, address string) (string, kulkul.User, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return "", kulkul.User{}, err
	}
	plain := slug(v.Name)
	for _, name := range []string{plain, slug(plain[:min(len(plain), 50)] + "-" + kulkul.Hash(v.Issuer, v.Subject)[:12])} {
		a, err := d.own(ctx, bucket, name, v)
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return "", kulkul.User{}, err
		}
		if a.Disabled {
			return "", kulkul.User{}, ErrCredentials
		}
		token, err := d.Open(ctx, name, address)
		return token, a.User(), err
	}
	return "", kulkul.User{}, fmt.Errorf("account of %q: %w", v.Name, ErrExists)
}

// own gives the account of a name if it is theirs, made or brought up to date;
// ErrExists where it is somebody else's.
func (d *Desk) own(ctx context.Context, bucket *bus.Bucket, name string, v Vouched) (Account, error) {
	var a Account
	revision, err := bucket.GetJSON(ctx, userKey(name), &a)
	if err != nil {
		return a, err
	}
	if revision == 0 {
		now := d.now().UTC()
		a = Account{Name: name, Role: v.Role, Person: v.Person, Issuer: v.Issuer, Subject: v.Subject, Created: now, Changed: now}
		_, err := bucket.UpdateJSON(ctx, userKey(name), a, 0)
		if errors.Is(err, bus.ErrConflict) {
			err = ErrExists
		}
		return a, err
	}
	if a.Issuer != v.Issuer || a.Subject != v.Subject {
		return a, ErrExists
	}
	if a.Role == v.Role && (v.Person == "" || a.Person == v.Person) {
		return a, nil
	}
	err = d.Change(ctx, name, func(c *Account) error {
		c.Role = v.Role
		if v.Person != "" {
			c.Person = v.Person
		}
		a = *c
		return nil
	})
	return a, err
}

// slug makes an account's name of what a provider calls somebody.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := strings.Trim(b.String()[:min(b.Len(), 64)], "-")
	if out == "" {
		return "person"
	}
	return out
}
