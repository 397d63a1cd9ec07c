package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Errors of the second step.
var (
	// ErrSecond: the password was right, and a code is asked for.
	ErrSecond = errors.New("a code is needed, too")
	// ErrCode: the code is wrong, or was used before.
	ErrCode = errors.New("the code is wrong, or was used before")
	// ErrFederated: the account has no password here.
	ErrFederated = errors.New("this account signs in through its organisation")
)

// second is a user's second step, under second.<name>: a time-based one-time
// password (RFC 6238, SHA-1, 6 digits, steps of 30 s), and codes for when the
// device is lost.
type second struct {
	Key string `json:"key"` // base32
	On  bool   `json:"on"`  // else it waits for its first code
	// Last is the last step that was used: none opens twice (RFC 6238, 5.2).
	Last int64 `json:"last"`
	// Recovery are the hashes of the recovery codes that are left.
	Recovery []string `json:"recovery,omitempty"`
}

// step is how long one code is valid, skew how many steps a clock may be off.
const (
	step          = 30 * time.Second
	skew          = 1
	recoveryCodes = 10
)

func secondKey(name string) string { return "second." + name }

// HasSecond reports whether a user is asked for a code after the password.
func (d *Desk) HasSecond(ctx context.Context, name string) (bool, error) {
	s, _, _, err := d.second(ctx, name)
	return s.On, err
}

func (d *Desk) second(ctx context.Context, name string) (second, uint64, *bus.Bucket, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return second{}, 0, nil, err
	}
	var s second
	revision, err := bucket.GetJSON(ctx, secondKey(name), &s)
	return s, revision, bucket, err
}

// StartSecond gives a new key for a user's device, and the address that stands
// in the QR code. It counts from ConfirmSecond on.
func (d *Desk) StartSecond(ctx context.Context, name string) (key, address string, err error) {
	was, revision, bucket, err := d.second(ctx, name)
	if err != nil {
		return "", "", err
	}
	if federated, err := d.Federated(ctx, name); err != nil || federated {
		return "", "", errors.Join(err, ErrFederated)
	}
	if was.On {
		return "", "", fmt.Errorf("second step of %q: %w", name, ErrExists)
	}
	made, err := totp.Generate(totp.GenerateOpts{Issuer: "Kulkul", AccountName: name})
	if err != nil {
		return "", "", fmt.Errorf("make a key: %w", err)
	}
	_, err = bucket.UpdateJSON(ctx, secondKey(name), second{Key: made.Secret()}, revision)
	return made.Secret(), made.URL(), err
}

// ConfirmSecond turns the second step on, once its first code is right, and
// gives the recovery codes, which are kept as hashes.
func (d *Desk) ConfirmSecond(ctx context.Context, name, code, address string) ([]string, error) {
	if wait := d.limit.try("code "+name, address); wait > 0 {
		return nil, Limited{Wait: wait}
	}
	s, revision, bucket, err := d.second(ctx, name)
	if err != nil {
		return nil, err
	}
	if s.Key == "" || s.On || !s.takes(code, d.now()) {
		return nil, ErrCode
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text())
		codes[i] = text[:5] + "-" + text[5:10] + "-" + text[10:15]
		s.Recovery = append(s.Recovery, tokenHash(codes[i]))
	}
	s.On = true
	if _, err = bucket.UpdateJSON(ctx, secondKey(name), s, revision); err != nil {
		return nil, err
	}
	d.limit.forgive("code "+name, address)
	return codes, nil
}

// RemoveSecond turns the second step off; nothing happens where it is off.
func (d *Desk) RemoveSecond(ctx context.Context, name string) error {
	bucket, err := d.open(ctx)
	if err != nil {
		return err
	}
	return bucket.Delete(ctx, secondKey(name))
}

// Second makes a whole session of half a one, for a right code: ErrCode where
// it is none, Limited after too many, ErrNoSession where the half is over.
func (d *Desk) Second(ctx context.Context, half, code, address string) (string, kulkul.User, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return "", kulkul.User{}, err
	}
	var s session
	revision, err := bucket.GetJSON(ctx, sessionKey(half), &s)
	if err != nil {
		return "", kulkul.User{}, err
	}
	var a Account
	if revision != 0 {
		if _, err := bucket.GetJSON(ctx, userKey(s.User), &a); err != nil {
			return "", kulkul.User{}, err
		}
	}
	if revision == 0 || !s.Half || s.over(d.now()) || a.Name == "" || a.Disabled || s.Created.Before(a.Changed) {
		return "", kulkul.User{}, ErrNoSession
	}
	if wait := d.limit.try("code "+s.User, address); wait > 0 {
		return "", kulkul.User{}, Limited{Wait: wait}
	}
	if err := d.spend(ctx, s.User, code); err != nil {
		return "", kulkul.User{}, err
	}
	d.limit.forgive("code "+s.User, address)
	if err := bucket.Delete(ctx, sessionKey(half)); err != nil {
		return "", kulkul.User{}, err
	}
	token, err := d.Open(ctx, s.User, address)
	return token, a.User(), err
}

// spend uses a code up: of two requests with one code, one gets in.
func (d *Desk) spend(ctx context.Context, name, code string) error {
	s, revision, bucket, err := d.second(ctx, name)
	if err != nil {
		return err
	}
	if !s.On || !s.takes(code, d.now()) && !s.recovers(code) {
		return ErrCode
	}
	_, err = bucket.UpdateJSON(ctx, secondKey(name), s, revision)
	if errors.Is(err, bus.ErrConflict) {
		return ErrCode
	}
	return err
}

// takes reports whether a code is one of now that was not used, and marks it.
func (s *second) takes(code string, now time.Time) bool {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for n := -skew; n <= skew; n++ {
		at := now.Add(time.Duration(n) * step)
		want, err := totp.GenerateCodeCustom(s.Key, at, totp.ValidateOpts{Period: uint(step.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return false // a key that is no base32 has no codes
		}
		if number := at.Unix() / int64(step.Seconds()); number > s.Last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			s.Last = number
			return true
		}
	}
	return false
}

// recovers reports whether a code is one of the recovery codes, and drops it.
func (s *second) recovers(code string) bool {
	at := slices.Index(s.Recovery, tokenHash(strings.ToLower(strings.TrimSpace(code))))
	if at < 0 {
		return false
	}
	s.Recovery = slices.Delete(s.Recovery, at, at+1)
	return true
}
