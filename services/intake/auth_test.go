package intake

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
	"github.com/kulkul-ews/kulkul/services/platform/signature"
)

func TestKeysThatAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	expired := w.key(func(k *keys.Key) { k.Expires = time.Now().Add(-time.Second) }, "tank")
	revoked := w.key(func(k *keys.Key) { k.Revoked = true }, "tank")
	signed := w.key(func(k *keys.Key) { k.Signed = true }, "tank")
	for name, header := range map[string]string{
		"none": "", "no scheme": key, "basic": "Basic dXNlcjpwYXNz", "no key": "Bearer ", "not a key": "Bearer hello",
		"unknown id": "Bearer kk_aaaaaaaaaaaa_" + strings.Repeat("a", 52), "wrong secret": "Bearer " + key[:len(key)-1],
		"longer secret": "Bearer " + key + "a", "expired": "Bearer " + expired, "revoked": "Bearer " + revoked,
		"only signed": "Bearer " + signed, "key wildcard": "Bearer kk_*_x", "bad signature": signature.Scheme + " id=x",
	} {
		s := w.ask("POST", "/v1/items", "", `{"id":"a","title":"A"}`, "Authorization", header)
		if s.status != 401 || s.problem.code() != codeUnauthorized || s.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, s.status, s)
		}
		if strings.Contains(string(s.body)+w.logged(), strings.Split(key, "_")[2]) {
			t.Errorf("%s: the secret is told", name)
		}
	}
	if got := w.metric("kulkul_intake_requests_total", "result=unauthorized"); got != 13 {
		t.Errorf("%v refusals counted", got)
	}
	// One line of audit a minute for an address, however often it tries.
	audits := consumed(w, bus.Health, bus.Archiver, 1, func(a kulkul.Audit) bool { return a.Action == "push refused" })
	if audits[0].Address != "127.0.0.1" || audits[0].Service != "intake" {
		t.Errorf("audit %+v", audits[0])
	}
	w.collected(0)
}

func TestKeyRotationOverlaps(t *testing.T) {
	w := newWorld(t, nil)
	old := w.key(func(k *keys.Key) { k.Expires = time.Now().Add(time.Hour) }, "tank")
	next := w.key(nil, "tank")
	for i, key := range []string{old, next} {
		if s := w.ask("POST", "/v1/items", key, `{"id":"`+string(rune('a'+i))+`","title":"T"}`); s.status != 202 {
			t.Errorf("key %d: %d %s", i, s.status, s)
		}
	}
	w.set(time.Now().Add(2 * time.Hour))
	for key, want := range map[string]int{old: 401, next: 202} {
		if s := w.ask("POST", "/v1/items", key, `{"id":"c","title":"T"}`); s.status != want {
			t.Errorf("after the end: %d, want %d", s.status, want)
		}
	}
}

// A key that is revoked while the intake runs is refused at once.
func TestRevocationIsFollowed(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	id := strings.Split(key, "_")[1]
	k, _ := w.service.ring.Find(id)
	k.Revoked = true
	if err := keys.Save(t.Context(), w.bus, k); err != nil {
		t.Fatal(err)
	}
	w.until("the revocation is known", func() bool { k, _ := w.service.ring.Find(id); return k.Revoked })
	if s := w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`); s.status != 401 {
		t.Errorf("%d %s", s.status, s)
	}
	bucket, err := w.bus.Bucket(t.Context(), bus.BucketKeys)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{"{", `{"id":"other"}`} {
		if _, err := bucket.Put(t.Context(), id, []byte(broken)); err != nil {
			t.Fatal(err)
		}
		w.until("a damaged record takes the key out", func() bool { _, ok := w.service.ring.Find(id); return !ok })
	}
	w.until("it is logged", func() bool { return strings.Contains(w.logged(), "key not usable") })
}

func TestKeyForSeveralSources(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank", "press", "missing")
	for path, want := range map[string]int{"/v1/items": 403, "/v1/items?source=press": 202, "/v1/items?source=tank": 202,
		"/v1/items?source=missing": 403, "/v1/items?source=novice": 403, "/v1/items?source=tank&feed=tank-web": 202, "/v1/items?source=%2a": 403} {
		if s := w.ask("POST", path, key, `{"id":"`+hex.EncodeToString([]byte(path))+`","title":"T"}`); s.status != want {
			t.Errorf("%s: %d %s, want %d", path, s.status, s, want)
		}
	}
	w.collected(3)
}

func signedRequest(t *testing.T, w *world, key, body, nonce string, at time.Time) *http.Request {
	t.Helper()
	r, err := http.NewRequest("POST", w.url+"/v1/items", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	id, secret, ok := keys.Parse(key)
	if !ok {
		t.Fatalf("key %q", key)
	}
	signature.Sign(r, []byte(body), id, secret, at, nonce)
	return r
}

func newNonce() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func TestSignedRequests(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(func(k *keys.Key) { k.Signed = true }, "tank")
	unsignable := w.key(func(k *keys.Key) { k.HMAC = "" }, "tank")
	body := `{"id":"s","title":"Signed"}`
	nonce := newNonce()
	if s := w.send(signedRequest(t, w, key, body, nonce, time.Now())); s.status != 202 {
		t.Fatalf("%d %s", s.status, s)
	}
	tampered := signedRequest(t, w, key, body, newNonce(), time.Now())
	tampered.Body = http.NoBody
	tampered.ContentLength = 0
	redirected := signedRequest(t, w, key, body, newNonce(), time.Now())
	redirected.URL.RawQuery = "feed=tank-web"
	for name, r := range map[string]*http.Request{
		"replayed":        signedRequest(t, w, key, body, nonce, time.Now()),
		"stale":           signedRequest(t, w, key, body, newNonce(), time.Now().Add(-10*time.Minute)),
		"from ahead":      signedRequest(t, w, key, body, newNonce(), time.Now().Add(10*time.Minute)),
		"tampered body":   tampered,
		"tampered query":  redirected,
		"not for signing": signedRequest(t, w, unsignable, body, newNonce(), time.Now()),
		"unknown key":     signedRequest(t, w, "kk_nobody_"+strings.Repeat("a", 52), body, newNonce(), time.Now()),
	} {
		before := w.metric("kulkul_intake_requests_total", "result=unauthorized")
		if s := w.send(r); s.status != 401 || s.problem.code() != codeUnauthorized {
			t.Errorf("%s: %d %s", name, s.status, s)
		}
		if got := w.metric("kulkul_intake_requests_total", "result=unauthorized"); got != before+1 {
			t.Errorf("%s: counted %v times", name, got-before)
		}
	}
	w.collected(1)
}

func TestQuota(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Requests, c.Items, c.ItemsBurst = 6, 2, 3 })
	start := time.Now()
	w.set(start)
	key, other := w.key(nil, "tank"), w.key(func(k *keys.Key) { k.PerMinute = 10 }, "press")
	list := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(`{"id":"`+newNonce()+`","title":"T"},`, n), ",") + "]"
	}
	if s := w.ask("POST", "/v1/items", key, list(2)); s.status != 202 {
		t.Errorf("first: %d %s", s.status, s)
	}
	s := w.ask("POST", "/v1/items", key, list(2))
	if s.status != 429 || s.header.Get("Retry-After") != "30" || s.problem.code() != codeQuota {
		t.Errorf("too many items: %d %s, Retry-After %q", s.status, s, s.header.Get("Retry-After"))
	}
	if s := w.ask("POST", "/v1/items", other, list(9)); s.status != 202 {
		t.Errorf("a key with more: %d %s", s.status, s)
	}
	w.set(start.Add(31 * time.Second))
	if s := w.ask("POST", "/v1/items", key, list(2)); s.status != 202 {
		t.Errorf("after the wait: %d %s", s.status, s)
	}
	for range 10 {
		s = w.ask("GET", "/v1/receipts/x", key, "")
	}
	if s.status != 429 || s.header.Get("Retry-After") == "" {
		t.Errorf("too many requests: %d %s", s.status, s)
	}
}

func TestTooManyAtOnce(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Concurrent = 1 })
	key := w.key(nil, "tank")
	w.service.places <- struct{}{}
	if s := w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`); s.status != 503 || s.header.Get("Retry-After") == "" || s.problem.code() != codeBusy {
		t.Errorf("%d %s", s.status, s)
	}
	<-w.service.places
	if s := w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`); s.status != 202 {
		t.Errorf("%d %s", s.status, s)
	}
}
