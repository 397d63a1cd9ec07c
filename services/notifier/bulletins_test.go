package notifier_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

const readers = `participants: [{code: SG, name: Singapore}, {code: MY, name: Malaysia}]
people:
  - {id: lim, name: Lim, email: lim@eep.example, role: eep, country: SG, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: aziz, name: Aziz, email: aziz@eep.example, role: eep, country: MY, language: vi, subscriptions: [{level: high, rhythm: weekly, nothing: none}]}
  - {id: desk, name: Desk, email: desk@arf.example, role: unit, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: alerts, name: Alerts, email: alerts@eep.example, role: eep, country: SG, subscriptions: [{level: watch}]}
  - {id: friend, name: Friend, email: friend@friend.example, role: friend, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: gone, name: Gone, email: gone@eep.example, role: eep, country: SG, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: off, name: Off, email: off@eep.example, role: eep, country: SG, away: true, deputy: lim, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: trip, name: Trip, email: trip@eep.example, role: eep, country: SG, away: true, deputy: alerts, subscriptions: [{level: watch, rhythm: bulletin}]}
parties: {sabah: [MY]}
hidden: {papua: analyst}
`

func weekly() kulkul.Bulletin {
	to := kulkul.DayOf(now) - 1
	return kulkul.Bulletin{ID: to.String(), From: to - 6, To: to, Title: "A quiet week", Lead: "Little moved.", Handling: kulkul.EEPs,
		PublishedBy: "coordinator", PublishedAt: now.Add(-time.Hour), SentBy: "coordinator", SentAt: now, Entries: []kulkul.BulletinEntry{
			{Flashpoint: "sabah", Section: kulkul.Deteriorated, After: kulkul.High, Risk: true, Text: "Reporting rose by the cape."},
			{Flashpoint: "papua", Section: kulkul.Unchanged, After: kulkul.Watch, Text: "Hidden from experts."}}}
}

// sendBulletin puts the job on the bus under the id given.
func (w *world) sendBulletin(t *testing.T, id string, b kulkul.Bulletin) {
	t.Helper()
	m, err := bus.NewMessage(bus.JobSubject("bulletin"), id, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// leave ends the subscription that a delivery came by, and waits until the
// notifier knows.
func (w *world) leave(t *testing.T, delivery string) {
	t.Helper()
	r := kulkul.Review{ID: "leave", Verdict: kulkul.Unsubscribe, At: now, By: "gone", Delivery: delivery}
	m, err := bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	bucket, err := w.bus.Bucket(t.Context(), bus.BucketLedger)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		left, err := bucket.Load(t.Context(), "left.>")
		if err == nil && len(left) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the notifier does not know of who left (%v)", err)
		}
	}
}

// A bulletin reaches each subscriber once, though the job comes three times and
// the notifier is stopped in between; who left it, who is not cleared and who
// asked for alerts alone get none; a deputy stands in, and has one copy.
func TestABulletinReachesEachSubscriberOnce(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), readers)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	stop := w.notify(t, nobody)
	b := weekly()
	w.sendBulletin(t, "1", b)
	draft := b
	draft.Title, draft.SentBy = "Never sent", ""
	w.sendBulletin(t, "draft", draft)
	time.Sleep(time.Second) // taken in, or not yet: both must do
	stop()
	w.sendBulletin(t, "2", b)
	stop = w.notify(t, w.engines.SMTP.Addr)
	for _, who := range []string{"lim@eep.example", "aziz@eep.example", "desk@arf.example", "alerts@eep.example", "gone@eep.example"} {
		w.awaitMails(t, who, 1)
	}
	stop()
	w.sendBulletin(t, "3", b)
	w.notify(t, w.engines.SMTP.Addr)
	w.leave(t, kulkul.DeliveryID("gone", kulkul.Any, 0, "bulletin-"+b.Edition()))
	corrected := b
	corrected.Title = "A quiet week, corrected"
	w.sendBulletin(t, "corrected", corrected)
	lim := w.awaitMails(t, "lim@eep.example", 2) // jobs are taken in order
	for who, want := range map[string]int{"aziz@eep.example": 2, "desk@arf.example": 2, "alerts@eep.example": 2} {
		if n := len(w.awaitMails(t, who, want)); n != want {
			t.Errorf("%s has %d mails, want one of each edition", who, n)
		}
	}
	if n := len(w.mails(t, "gone@eep.example")); n != 1 {
		t.Errorf("%d mails to one who left after the first", n)
	}
	for _, who := range []string{"friend@friend.example", "off@eep.example", "trip@eep.example"} {
		if n := len(w.mails(t, who)); n != 0 {
			t.Errorf("%s has %d mails", who, n)
		}
	}
	if len(lim) != 2 || lim[0].Header.Get("Message-Id") == lim[1].Header.Get("Message-Id") {
		t.Errorf("the correction came under the Message-ID of the first, or the first twice (%d mails)", len(lim))
	}
	if s := subjectOf(t, lim[0].Header.Get("Subject")); s != "[Kulkul] weekly bulletin · 2026-03-01" {
		t.Errorf("subject %q", s)
	}
	if s := subjectOf(t, w.mails(t, "aziz@eep.example")[0].Header.Get("Subject")); s != "[Kulkul] bản tin hằng tuần · 2026-03-01" {
		t.Errorf("subject %q for a reader of Vietnamese", s)
	}
	if lim[0].Header.Get("List-Unsubscribe") == "" || lim[0].Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Error("no way out by one click")
	}
	first := text(t, lim[0])
	for _, want := range []string{"A quiet week", "Reporting rose by the cape.", "conflict risk alert", "https://console.example/bulletins/2026-03-01"} {
		if strings.Count(first, want) < 2 { // text and HTML
			t.Errorf("the bulletin lacks %q:\n%s", want, first)
		}
	}
	if strings.Contains(first, "Hidden from experts.") {
		t.Error("an expert is told of a flashpoint that is hidden from experts")
	}
	if desk := text(t, w.mails(t, "desk@arf.example")[0]); !strings.Contains(desk, "Hidden from experts.") {
		t.Error("the ARF Unit is not told of what only experts are not to see")
	}
	if aziz := text(t, w.mails(t, "aziz@eep.example")[0]); !strings.Contains(aziz, "Reporting rose by the cape.") { // a party's national reads what all read
		t.Errorf("a party's national:\n%s", aziz)
	}
	if deputy := text(t, w.mails(t, "alerts@eep.example")[0]); !strings.Contains(deputy, "You stand in for Trip, who is away.") {
		t.Errorf("the deputy's:\n%s", deputy)
	}
}

// What is for the Unit alone, or an edition that closed before it went out, goes
// into no mail.
func TestABulletinForTheUnitGoesIntoNoMail(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), readers)
	w.notify(t, w.engines.SMTP.Addr)
	closed := weekly()
	closed.Title, closed.Handling = "For the Unit", kulkul.Unit
	w.sendBulletin(t, "closed", closed)
	w.sendBulletin(t, "open", weekly())
	list := w.awaitMails(t, "desk@arf.example", 1)
	if len(list) != 1 || strings.Contains(text(t, list[0]), "For the Unit") {
		t.Error("what is for the Unit alone was mailed")
	}
}
