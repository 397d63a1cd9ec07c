// Package keys makes and checks the keys under which partners push.
//
// In: a request with a bearer key or a signature; from commands and the
// console, the wish for a new key. Out: the key's record where the request
// proves it, and the reason where it doesn't. Called by the intake, by commands
// and by the console, which writes the records.
//
// A key reads kk_<id>_<secret>. At rest only the secret's hash is kept: it has
// 256 random bits, so a plain SHA-256 can't be guessed back.
package keys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/signature"
)

// prefix starts every key, so that one that leaks is recognised.
const prefix = "kk"

// Key is the record of a key, as the keys bucket holds it under its id.
type Key struct {
	ID   string `json:"id"`
	Hash string `json:"hash"` // of the secret, see Hash
	// Sources are those that may be pushed under the key; at least one.
	Sources []string `json:"sources"`
	Name    string   `json:"name,omitempty"` // for people
	// Expires ends the key; zero: never. Two keys that overlap make a rotation.
	Expires time.Time `json:"expires,omitzero"`
	Revoked bool      `json:"revoked,omitempty"`
	// HMAC is the signing key, derived from the secret (hexadecimal); empty:
	// requests cannot be signed. Signed demands that every request is.
	HMAC   string `json:"hmac,omitempty"`
	Signed bool   `json:"signed,omitempty"`
	// Quarantine holds everything pushed under the key for a person's release.
	Quarantine bool `json:"quarantine,omitempty"`
	// PerMinute is how many items may be pushed in a minute; 0: the intake's
	// own limit.
	PerMinute int       `json:"per_minute,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	By        string    `json:"by,omitempty"` // who made it
}

// encoding writes secrets in letters and digits alone.
func encoding() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// Create makes a key for the sources given, with its own id, and the text that
// the partner is given; the text is not kept anywhere. The caller sets what
// else the record should say and saves it.
func Create(now time.Time, sources ...string) (Key, string) {
	var b [40]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	id, secret := encoding().EncodeToString(b[:8])[:12], encoding().EncodeToString(b[8:])
	k := Key{ID: id, Hash: Hash(secret), Sources: sources, HMAC: hex.EncodeToString(signature.Key(secret)), Created: now.UTC()}
	return k, prefix + "_" + id + "_" + secret
}

// Save writes the record, whatever was kept under its id.
func Save(ctx context.Context, b *bus.Bus, k Key) error {
	bucket, err := b.Bucket(ctx, bus.BucketKeys)
	if err != nil {
		return err
	}
	var old Key
	revision, err := bucket.GetJSON(ctx, k.ID, &old)
	if err != nil {
		return err
	}
	_, err = bucket.UpdateJSON(ctx, k.ID, k, revision)
	return err
}

// Parse takes a key's text apart.
func Parse(text string) (id, secret string, ok bool) {
	parts := strings.Split(text, "_")
	if len(parts) != 3 || parts[0] != prefix || !kulkul.ValidID(parts[1]) || parts[2] == "" || len(text) > 200 {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// Hash is what is kept of a secret: SHA-256, hexadecimal.
func Hash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// Signs checks a signature against the record.
func (k Key) Signs(s signature.Signature, r *http.Request, body []byte, now time.Time) error {
	key, err := hex.DecodeString(k.HMAC)
	if err != nil || len(key) == 0 {
		return fmt.Errorf("%w: the key is not for signing", signature.ErrWrong)
	}
	return s.Verify(key, r, body, now)
}

// Errors of a key that is refused.
var (
	ErrWrong   = errors.New("key is wrong")
	ErrExpired = errors.New("key has expired")
	ErrRevoked = errors.New("key was revoked")
	ErrScope   = errors.New("key is not for this source")
)

// Verify compares a secret with the record, in constant time.
func (k Key) Verify(secret string) error {
	if subtle.ConstantTimeCompare([]byte(Hash(secret)), []byte(k.Hash)) != 1 {
		return ErrWrong
	}
	return nil
}

// Valid reports why the key may not be used now; nil where it may.
func (k Key) Valid(now time.Time) error {
	switch {
	case k.Revoked:
		return ErrRevoked
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		return fmt.Errorf("%w: at %s", ErrExpired, k.Expires.UTC().Format(time.RFC3339))
	}
	return nil
}

// Source settles which source a request is for: the one it names, which must be
// among the key's, or the key's only one.
func (k Key) Source(named string) (string, error) {
	switch {
	case named == "" && len(k.Sources) == 1:
		return k.Sources[0], nil
	case named == "":
		return "", fmt.Errorf("%w: the key is for %s; say which with ?source=", ErrScope, strings.Join(k.Sources, ", "))
	case !slices.Contains(k.Sources, named):
		return "", fmt.Errorf("%w: %q", ErrScope, named)
	}
	return named, nil
}
