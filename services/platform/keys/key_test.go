package keys

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/signature"
)

var now = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

func TestCreateAndVerify(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		k, text := Create(now, "tank")
		id, secret, ok := Parse(text)
		if !ok || id != k.ID || seen[text] || seen[id] {
			t.Fatalf("key %q", text)
		}
		seen[text], seen[id] = true, true
		if err := k.Verify(secret); err != nil {
			t.Error(err)
		}
		if strings.Contains(k.Hash+k.HMAC, secret) || len(secret) < 50 {
			t.Errorf("secret %q is kept or short", secret)
		}
		if err := k.Verify(secret[1:]); !errors.Is(err, ErrWrong) {
			t.Errorf("a shorter secret: %v", err)
		}
	}
	for _, text := range []string{"", "kk", "kk_", "kk_a_", "kk__b", "kk_a_b_c", "xx_a_b", "kk_A_b", "kk_../_b", "kk_*_b", "kk_a_" + strings.Repeat("b", 300)} {
		if _, _, ok := Parse(text); ok {
			t.Errorf("%q parses", text)
		}
	}
}

func TestValid(t *testing.T) {
	k, _ := Create(now, "tank")
	if err := k.Valid(now.AddDate(10, 0, 0)); err != nil {
		t.Errorf("without end: %v", err)
	}
	k.Expires = now.Add(time.Hour)
	for at, want := range map[time.Duration]error{0: nil, time.Hour - 1: nil, time.Hour: ErrExpired, 2 * time.Hour: ErrExpired} {
		if err := k.Valid(now.Add(at)); !errors.Is(err, want) {
			t.Errorf("after %s: %v, want %v", at, err, want)
		}
	}
	k.Revoked = true
	if err := k.Valid(now); !errors.Is(err, ErrRevoked) {
		t.Errorf("revoked: %v", err)
	}
}

func TestSource(t *testing.T) {
	one, _ := Create(now, "tank")
	two, _ := Create(now, "tank", "press")
	none, _ := Create(now)
	for _, c := range []struct {
		k     Key
		named string
		want  string
	}{{one, "", "tank"}, {one, "tank", "tank"}, {one, "press", ""}, {two, "", ""}, {two, "press", "press"}, {two, "other", ""}, {none, "", ""}, {none, "tank", ""}} {
		got, err := c.k.Source(c.named)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !errors.Is(err, ErrScope) {
			t.Errorf("%v asked for %q: %q, %v", c.k.Sources, c.named, got, err)
		}
	}
}

// A record says whether a signature is its own.
func TestSigns(t *testing.T) {
	k, text := Create(now, "tank")
	_, secret, _ := Parse(text)
	r, err := http.NewRequest(http.MethodPost, "https://push.example/v1/items", nil)
	if err != nil {
		t.Fatal(err)
	}
	signature.Sign(r, []byte("body"), k.ID, secret, now, "0123456789abcdef")
	s, err := signature.Parse(r.Header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Signs(s, r, []byte("body"), now); err != nil {
		t.Error(err)
	}
	stranger, _ := Create(now, "tank")
	unsignable := k
	unsignable.HMAC = ""
	for name, other := range map[string]Key{"another key": stranger, "not for signing": unsignable} {
		if err := other.Signs(s, r, []byte("body"), now); !errors.Is(err, signature.ErrWrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
