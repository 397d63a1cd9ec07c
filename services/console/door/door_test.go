package door

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func serve(t *testing.T, publicURL string, h http.HandlerFunc) (string, *bytes.Buffer, *prometheus.Registry) {
	t.Helper()
	log, reg := &bytes.Buffer{}, prometheus.NewRegistry()
	d := New(publicURL, slog.New(slog.NewTextHandler(log, nil)), reg)
	server := httptest.NewServer(d.Wrap(d.Route("GET /x", h), 1000))
	t.Cleanup(server.Close)
	return server.URL, log, reg
}

func fetch(t *testing.T, method, url, accept string, body io.Reader) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", accept)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, raw
}

func TestCompress(t *testing.T) {
	page := strings.Repeat("<p>text</p>", 500)
	for name, c := range map[string]struct {
		kind, method, accept, encoded string
		packed                        bool
	}{
		"page":            {"text/html; charset=utf-8", "GET", "gzip", "", true},
		"json":            {"application/json", "GET", "br, gzip", "", true},
		"feed":            {"application/atom+xml", "GET", "gzip", "", true},
		"guessed":         {"", "GET", "gzip", "", true},
		"not asked":       {"text/html", "GET", "identity", "", false},
		"events":          {"text/event-stream", "GET", "gzip", "", false},
		"picture":         {"image/png", "GET", "gzip", "", false},
		"already encoded": {"text/css", "GET", "gzip", "x-other", false},
		"head":            {"text/html", "HEAD", "gzip", "", false},
	} {
		url, _, _ := serve(t, "", func(w http.ResponseWriter, _ *http.Request) {
			if c.kind != "" {
				w.Header().Set("Content-Type", c.kind)
			}
			if c.encoded != "" {
				w.Header().Set("Content-Encoding", c.encoded)
			}
			_, _ = io.WriteString(w, page)
		})
		answer, raw := fetch(t, c.method, url, c.accept, nil)
		packed := answer.Header.Get("Content-Encoding") == "gzip"
		if packed != c.packed {
			t.Errorf("%s: packed %v, want %v", name, packed, c.packed)
		}
		if packed {
			z, err := gzip.NewReader(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(z)
			if err != nil || string(plain) != page {
				t.Errorf("%s: unpacked to %d bytes, %v", name, len(plain), err)
			}
		}
	}
}

func TestNoBodyIsNotPacked(t *testing.T) {
	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		url, _, _ := serve(t, "", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
		})
		if answer, raw := fetch(t, "GET", url, "gzip", nil); answer.Header.Get("Content-Encoding") != "" || len(raw) != 0 {
			t.Errorf("%d: %q, %d bytes", status, answer.Header.Get("Content-Encoding"), len(raw))
		}
	}
}

func TestPanic(t *testing.T) {
	url, log, _ := serve(t, "", func(http.ResponseWriter, *http.Request) { panic("broken page") })
	answer, raw := fetch(t, "GET", url, "", nil)
	if answer.StatusCode != http.StatusInternalServerError || strings.Contains(string(raw), "broken") {
		t.Errorf("%s: %s", answer.Status, raw)
	}
	if !strings.Contains(log.String(), "broken page") {
		t.Errorf("log: %s", log)
	}
}

func TestLongestBody(t *testing.T) {
	url, _, _ := serve(t, "", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		}
	})
	for size, want := range map[int]int{1000: http.StatusOK, 1001: http.StatusRequestEntityTooLarge} {
		if answer, _ := fetch(t, "POST", url, "", strings.NewReader(strings.Repeat("x", size))); answer.StatusCode != want {
			t.Errorf("%d bytes: %s", size, answer.Status)
		}
	}
}

func TestStrictTransport(t *testing.T) {
	for public, want := range map[string]bool{"https://k.example": true, "http://127.0.0.1": false, "": false} {
		url, _, _ := serve(t, public, func(http.ResponseWriter, *http.Request) {})
		if answer, _ := fetch(t, "GET", url, "", nil); (answer.Header.Get("Strict-Transport-Security") != "") != want {
			t.Errorf("%q: %q", public, answer.Header.Get("Strict-Transport-Security"))
		}
	}
}

func TestRequestsAreCounted(t *testing.T) {
	url, _, reg := serve(t, "", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	fetch(t, "GET", url, "", nil)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "kulkul_console_requests_total" {
			m := f.GetMetric()[0]
			if m.GetCounter().GetValue() != 1 || m.GetLabel()[0].GetValue() != "GET /x" || m.GetLabel()[1].GetValue() != "4xx" {
				t.Errorf("%v", m)
			}
			return
		}
	}
	t.Error("no counter of requests")
}
