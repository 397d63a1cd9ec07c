package notifier_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// owed writes a delivery that a notifier of the name given has in hand.
func (w *world) owed(t *testing.T, l *ledger.Ledger, holder string, n int) {
	t.Helper()
	content := render.Content{Flashpoint: "sabah", Name: "Sabah", Episode: n, Kind: "first", Level: kulkul.Watch, At: now}
	key := fmt.Sprintf("content.test.%d", n)
	if err := l.PutContent(t.Context(), key, content); err != nil {
		t.Fatal(err)
	}
	id := kulkul.DeliveryID("lim", "sabah", n, "first")
	_, _, err := l.Owe(t.Context(), ledger.Entry{Content: key, Holder: holder, Order: int64(n), Why: ledger.Why{Kind: "subscription"},
		Delivery: kulkul.Delivery{ID: id, Recipient: "lim", Channel: "email", Address: "lim@eep.example", Flashpoint: "sabah", Episode: n,
			Notification: "first", Level: kulkul.Watch, Status: "pending", MessageID: id + "@kulkul.example", At: now}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADeadNotifiersMailIsTakenOverAndALivingOnesIsNot(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	l, err := ledger.Open(t.Context(), w.bus)
	if err != nil {
		t.Fatal(err)
	}
	for holder, until := range map[string]time.Time{"dies": now.Add(time.Minute), "lives": now.Add(time.Hour)} {
		if err := l.Renew(t.Context(), holder, until); err != nil {
			t.Fatal(err)
		}
	}
	w.owed(t, l, "dies", 1)
	w.owed(t, l, "lives", 2)
	w.notify(t, w.engines.SMTP.Addr, func(c *notifier.Config) { c.Lease = 600 * time.Millisecond })
	time.Sleep(time.Second)
	if n := len(w.mails(t, "lim@eep.example")); n != 0 {
		t.Fatalf("%d mails of living notifiers were sent", n)
	}
	w.later.Store(int64(2 * time.Minute))
	m := w.awaitMails(t, "lim@eep.example", 1)[0]
	if s := subjectOf(t, m.Header.Get("Subject")); s != "[Kulkul] Sabah #001 · watch: new" {
		t.Errorf("taken over: %q", s)
	}
	time.Sleep(time.Second)
	if n := len(w.mails(t, "lim@eep.example")); n != 1 {
		t.Errorf("%d mails, want the dead one's alone", n)
	}
}

func TestOneRecipientsTemporaryFailureDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	faults := filepath.Join(w.engines.SMTP.Dir, "faults.json")
	if err := os.WriteFile(faults, []byte(`{"temporary": ["lim@eep.example"], "permanent": ["high@eep.example"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	w.notify(t, w.engines.SMTP.Addr, func(c *notifier.Config) { c.Workers = 1 })
	for n, level := range []kulkul.Level{kulkul.Watch, kulkul.Elevated, kulkul.High} {
		w.alert(t, n+1, kulkul.Firing, level)
		w.awaitMails(t, "aziz@eep.example", n+1) // the only worker is not held up
	}
	if n := len(w.mails(t, "lim@eep.example")); n != 0 {
		t.Fatalf("%d mails in spite of the fault", n)
	}
	if err := os.WriteFile(faults, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, m := range w.awaitMails(t, "lim@eep.example", 3) {
		want := []string{"watch: new", "elevated: raised", "high: raised"}[i]
		if s := subjectOf(t, m.Header.Get("Subject")); s != "[Kulkul] Sabah #003 · "+want {
			t.Errorf("mail %d of the thread: %q, want %q", i, s, want)
		}
	}
}
