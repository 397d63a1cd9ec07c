package webhook

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

func secretFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func config(r Receiver) Config {
	c := DefaultConfig()
	c.Dial.Allow = []string{"127.0.0.0/8"}
	c.Receivers = []Receiver{r}
	return c
}

func TestConfigurationIsStrict(t *testing.T) {
	good := secretFile(t, "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n")
	short := secretFile(t, "whsec_QUJD")
	plain := secretFile(t, "hunter2")
	base := Receiver{Name: "desk", URL: "https://desk.example/hook", Format: Kulkul, SecretFile: good}
	if _, err := New(config(base)); err != nil {
		t.Fatal(err)
	}
	for fault, change := range map[string]func(*Receiver){
		"name":         func(r *Receiver) { r.Name = "Desk 1" },
		"format":       func(r *Receiver) { r.Format = "slack" },
		"secret_file":  func(r *Receiver) { r.SecretFile = "" },
		"want 24":      func(r *Receiver) { r.SecretFile = short },
		"whsec_":       func(r *Receiver) { r.SecretFile = plain },
		"no such file": func(r *Receiver) { r.BearerFile = good + ".none" },
		"handling":     func(r *Receiver) { r.Handling = "secret" },
		"flashpoint":   func(r *Receiver) { r.Flashpoints = []string{"atlantis"} },
		"area":         func(r *Receiver) { r.Areas = []string{"weather"} },
		"scheme":       func(r *Receiver) { r.URL = "ftp://desk.example" },
		"private":      func(r *Receiver) { r.URL = "http://10.0.0.1/" },
		"user":         func(r *Receiver) { r.URL = "https://u:p@desk.example/" },
	} {
		r := base
		change(&r)
		_, err := New(config(r))
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", fault, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	c := config(base)
	c.Receivers = append(c.Receivers, base)
	if _, err := New(c); err == nil {
		t.Error("a name may be used twice")
	}
}

func TestAnswersDecideWhetherToTryAgain(t *testing.T) {
	token := secretFile(t, "t0ken\n")
	for status, want := range map[int]string{200: "", 204: "", 302: "again", 400: "refused", 401: "again", 404: "again", 410: "refused", 422: "refused", 429: "again", 500: "again", 503: "again"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("webhook-id") != "m1" {
				t.Errorf("headers %v", r.Header)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		h, err := New(config(Receiver{Name: "pager", URL: server.URL, Format: Alertmanager, BearerFile: token}))
		if err != nil {
			t.Fatal(err)
		}
		err = h.Post(t.Context(), h.receivers[0], Message{ID: "m1", Body: []byte("{}")}, time.Unix(1_770_000_000, 0))
		got := ""
		if errors.Is(err, ErrRefused) {
			got = "refused"
		} else if err != nil {
			got = "again"
		}
		if got != want {
			t.Errorf("%d: %q, want %q (%v)", status, got, want, err)
		}
		server.Close()
	}
}

func TestAnAddressInsideIsNotReached(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer server.Close()
	c := config(Receiver{Name: "pager", URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1), Format: Alertmanager})
	c.Dial = dial.Config{Allow: []string{"10.1.2.3/32"}}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Post(t.Context(), h.receivers[0], Message{ID: "m1"}, time.Now()); !errors.Is(err, dial.ErrRefused) {
		t.Errorf("%v", err)
	}
}

func TestAlertmanagerBody(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	one := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "terrorism", Group: "volume"}, Episode: 1, State: kulkul.Resolved,
		Level: kulkul.High, Since: at, FiredAt: at, ResolvedAt: at.Add(time.Hour)}
	two := one
	two.Key.Area, two.State, two.ResolvedAt = "maritime-security", kulkul.Firing, time.Time{}
	r := Receiver{Name: "pager", Format: Alertmanager}
	n := Notification{Flashpoint: "sabah", Name: "Sabah", Episode: 2, Kind: "worse-high", Alerts: []kulkul.Alert{one, two}, Console: "https://console.example/"}
	raw, err := r.Body(n)
	if err != nil {
		t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	if m.Status != "firing" || m.Alerts[0].Labels["area"] != "maritime-security" || m.Alerts[1].Status != "resolved" || !m.Alerts[1].EndsAt.Equal(at.Add(time.Hour)) ||
		m.CommonLabels["flashpoint"] != "sabah" || m.CommonLabels["area"] != "" || m.ExternalURL != "https://console.example" ||
		!strings.Contains(string(raw), `"endsAt":"0001-01-01T00:00:00Z"`) {
		t.Errorf("%s", raw)
	}
	same := m.Alerts[0].Fingerprint
	two.Level = kulkul.Critical
	n.Alerts = []kulkul.Alert{two}
	if raw, err = r.Body(n); err != nil || !strings.Contains(string(raw), same) {
		t.Errorf("a worse alert is another alert: %s, %v", raw, err)
	}
}
