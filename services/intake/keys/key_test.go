package keys

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
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

func request(t *testing.T) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "https://push.example/v1/items?source=tank", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "k")
	return r
}

const aNonce = "0123456789abcdefABCDEF"

func TestSignatureCoversTheRequest(t *testing.T) {
	k, text := Create(now, "tank")
	body := []byte(`{"title":"T"}`)
	other := func(change func(*http.Request)) *http.Request {
		r := request(t)
		change(r)
		return r
	}
	r := request(t)
	if err := Sign(r, body, text, now, aNonce); err != nil {
		t.Fatal(err)
	}
	s, err := ParseSignature(r.Header.Get("Authorization"))
	if err != nil || s.ID != k.ID || s.Nonce != aNonce || !s.At.Equal(now) {
		t.Fatalf("%+v, %v", s, err)
	}
	later := s
	later.At = now.Add(time.Second)
	renonced := s
	renonced.Nonce += "x"
	for name, c := range map[string]struct {
		s    Signature
		r    *http.Request
		body string
		at   time.Time
		want error
	}{
		"as signed":         {s, r, string(body), now, nil},
		"a while later":     {s, r, string(body), now.Add(Skew), nil},
		"too late":          {s, r, string(body), now.Add(Skew + time.Second), ErrStale},
		"too early":         {s, r, string(body), now.Add(-Skew - time.Second), ErrStale},
		"other body":        {s, r, string(body) + " ", now, ErrSignature},
		"other method":      {s, other(func(r *http.Request) { r.Method = "DELETE" }), string(body), now, ErrSignature},
		"other path":        {s, other(func(r *http.Request) { r.URL.Path = "/v1/feeds" }), string(body), now, ErrSignature},
		"other query":       {s, other(func(r *http.Request) { r.URL.RawQuery = "source=press" }), string(body), now, ErrSignature},
		"other media type":  {s, other(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), string(body), now, ErrSignature},
		"other coding":      {s, other(func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), string(body), now, ErrSignature},
		"other idempotency": {s, other(func(r *http.Request) { r.Header.Set("Idempotency-Key", "l") }), string(body), now, ErrSignature},
		"other time":        {later, r, string(body), now, ErrSignature},
		"other nonce":       {renonced, r, string(body), now, ErrSignature},
	} {
		if err := k.VerifySignature(c.s, c.r, []byte(c.body), c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	stranger, _ := Create(now, "tank")
	if err := stranger.VerifySignature(s, r, body, now); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	k.HMAC = ""
	if err := k.VerifySignature(s, r, body, now); !errors.Is(err, ErrSignature) {
		t.Errorf("a key that is not for signing: %v", err)
	}
	if err := Sign(r, body, "nonsense", now, aNonce); !errors.Is(err, ErrWrong) {
		t.Errorf("signed with nonsense: %v", err)
	}
}

func TestParseSignatureRefuses(t *testing.T) {
	mac := strings.Repeat("ab", 32)
	good := Scheme + " id=a, timestamp=1, nonce=" + aNonce + ", signature=" + mac
	if _, err := ParseSignature(good); err != nil {
		t.Fatal(err)
	}
	if _, err := ParseSignature(strings.ReplaceAll(good, "nonce="+aNonce, `nonce="`+aNonce+`"`)); err != nil {
		t.Errorf("quoted: %v", err)
	}
	for _, bad := range []string{
		"", Scheme, "Bearer x", Scheme + " id=a", strings.Replace(good, "id=a, ", "", 1), strings.Replace(good, "timestamp=1", "timestamp=now", 1),
		strings.Replace(good, aNonce, "short", 1), strings.Replace(good, aNonce, strings.Repeat("n", 65), 1), strings.Replace(good, aNonce, "0123456789abcdef/*", 1),
		strings.Replace(good, mac, mac[2:], 1), strings.Replace(good, mac, "zz"+mac[2:], 1), good + ", id=b", good + ", " + strings.Repeat("x", 1024),
		strings.Replace(good, ", ", ", loose, ", 1),
	} {
		if _, err := ParseSignature(bad); !errors.Is(err, ErrForm) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
