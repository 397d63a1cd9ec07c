package link_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/notifier/link"
)

func TestALinkOpensWhatItWasMadeFor(t *testing.T) {
	ends := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	concur, secret := link.New("d1", link.Concur, ends)
	doubt, other := link.New("d1", link.Doubt, ends)
	kept := []link.Link{concur, doubt}
	if got, ok := link.Find(kept, "d1", link.Concur, secret); !ok || got != concur {
		t.Errorf("found %+v, %v", got, ok)
	}
	for name, c := range map[string]struct {
		delivery string
		action   link.Action
		secret   string
	}{
		"another delivery":        {"d2", link.Concur, secret},
		"another action":          {"d1", link.Doubt, secret},
		"another action's secret": {"d1", link.Concur, other},
		"no secret":               {"d1", link.Concur, ""},
		"the hash":                {"d1", link.Concur, concur.Hash},
	} {
		if _, ok := link.Find(kept, c.delivery, c.action, c.secret); ok {
			t.Errorf("%s opened it", name)
		}
	}
	raw, err := json.Marshal(kept)
	if err != nil || strings.Contains(string(raw), secret) || len(secret) < 26 {
		t.Errorf("the record %s holds the secret %q (%v)", raw, secret, err)
	}
}
