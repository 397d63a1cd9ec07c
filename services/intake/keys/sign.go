package keys

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
	ErrSignature = errors.New("signature is wrong")
	ErrStale     = errors.New("signature is too old or from the future")
	ErrForm      = errors.New("signature is incomplete")
)

// Signature is what the Authorization header of a signed request says.
type Signature struct {
	ID    string
	At    time.Time
	Nonce string // 16 to 64 letters and digits, never used before with the key
	MAC   []byte
}

// Sign signs a request with a key's text. The request's headers and body must
// be complete; nonce must be new.
func Sign(r *http.Request, body []byte, key string, now time.Time, nonce string) error {
	id, secret, ok := Parse(key)
	if !ok {
		return ErrWrong
	}
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hex.EncodeToString(mac(SigningKey(secret), r, body, at, nonce))
	r.Header.Set("Authorization", Scheme+" id="+id+", timestamp="+at+", nonce="+nonce+", signature="+mac)
	return nil
}

// ParseSignature reads an Authorization header of Scheme.
func ParseSignature(header string) (Signature, error) {
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

// VerifySignature compares a signature with the request and its body as sent.
// That the nonce is new is the caller's to see to, within twice Skew.
func (k Key) VerifySignature(s Signature, r *http.Request, body []byte, now time.Time) error {
	key, err := hex.DecodeString(k.HMAC)
	if err != nil || len(key) == 0 {
		return fmt.Errorf("%w: the key is not for signing", ErrSignature)
	}
	want := mac(key, r, body, strconv.FormatInt(s.At.Unix(), 10), s.Nonce)
	if !hmac.Equal(want, s.MAC) {
		return ErrSignature
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
