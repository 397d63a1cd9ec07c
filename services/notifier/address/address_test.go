package address_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/address"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func open(t *testing.T, key string) *address.Book {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := address.Open(address.Config{Address: "kulkul@reply.example", KeyFile: path, Bounces: true})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnAddressIsKnownAgainAndBoundToItsDelivery(t *testing.T) {
	b, id := open(t, strings.Repeat("k", 32)), kulkul.DeliveryID("lim", "sabah", 3, "first")
	a := b.For(address.Answer, id, now.Add(14*24*time.Hour))
	if local, _, _ := strings.Cut(a, "@"); len(local) > 64 {
		t.Errorf("%s: the local part has %d characters", a, len(local))
	}
	for _, written := range []string{a, strings.ToUpper(a)} {
		p, got, err := b.Read(written, now)
		if p != address.Answer || got != id || err != nil {
			t.Errorf("%s: %c %s %v", written, p, got, err)
		}
	}
	if _, got, err := b.Read(a, now.Add(15*24*time.Hour)); !errors.Is(err, address.ErrEnded) || got != id {
		t.Errorf("after its end: %s, %v", got, err)
	}
	other := open(t, strings.Repeat("o", 32))
	swapped := strings.Replace(a, "+r", "+b", 1) // an answer's token is none for bounces
	middle := len("kulkul+") + 9
	changed := a[:middle] + string('a'+('z'-a[middle])%2) + a[middle+1:]
	if changed == a {
		changed = a[:middle] + "c" + a[middle+1:]
	}
	for _, forged := range []string{swapped, changed, "kulkul+r@reply.example", "kulkul+rabc@reply.example", "kulkul+x@reply.example"} {
		if _, _, err := b.Read(forged, now); !errors.Is(err, address.ErrForged) {
			t.Errorf("%s: %v", forged, err)
		}
	}
	if _, _, err := other.Read(a, now); !errors.Is(err, address.ErrForged) {
		t.Errorf("under another key: %v", err)
	}
	for _, foreign := range []string{"", "kulkul@reply.example", "x+rabc@reply.example", strings.Replace(a, "reply.example", "evil.example", 1)} {
		if _, _, err := b.Read(foreign, now); !errors.Is(err, address.ErrForeign) {
			t.Errorf("%q: %v", foreign, err)
		}
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	dir := t.TempDir()
	short, good := filepath.Join(dir, "short"), filepath.Join(dir, "good")
	for path, text := range map[string]string{short: "secret", good: strings.Repeat("k", 32)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []address.Config{
		{Address: "kulkul@reply.example"}, {KeyFile: good}, {Address: "kulkul", KeyFile: good},
		{Address: "kulkul@reply.example", KeyFile: short}, {Address: "a+b@reply.example", KeyFile: good},
		{Address: "a-local-part-too-long@reply.example", KeyFile: good},
	} {
		if _, err := address.Open(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	none, err := address.Open(address.Config{})
	if err != nil || none.For(address.Answer, kulkul.Hash("x"), now) != "" {
		t.Errorf("nothing configured: %v", err)
	}
	if _, _, err := none.Read("kulkul+rabc@reply.example", now); !errors.Is(err, address.ErrForeign) {
		t.Error(err)
	}
}
