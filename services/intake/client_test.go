package intake

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/intake/client"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

func TestClient(t *testing.T) {
	w := newWorld(t, nil)
	for _, signed := range []bool{false, true} {
		source := map[bool]string{false: "tank", true: "press"}[signed]
		c := &client.Client{URL: w.url + "/", Key: w.key(func(k *keys.Key) { k.Signed = signed }, source, "novice"), Source: source, Sign: signed}
		r, err := c.PushItems(t.Context(), client.Item{ID: "a", Title: "A", Published: time.Now()}, client.Item{ID: "b"})
		if err != nil || fates(r) != "accepted rejected" {
			t.Fatalf("signed %v: %s, %v", signed, fates(r), err)
		}
		if r, err = c.PushFeed(t.Context(), "", []byte(`<rss version="2.0"><channel><item><guid>f</guid><title>F</title></item></channel></rss>`)); err != nil || fates(r) != "accepted" {
			t.Errorf("signed %v: feed: %s, %v", signed, fates(r), err)
		}
		if err := c.Withdraw(t.Context(), r.Items[0].ID); err != nil {
			t.Errorf("signed %v: withdraw: %v", signed, err)
		}
		if r, err = c.Receipt(t.Context(), r.ID); err != nil || fates(r) != "withdrawn" {
			t.Errorf("signed %v: receipt: %s, %v", signed, fates(r), err)
		}
		_, err = c.PushItems(t.Context(), client.Item{ID: "x"})
		var p *client.Problem
		if !errors.As(err, &p) || p.Status != 422 || p.Receipt == nil || !strings.Contains(err.Error(), "/0/title") {
			t.Errorf("signed %v: refused: %v", signed, err)
		}
	}
	bad := &client.Client{URL: w.url, Key: "nonsense", Sign: true}
	if _, err := bad.PushJSON(t.Context(), []byte("{}")); err == nil {
		t.Error("a key that is none signs")
	}
}

// The client waits as it is told and repeats under one idempotency key: an
// answer that was lost on the way makes no second push.
func TestClientRepeats(t *testing.T) {
	w := newWorld(t, nil)
	target, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy, calls := httputil.NewSingleHostReverseProxy(target), atomic.Int32{}
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			proxy.ServeHTTP(httptest.NewRecorder(), r) // done, and the answer lost
			rw.Header().Set("Retry-After", "1")
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(rw, r)
	}))
	defer front.Close()
	c := &client.Client{URL: front.URL, Key: w.key(nil, "tank"), Patience: time.Millisecond}
	r, err := c.PushItems(t.Context(), client.Item{ID: "a", Title: "A"})
	if err != nil || fates(r) != "accepted" || calls.Load() != 3 {
		t.Errorf("%s after %d calls, %v", fates(r), calls.Load(), err)
	}
	calls.Store(-10)
	c.Tries = 2
	if _, err := c.PushItems(t.Context(), client.Item{ID: "b", Title: "B"}); err == nil || calls.Load() != -8 {
		t.Errorf("%d calls, %v", calls.Load()+10, err)
	}
	w.collected(2)
}

// The client needs nothing but the standard library, the domain and the signing.
func TestClientImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./client").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		own := strings.HasPrefix(dep, "github.com/kulkul-ews/kulkul/services/")
		ok := strings.HasSuffix(dep, "/services/kulkul") || strings.HasSuffix(dep, "/intake/client") || strings.HasSuffix(dep, "/platform/signature")
		host, _, _ := strings.Cut(dep, "/") // the standard library's paths start with no host
		if own && !ok || !own && strings.Contains(host, ".") {
			t.Errorf("it imports %s", dep)
		}
	}
}
