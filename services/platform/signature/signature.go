// Package signature signs push requests and takes signatures apart.
//
// In: a request, its body as sent, a key. Out: the Authorization header, or
// what one says and whether it is right. Called by the client and by the keys
// of the intake; it knows no bus.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Scheme is the authorization scheme of a signed request.
const Scheme = "Kulkul-HMAC"

// Skew is how far a signed request's time may lie from the server's.
const Skew = 5 * time.Minute

// Errors of a signature that is refused.
var (
	ErrWrong = errors.New("signature is wrong")
	ErrStale = errors.New("signature is too old or from the future")
	ErrForm  = errors.New("signature is incomplete")
)

// Signature is what the Authorization header of a signed request says.
type Signature struct {
	ID    string
	At    time.Time
	Nonce string // 16 to 64 letters and digits, never used before with the key
	MAC   []byte
}

// Key is the key that requests are signed with: it follows from a push key's
// secret, and the secret doesn't follow from it.
func Key(secret string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("kulkul push signature v1"))
	return m.Sum(nil)
}

// Sign signs a request under a push key's id and secret. The request's headers
// and body must be complete; nonce must be new.
func Sign(r *http.Request, body []byte, id, secret string, now time.Time, nonce string) {
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hex.EncodeToString(mac(Key(secret), r, body, at, nonce))
	r.Header.Set("Authorization", Scheme+" id="+id+", timestamp="+at+", nonce="+nonce+", signature="+mac)
}

// Parse reads an Authorization header of Scheme.
func Parse(header string) (Signature, error) {
	var s Signature
	rest, ok := strings.CutPrefix(header, Scheme+" ")
	if !ok || len(header) > 1024 {
		return s, ErrForm
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := fields[name]; !ok || twice {
			return s, fmt.Errorf("%w: %q", ErrForm, part)
		}
		fields[name] = strings.Trim(value, `"`)
	}
	unix, err := strconv.ParseInt(fields["timestamp"], 10, 64)
	if err != nil {
		return s, fmt.Errorf("%w: timestamp in seconds since 1970", ErrForm)
	}
	s.ID, s.Nonce, s.At = fields["id"], fields["nonce"], time.Unix(unix, 0).UTC()
	if s.MAC, err = hex.DecodeString(fields["signature"]); err != nil || len(s.MAC) != sha256.Size {
		return s, fmt.Errorf("%w: signature of 64 hexadecimal digits", ErrForm)
	}
	if s.ID == "" || !nonce(s.Nonce) {
		return s, fmt.Errorf("%w: id, and a nonce of 16 to 64 letters and digits", ErrForm)
	}
	return s, nil
}

func nonce(s string) bool {
	return len(s) >= 16 && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0
}

// Verify compares a signature with the request and its body as sent. That the
// nonce is new is the caller's to see to, within twice Skew.
func (s Signature) Verify(key []byte, r *http.Request, body []byte, now time.Time) error {
	want := mac(key, r, body, strconv.FormatInt(s.At.Unix(), 10), s.Nonce)
	if len(key) == 0 || !hmac.Equal(want, s.MAC) {
		return ErrWrong
	}
	if d := now.Sub(s.At); d > Skew || d < -Skew {
		return fmt.Errorf("%w: %s off", ErrStale, d.Round(time.Second))
	}
	return nil
}

// mac is HMAC-SHA256 over the lines that docs/push-api.md lists: all of a
// request that decides what is done.
func mac(key []byte, r *http.Request, body []byte, at, nonce string) []byte {
	sum := sha256.Sum256(body)
	m := hmac.New(sha256.New, key)
	for _, line := range []string{"kulkul-push-v1", r.Method, r.URL.RequestURI(), at, nonce, r.Header.Get("Content-Type"),
		r.Header.Get("Content-Encoding"), r.Header.Get("Idempotency-Key"), hex.EncodeToString(sum[:])} {
		fmt.Fprintf(m, "%s\n", line)
	}
	return m.Sum(nil)
}
