package notifier_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// report stores a report and gives its id.
func (w *world) report(t *testing.T, owner, title string, weight float64, change func(*kulkul.Item)) string {
	t.Helper()
	i := kulkul.Item{ID: kulkul.ItemID(owner, title), Source: owner, Title: title, Link: "https://" + owner + ".example/1", Published: now.Add(-time.Hour),
		Revision: 1, Collected: now, Entered: kulkul.DayOf(now)}
	change(&i)
	err := w.store.Writer().WriteItems(t.Context(), []kulkul.Tagged{{Item: i, Taxonomy: "t1", Story: i.ID, Owner: owner, Weight: weight, TaggedAt: now}})
	if err != nil {
		t.Fatal(err)
	}
	return i.ID
}

// The three strongest are those of the most reliable publishers, one of each,
// strongest first, each with its link and who said it.
func TestAMailShowsTheThreeStrongestReports(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	same := func(*kulkul.Item) {}
	older := func(i *kulkul.Item) { i.Published = now.Add(-2 * time.Hour) }
	ids := []string{w.report(t, "rumour", "A rumour of ships", 0.1, same), w.report(t, "agency", "An agency saw ships", 0.9, same), w.report(t, "agency", "An agency repeats it", 0.9, older),
		w.report(t, "gazette", "The gazette counts ships", 0.6, same), w.report(t, "post", "The post asks about ships", 0.6, older)}
	w.notify(t, w.engines.SMTP.Addr)
	w.alertOn(t, kulkul.Watch, ids)
	plain, _, _ := strings.Cut(text(t, w.awaitMails(t, "lim@eep.example", 1)[0]), "<!doctype html>")
	at := -1
	for _, want := range []string{"* An agency saw ships\r\n  agency, 2 March 2026, 09:00 UTC\r\n  https://agency.example/1", "* The gazette counts ships\r\n  gazette, ", "* The post asks about ships\r\n  post, "} {
		i := strings.Index(plain, want)
		if i < at || i < 0 {
			t.Errorf("%q is missing, or not in its place:\n%s", want, plain)
		}
		at = i
	}
	for _, weak := range []string{"A rumour of ships", "An agency repeats it"} {
		if strings.Contains(plain, weak) {
			t.Errorf("the mail shows %q", weak)
		}
	}
}

// A mail that waited tells what may be told when it goes out.
func TestAMailThatWaitedTellsNothingClosedSince(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), rhythms)
	same := func(*kulkul.Item) {}
	ids := []string{w.report(t, "gazette", "Stays open", 0.5, same), w.report(t, "closer", "Closes", 0.9, same), w.report(t, "waiter", "Goes under embargo", 0.8, same), w.report(t, "taker", "Is withdrawn", 0.7, same)}
	w.notify(t, w.engines.SMTP.Addr, func(c *notifier.Config) { c.Lease = 600 * time.Millisecond })
	w.alertOn(t, kulkul.High, ids)
	ledger, err := w.bus.Bucket(t.Context(), bus.BucketLedger)
	if err != nil {
		t.Fatal(err)
	}
	await(t, "it is decided what is told", func() bool {
		told, err := ledger.Load(t.Context(), "content.*.3.first")
		return err == nil && len(told) == 1 && strings.Contains(string(told[0].Value), "Is withdrawn")
	})
	w.report(t, "closer", "Closes", 0.9, func(i *kulkul.Item) { i.Revision, i.Handling = 2, kulkul.Unit })
	w.report(t, "waiter", "Goes under embargo", 0.8, func(i *kulkul.Item) { i.Revision, i.Embargo = 2, now.Add(24*time.Hour) })
	w.report(t, "taker", "Is withdrawn", 0.7, func(i *kulkul.Item) { i.Revision, i.Withdrawn = 2, true })
	w.later.Store(int64(2 * time.Hour)) // noon: quiet hours are over
	body := text(t, w.awaitMails(t, "lim@eep.example", 1)[0])
	for title, want := range map[string]bool{"Stays open": true, "Closes": false, "Goes under embargo": false, "Is withdrawn": false} {
		if strings.Contains(body, title) != want {
			t.Errorf("%q is told: %v\n%s", title, !want, body)
		}
	}
}

// A relay that takes a mail and drops the connection leaves its fate unknown: it
// comes again, under its Message-ID, and the thread goes on behind it.
func TestAMailWhoseFateIsUnknownComesAgainUnderItsMessageID(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	faults, err := json.Marshal(map[string]any{"drop": []string{"lim@eep.example"}, "times": 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.engines.SMTP.Dir, "faults.json"), faults, 0o600); err != nil {
		t.Fatal(err)
	}
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	lim := w.awaitMails(t, "lim@eep.example", 2)
	w.alert(t, 2, kulkul.Firing, kulkul.Elevated)
	lim = append(lim[:2], w.awaitMails(t, "lim@eep.example", 3)[2:]...)
	first := lim[0].Header.Get("Message-Id")
	if first == "" || lim[1].Header.Get("Message-Id") != first || lim[2].Header.Get("Message-Id") == first || lim[2].Header.Get("References") != first {
		t.Errorf("came as %s, %s, then %s after %s", first, lim[1].Header.Get("Message-Id"), lim[2].Header.Get("Message-Id"), lim[2].Header.Get("References"))
	}
	time.Sleep(time.Second)
	for who, want := range map[string]int{"lim@eep.example": 3, "aziz@eep.example": 2} {
		if n := len(w.mails(t, who)); n != want {
			t.Errorf("%s has %d mails, want %d", who, n, want)
		}
	}
}
