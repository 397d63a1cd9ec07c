package signature

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

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
	body := []byte(`{"title":"T"}`)
	other := func(change func(*http.Request)) *http.Request {
		r := request(t)
		change(r)
		return r
	}
	r := request(t)
	Sign(r, body, "anid", "secret", now, aNonce)
	s, err := Parse(r.Header.Get("Authorization"))
	if err != nil || s.ID != "anid" || s.Nonce != aNonce || !s.At.Equal(now) {
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
		"other body":        {s, r, string(body) + " ", now, ErrWrong},
		"other method":      {s, other(func(r *http.Request) { r.Method = "DELETE" }), string(body), now, ErrWrong},
		"other path":        {s, other(func(r *http.Request) { r.URL.Path = "/v1/feeds" }), string(body), now, ErrWrong},
		"other query":       {s, other(func(r *http.Request) { r.URL.RawQuery = "source=press" }), string(body), now, ErrWrong},
		"other media type":  {s, other(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), string(body), now, ErrWrong},
		"other coding":      {s, other(func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), string(body), now, ErrWrong},
		"other idempotency": {s, other(func(r *http.Request) { r.Header.Set("Idempotency-Key", "l") }), string(body), now, ErrWrong},
		"other time":        {later, r, string(body), now, ErrWrong},
		"other nonce":       {renonced, r, string(body), now, ErrWrong},
	} {
		if err := c.s.Verify(Key("secret"), c.r, []byte(c.body), c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, key := range [][]byte{Key("other"), {}, nil} {
		if err := s.Verify(key, r, body, now); !errors.Is(err, ErrWrong) {
			t.Errorf("another key: %v", err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	mac := strings.Repeat("ab", 32)
	good := Scheme + " id=a, timestamp=1, nonce=" + aNonce + ", signature=" + mac
	if _, err := Parse(good); err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(strings.ReplaceAll(good, "nonce="+aNonce, `nonce="`+aNonce+`"`)); err != nil {
		t.Errorf("quoted: %v", err)
	}
	for _, bad := range []string{
		"", Scheme, "Bearer x", Scheme + " id=a", strings.Replace(good, "id=a, ", "", 1), strings.Replace(good, "timestamp=1", "timestamp=now", 1),
		strings.Replace(good, aNonce, "short", 1), strings.Replace(good, aNonce, strings.Repeat("n", 65), 1), strings.Replace(good, aNonce, "0123456789abcdef/*", 1),
		strings.Replace(good, mac, mac[2:], 1), strings.Replace(good, mac, "zz"+mac[2:], 1), good + ", id=b", good + ", " + strings.Repeat("x", 1024),
		strings.Replace(good, ", ", ", loose, ", 1),
	} {
		if _, err := Parse(bad); !errors.Is(err, ErrForm) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever the header, what Parse takes is complete, and is never right without
// the key.
func FuzzParse(f *testing.F) {
	f.Add(Scheme + " id=a, timestamp=1, nonce=" + aNonce + ", signature=" + strings.Repeat("ab", 32))
	f.Add(Scheme + ` id="a",timestamp=-9223372036854775808,nonce="` + aNonce + `",signature=`)
	f.Fuzz(func(t *testing.T, header string) {
		s, err := Parse(header)
		if err != nil {
			if !errors.Is(err, ErrForm) {
				t.Errorf("error of no kind: %v", err)
			}
			return
		}
		if s.ID == "" || len(s.Nonce) < 16 || len(s.MAC) != 32 {
			t.Errorf("%q gives %+v", header, s)
		}
		r, err := http.NewRequest(http.MethodPost, "http://intake.example/v1/items", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(Key("secret"), r, nil, s.At); !errors.Is(err, ErrWrong) {
			t.Errorf("%q is taken: %v", header, err)
		}
	})
}
