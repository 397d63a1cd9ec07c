package notifier_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// corrected is the edition that takes the place of another, sent.
func corrected(b kulkul.Bulletin, lead string) kulkul.Bulletin {
	c := b.Corrected("Sabah was counted twice.", "coordinator", now)
	c.Lead, c.PublishedBy, c.PublishedAt, c.SentBy, c.SentAt = lead, "coordinator", now, "coordinator", b.SentAt.Add(time.Second)
	return c
}

// register saves the people as changed and waits for it.
func (w *world) register(t *testing.T, old ...string) {
	t.Helper()
	at := w.settings.Current()
	files := map[string][]byte{config.PeopleFile: []byte(strings.NewReplacer(old...).Replace(string(at.Files[config.PeopleFile])))}
	v, err := w.settings.Save(t.Context(), files, at.Version, "test", "a test")
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the register is changed", func() bool { return w.settings.Current().Version == v.Number })
}

// Who has a bulletin has its correction, once, marked as one, in the thread of
// the first: also who has since changed what they subscribe to, and the deputy
// of one who is back; who left has none.
func TestACorrectionFollowsTheEditionBefore(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), readers)
	stop := w.notify(t, w.engines.SMTP.Addr)
	first := weekly()
	w.sendBulletin(t, "first", first)
	for _, who := range []string{"lim@eep.example", "aziz@eep.example", "desk@arf.example", "alerts@eep.example", "gone@eep.example"} {
		w.awaitMails(t, who, 1)
	}
	w.leave(t, kulkul.DeliveryID("gone", kulkul.Any, 0, "bulletin-"+first.Edition()))
	w.register(t, "away: true, deputy: alerts, ", "", "rhythm: weekly, nothing: none", "rhythm: once")
	second := corrected(first, "Little moved, and Sabah less.")
	w.sendBulletin(t, "second", second)
	thread := map[string]int{"lim@eep.example": 2, "aziz@eep.example": 2, "desk@arf.example": 2, "alerts@eep.example": 2, "trip@eep.example": 1}
	for who, n := range thread {
		w.awaitMails(t, who, n)
	}
	stop()
	w.sendBulletin(t, "second again", second)
	w.notify(t, w.engines.SMTP.Addr)
	third := corrected(second, "Little moved.")
	w.sendBulletin(t, "third", third)
	for who, n := range thread {
		list := w.awaitMails(t, who, n+1)
		if len(list) != n+1 {
			t.Errorf("%s has %d mails, want %d", who, len(list), n+1)
		}
		var before []string
		for i, m := range list {
			if got := m.Header.Get("References"); got != strings.Join(before, " ") {
				t.Errorf("%s, mail %d: references %q, want %q", who, i+1, got, strings.Join(before, " "))
			}
			before = append(before, m.Header.Get("Message-Id"))
		}
	}
	lim := w.mails(t, "lim@eep.example")
	if s := subjectOf(t, lim[1].Header.Get("Subject")); s != "[Kulkul] weekly bulletin, corrected · 2026-03-01" {
		t.Errorf("subject %q", s)
	}
	if lim[2].Header.Get("In-Reply-To") != lim[1].Header.Get("Message-Id") {
		t.Error("a correction does not answer to the edition before")
	}
	body := text(t, lim[1])
	for _, want := range []string{"This is corrected edition 2", "Reason: Sabah was counted twice.", "Little moved, and Sabah less.", "https://console.example/bulletins/2026-03-01-2"} {
		if strings.Count(body, want) < 2 { // text and HTML
			t.Errorf("the correction lacks %q:\n%s", want, body)
		}
	}
	if deputy := text(t, w.mails(t, "alerts@eep.example")[1]); strings.Contains(deputy, "who is away") || !strings.Contains(deputy, "because the edition before was sent to you") {
		t.Errorf("the deputy of one who is back is told:\n%s", deputy)
	}
	for who, want := range map[string]int{"gone@eep.example": 1, "friend@friend.example": 0, "off@eep.example": 0} {
		if n := len(w.mails(t, who)); n != want {
			t.Errorf("%s has %d mails, want %d", who, n, want)
		}
	}
}

// What was corrected before it went out goes out no more, in whatever order the
// two come.
func TestWhatWasCorrectedBeforeItWentOutIsNotSent(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), readers)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	stop := w.notify(t, nobody)
	first := weekly()
	w.sendBulletin(t, "first", first)
	time.Sleep(time.Second) // taken in, or not yet: both must do
	w.sendBulletin(t, "second", corrected(first, "Put right."))
	other := weekly()
	other.ID, other.From, other.To, other.Lead = "2026-02-22", other.From-7, other.To-7, "Another week."
	w.sendBulletin(t, "other corrected", corrected(other, "Another week, put right."))
	w.sendBulletin(t, "other", other)
	time.Sleep(time.Second)
	stop()
	w.notify(t, w.engines.SMTP.Addr)
	for _, who := range []string{"lim@eep.example", "desk@arf.example"} {
		w.awaitMails(t, who, 2)
	}
	time.Sleep(time.Second)
	for _, who := range []string{"lim@eep.example", "desk@arf.example"} {
		list := w.mails(t, who)
		if len(list) != 2 {
			t.Errorf("%s has %d mails, want the two corrections", who, len(list))
		}
		for _, m := range list {
			if body := text(t, m); !strings.Contains(body, "ut right.") {
				t.Errorf("%s has what was taken back:\n%s", who, body)
			}
		}
	}
}
