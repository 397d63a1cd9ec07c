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
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// How long a session lives: idle without a request, and in all (OWASP ASVS 5,
// 7.3, for a place that people keep open all day).
const (
	idleTime  = 12 * time.Hour
	totalTime = 7 * 24 * time.Hour
	// halfTime is how long the second step may take.
	halfTime = 5 * time.Minute
	// seenEvery is how often a session's last use is written down.
	seenEvery = 10 * time.Minute
)

// session is one signed-in browser as the bucket keeps it, under
// session.<hash of its token>; the token itself is kept nowhere.
type session struct {
	User    string    `json:"user"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Address string    `json:"address,omitempty"`
	// Half: the password was right and the second step is still to come; it
	// opens nothing.
	Half bool `json:"half,omitempty"`
}

func (s session) over(now time.Time) bool {
	if s.Half {
		return now.Sub(s.Created) > halfTime
	}
	return now.Sub(s.Seen) > idleTime || now.Sub(s.Created) > totalTime
}

func sessionKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "session." + hex.EncodeToString(sum[:])
}

// Desk is where users sign in and out. Safe for concurrent use.
type Desk struct {
	bus   *bus.Bus
	now   func() time.Time
	limit *limiter
	// hashing bounds how many passwords are hashed at once: each takes 46 MiB.
	hashing chan struct{}

	mu     sync.Mutex
	bucket *bus.Bucket
}

// NewDesk makes a desk over the bus's bucket users.
func NewDesk(b *bus.Bus, now func() time.Time) *Desk {
	return &Desk{bus: b, now: now, limit: newLimiter(now), hashing: make(chan struct{}, 2)}
}

// open gives the bucket, which may come to be after the desk.
func (d *Desk) open(ctx context.Context) (*bus.Bucket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bucket == nil {
		bucket, err := d.bus.Bucket(ctx, bus.BucketUsers)
		if err != nil {
			return nil, err
		}
		d.bucket = bucket
	}
	return d.bucket, nil
}

// SignIn opens a session and gives its token. It answers ErrCredentials, or a
// Limited where too many attempts failed from that address or for that name.
// With ErrSecond the token is half a session, for Second.
func (d *Desk) SignIn(ctx context.Context, name, password, address string) (string, kulkul.User, error) {
	user, err := d.Check(ctx, name, password, address)
	if err != nil {
		return "", kulkul.User{}, err
	}
	on, err := d.HasSecond(ctx, user.Name)
	if err != nil {
		return "", kulkul.User{}, err
	}
	token, err := d.openSession(ctx, user.Name, address, on)
	if err == nil && on {
		err = ErrSecond
	}
	return token, user, err
}

// Check gives the user whose name and password these are. It answers as SignIn
// does and opens nothing.
func (d *Desk) Check(ctx context.Context, name, password, address string) (kulkul.User, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if wait := d.limit.try(name, address); wait > 0 {
		return kulkul.User{}, Limited{Wait: wait}
	}
	bucket, err := d.open(ctx)
	if err != nil {
		return kulkul.User{}, err
	}
	account, err := d.verify(ctx, bucket, name, password)
	if err != nil {
		return kulkul.User{}, err
	}
	d.limit.forgive(name, address)
	return account.User(), nil
}

// Open opens a session for a user who has proved by other means who they are.
func (d *Desk) Open(ctx context.Context, name, address string) (string, error) {
	return d.openSession(ctx, name, address, false)
}

func (d *Desk) openSession(ctx context.Context, name, address string, half bool) (string, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return "", err
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make session token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := d.now().UTC()
	s := session{User: name, Created: now, Seen: now, Address: address, Half: half}
	if _, err := bucket.UpdateJSON(ctx, sessionKey(token), s, 0); err != nil {
		return "", err
	}
	return token, nil
}

// verify gives the account if the password is its own. It takes the same time
// for a name that does not exist.
func (d *Desk) verify(ctx context.Context, bucket *bus.Bucket, name, password string) (Account, error) {
	var a Account
	if kulkul.ValidID(name) && utf8.RuneCountInString(password) <= maxPassword {
		if _, err := bucket.GetJSON(ctx, userKey(name), &a); err != nil {
			return Account{}, err
		}
	}
	hash := a.Password
	if hash == "" {
		hash, password = nobody, ""
	}
	select {
	case d.hashing <- struct{}{}:
	case <-ctx.Done():
		return Account{}, ctx.Err()
	}
	good, err := checkPassword(hash, password)
	<-d.hashing
	if err != nil {
		return Account{}, fmt.Errorf("account %q: %w", name, err)
	}
	if !good || a.Name == "" || a.Disabled {
		return Account{}, ErrCredentials
	}
	return a, nil
}

// nobody is the hash that names without an account are held against; no
// password has it.
const nobody = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Who is the user of a session; ErrNoSession where there is none.
func (d *Desk) Who(ctx context.Context, token string) (kulkul.User, error) {
	if token == "" {
		return kulkul.User{}, ErrNoSession
	}
	bucket, err := d.open(ctx)
	if err != nil {
		return kulkul.User{}, err
	}
	key, now := sessionKey(token), d.now().UTC()
	var s session
	revision, err := bucket.GetJSON(ctx, key, &s)
	if err != nil {
		return kulkul.User{}, err
	}
	if revision == 0 || s.Half || s.over(now) {
		return kulkul.User{}, ErrNoSession
	}
	var a Account
	if _, err := bucket.GetJSON(ctx, userKey(s.User), &a); err != nil {
		return kulkul.User{}, err
	}
	if a.Name == "" || a.Disabled || s.Created.Before(a.Changed) {
		return kulkul.User{}, ErrNoSession
	}
	if now.Sub(s.Seen) > seenEvery {
		s.Seen = now
		// Another request of the same session may have written it first.
		if _, err := bucket.UpdateJSON(ctx, key, s, revision); err != nil && !errors.Is(err, bus.ErrConflict) {
			return kulkul.User{}, err
		}
	}
	return a.User(), nil
}

// SignOut ends a session.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	bucket, err := d.open(ctx)
	if err != nil {
		return err
	}
	return bucket.Delete(ctx, sessionKey(token))
}

// Sweep deletes the sessions that are over and gives their number.
func (d *Desk) Sweep(ctx context.Context) (int, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return 0, err
	}
	entries, err := bucket.Load(ctx, "session.>")
	if err != nil {
		return 0, err
	}
	swept := 0
	for _, e := range entries {
		var s session
		if err := json.Unmarshal(e.Value, &s); err == nil && !s.over(d.now()) {
			continue
		}
		if err := bucket.Delete(ctx, e.Key); err != nil {
			return swept, err
		}
		swept++
	}
	d.limit.sweep()
	return swept, nil
}
