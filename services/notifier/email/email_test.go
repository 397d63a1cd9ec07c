package email_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/kulkul-ews/kulkul/services/notifier/email"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func config(t *testing.T, e enginetest.Engines) email.Config {
	t.Helper()
	host, port, err := net.SplitHostPort(e.SMTP.Addr)
	if err != nil {
		t.Fatal(err)
	}
	c := email.DefaultConfig()
	c.Host, c.TLS, c.Domain, c.From = host, "none", "kulkul.example", "kulkul@kulkul.example"
	if c.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	return c
}

func message(to string) email.Message {
	return email.Message{To: to, ToName: "Lim, J.", Subject: "[Kulkul] Sabah #003 · high: raised", Text: "plain", HTML: `<p>rich</p><img src="cid:series">`,
		Image: []byte("png"), ID: "d1@kulkul.example", References: []string{"d0@kulkul.example"}, Date: now,
		Unsubscribe: "https://console.example/answers/d1/unsubscribe/secret", Episode: "sabah 3"}
}

func sent(t *testing.T, e enginetest.Engines) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(e.SMTP.Dir, "new", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw)
	}
	return out
}

func TestAMailCarriesItsThreadAndHowToLeave(t *testing.T) {
	e := enginetest.Start(t, enginetest.SMTP)
	s, err := email.NewSender(config(t, e))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send(t.Context(), message("lim@eep.example"), now); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(sent(t, e)[0]))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Message-Id": "<d1@kulkul.example>", "References": "<d0@kulkul.example>", "In-Reply-To": "<d0@kulkul.example>",
		"To": `"Lim, J." <lim@eep.example>`, "Auto-Submitted": "auto-generated", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Unsubscribe": "<https://console.example/answers/d1/unsubscribe/secret>", "Dkim-Signature": ""} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestRefusedForGoodAndForNowAreToldApart(t *testing.T) {
	e := enginetest.Start(t, enginetest.SMTP)
	faults := `{"temporary": ["later@eep.example"], "permanent": ["gone@eep.example"]}`
	if err := os.WriteFile(filepath.Join(e.SMTP.Dir, "faults.json"), []byte(faults), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := email.NewSender(config(t, e))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send(t.Context(), message("gone@eep.example"), now); !errors.Is(err, email.ErrRefused) {
		t.Errorf("gone: %v", err)
	}
	if err := s.Send(t.Context(), message("later@eep.example"), now); err == nil || errors.Is(err, email.ErrRefused) {
		t.Errorf("later: %v", err)
	}
	if err := s.Send(t.Context(), message("lim@eep.example"), now); err != nil { // the connection is none the worse
		t.Error(err)
	}
}

func TestARelayWithoutTLSIsRefusedWhereTLSIsDemanded(t *testing.T) {
	e := enginetest.Start(t, enginetest.SMTP)
	c := config(t, e)
	c.TLS = "starttls"
	s, err := email.NewSender(c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send(t.Context(), message("lim@eep.example"), now); err == nil || len(sent(t, e)) != 0 {
		t.Errorf("it was sent in the clear (%v)", err)
	}
}

func TestAMailIsSigned(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	e := enginetest.Start(t, enginetest.SMTP)
	c := config(t, e)
	c.DKIM = email.DKIM{Domain: "kulkul.example", Selector: "k1", KeyFile: path}
	s, err := email.NewSender(c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send(t.Context(), message("lim@eep.example"), now); err != nil {
		t.Fatal(err)
	}
	look := func(name string) ([]string, error) {
		if name != "k1._domainkey.kulkul.example" {
			return nil, errors.New("asked for " + name)
		}
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
	}
	verify := func(raw []byte) error {
		found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: look})
		if err != nil || len(found) != 1 {
			t.Fatalf("%d signatures, %v\n%s", len(found), err, raw)
		}
		return found[0].Err
	}
	raw := sent(t, e)[0]
	if err := verify(raw); err != nil {
		t.Errorf("the signature: %v\n%s", err, raw)
	}
	if err := verify(bytes.Replace(raw, []byte("One-Click"), []byte("Two-Click"), 1)); err == nil {
		t.Error("a changed mail verifies")
	}
	c.DKIM.Selector = ""
	if _, err := email.NewSender(c); err == nil {
		t.Error("half a configuration is taken")
	}
}
