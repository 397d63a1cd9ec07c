package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Errors of tokens.
var (
	// ErrTokenName: a token is named so that its owner knows it again.
	ErrTokenName = errors.New("a token's name has 1 to 80 characters")
	// ErrTokens: the user has as many tokens as one may have.
	ErrTokens = errors.New("there are 20 tokens already; revoke one first")
)

// maxTokens is how many tokens one user may have.
const maxTokens = 20

// tokenPrefix lets people and scanners know a token when they see one.
const tokenPrefix = "kulkul_"

// Token lets a program read in a user's name, without a session. It is kept
// under token.<user>.<hash of the secret>, the secret nowhere.
type Token struct {
	ID      string    `json:"id"` // the hash
	User    string    `json:"user"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// tokenHash is what of a token is kept.
func tokenHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// AddToken makes a token for a user and gives its secret, which is shown once.
// The secret names its user, so that it can be looked up and revoked by both.
func (d *Desk) AddToken(ctx context.Context, user, name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 80 || !utf8.ValidString(name) {
		return "", ErrTokenName
	}
	have, err := d.Tokens(ctx, user)
	if err != nil {
		return "", err
	}
	if len(have) >= maxTokens {
		return "", ErrTokens
	}
	bucket, err := d.open(ctx)
	if err != nil {
		return "", err
	}
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	secret := tokenPrefix + user + "_" + base64.RawURLEncoding.EncodeToString(raw)
	t := Token{ID: tokenHash(secret), User: user, Name: name, Created: d.now().UTC()}
	if _, err := bucket.UpdateJSON(ctx, tokenKey(user, t.ID), t, 0); err != nil {
		return "", err
	}
	return secret, nil
}

func tokenKey(user, id string) string { return "token." + user + "." + id }

// Tokens lists a user's tokens, newest first.
func (d *Desk) Tokens(ctx context.Context, user string) ([]Token, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := bucket.Load(ctx, tokenKey(user, "*"))
	if err != nil {
		return nil, err
	}
	tokens := make([]Token, 0, len(entries))
	for _, e := range entries {
		var t Token
		if err := json.Unmarshal(e.Value, &t); err != nil {
			return nil, fmt.Errorf("decode token %s: %w", e.Key, err)
		}
		tokens = append(tokens, t)
	}
	sort.Slice(tokens, func(i, j int) bool { return tokens[i].Created.After(tokens[j].Created) })
	return tokens, nil
}

// RevokeToken ends a token of a user; bus.ErrNotFound where there is none.
func (d *Desk) RevokeToken(ctx context.Context, user, id string) error {
	bucket, err := d.open(ctx)
	if err != nil {
		return err
	}
	if !hexadecimal(id) {
		return fmt.Errorf("token: %w", bus.ErrNotFound)
	}
	if _, err := bucket.Get(ctx, tokenKey(user, id)); err != nil {
		return err
	}
	return bucket.Delete(ctx, tokenKey(user, id))
}

func hexadecimal(id string) bool {
	raw, err := hex.DecodeString(id)
	return err == nil && len(raw) == sha256.Size
}

// Bearer is the user in whose name a token reads; ErrNoSession where the token
// is unknown or revoked, or its user gone.
func (d *Desk) Bearer(ctx context.Context, secret string) (kulkul.User, error) {
	rest, ok := strings.CutPrefix(secret, tokenPrefix)
	user, _, named := strings.Cut(rest, "_")
	if !ok || !named || !kulkul.ValidID(user) {
		return kulkul.User{}, ErrNoSession
	}
	bucket, err := d.open(ctx)
	if err != nil {
		return kulkul.User{}, err
	}
	if _, err := bucket.Get(ctx, tokenKey(user, tokenHash(secret))); err != nil {
		if errors.Is(err, bus.ErrNotFound) {
			return kulkul.User{}, ErrNoSession
		}
		return kulkul.User{}, err
	}
	var a Account
	if _, err := bucket.GetJSON(ctx, userKey(user), &a); err != nil {
		return kulkul.User{}, err
	}
	if a.Name == "" || a.Disabled {
		return kulkul.User{}, ErrNoSession
	}
	return a.User(), nil
}
