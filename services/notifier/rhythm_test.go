package notifier_test

import (
	"fmt"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

const rhythms = `participants: [{code: SG, name: Singapore}, {code: MY, name: Malaysia}]
people:
  - {id: daily, name: Daily, email: daily@eep.example, role: eep, country: SG, time_zone: Asia/Singapore, subscriptions: [{level: watch, rhythm: daily}]}
  - {id: bare, name: Bare, email: bare@eep.example, role: eep, country: SG, subscriptions: [{level: watch, rhythm: daily, flashpoints: [papua], nothing: none}]}
  - {id: lim, name: Lim, email: lim@eep.example, role: eep, country: SG, quiet: "09:00-12:00", subscriptions: [{level: watch}]}
  - {id: off, name: Off, email: off@eep.example, role: eep, country: SG, time_zone: Asia/Singapore, away: true, deputy: daily, subscriptions: [{level: watch, rhythm: daily, flashpoints: [papua]}]}
parties: {sabah: [MY]}
`

func text(t *testing.T, m *mail.Message) string {
	t.Helper()
	raw, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("=\r\n", "", "=\n", "", "=C2=B7", "·").Replace(string(raw))
}

func TestADailyDigestIsMadeOfTheStoredLog(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), rhythms)
	at := now.Add(-15 * time.Hour) // the day in Singapore ended at 23:00 UTC
	alert := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"}, Episode: 1, FlashpointEpisode: 3,
		State: kulkul.Firing, Level: kulkul.High, Peak: kulkul.High, Since: at, FiredAt: at, UpdatedAt: at}
	err := w.store.Writer().WriteAlerts(t.Context(), []kulkul.AlertEvent{{ID: "1", At: at, Change: kulkul.Fired, Alert: alert}})
	if err != nil {
		t.Fatal(err)
	}
	err = w.store.Writer().WriteReviews(t.Context(), []kulkul.Review{{ID: "r", Verdict: kulkul.Ack, At: at.Add(time.Hour), By: "lim", Alert: alert.Key, Episode: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w.notify(t, w.engines.SMTP.Addr)
	m := w.awaitMails(t, "daily@eep.example", 1)[0]
	if s := subjectOf(t, m.Header.Get("Subject")); s != "[Kulkul] daily digest · 2026-03-02" {
		t.Errorf("subject %q", s)
	}
	body := text(t, m)
	for _, want := range []string{"Sabah, episode 3: from none to high", "Sabah: acknowledged by Lim", "07:00 UTC+08"} {
		if !strings.Contains(body, want) {
			t.Errorf("the digest does not say %q:\n%s", want, body)
		}
	}
	// The deputy of one who is away has that one's digest beside their own.
	other := text(t, w.awaitMails(t, "daily@eep.example", 2)[1])
	if !strings.Contains(other, "You stand in for Off, who is away.") || strings.Contains(other, "Sabah") {
		t.Errorf("the deputy's mail:\n%s", other)
	}
	time.Sleep(time.Second)
	if n := len(w.mails(t, "off@eep.example")); n != 0 {
		t.Error("who is away has a digest")
	}
	if n := len(w.mails(t, "bare@eep.example")); n != 0 {
		t.Error("who asked for no mail without news has one")
	}
	if n := len(w.mails(t, "daily@eep.example")); n != 2 {
		t.Errorf("%d digests of one day, want one's own and one as a deputy", n)
	}
}

// What rose, fell, ended and stayed, what was answered and which sources fell
// silent, of the day and of the week, from the log alone: the notifier is new to
// it. What belongs to another day is not in it.
func TestADigestSaysWhatRoseFellEndedStayedAndFellSilent(t *testing.T) {
	t.Parallel()
	people := strings.Replace(rhythms, "people:\n", "people:\n  - {id: weekly, name: Weekly, email: weekly@eep.example, role: eep, country: SG, subscriptions: [{level: watch, rhythm: weekly}]}\n", 1)
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), people)
	day := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC) // the day in Singapore ends
	said := func(flashpoint string, number int, at time.Time, change kulkul.Change, state kulkul.State, from, to kulkul.Level) kulkul.AlertEvent {
		a := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: flashpoint, Area: "terrorism", Group: "volume"}, Episode: 1, FlashpointEpisode: 4, State: state,
			Level: to, Peak: max(from, to), Since: day.AddDate(0, 0, -20), FiredAt: day.AddDate(0, 0, -20), UpdatedAt: at}
		return kulkul.AlertEvent{ID: kulkul.EventID(a, change, number), At: at, Change: change, Alert: a, From: from}
	}
	ago := func(hours int) time.Time { return day.Add(-time.Duration(hours) * time.Hour) }
	err := w.store.Writer().WriteAlerts(t.Context(), []kulkul.AlertEvent{
		said("sabah", 1, ago(400), kulkul.Fired, kulkul.Firing, kulkul.NoLevel, kulkul.Watch), said("sabah", 2, ago(5), kulkul.Worsened, kulkul.Firing, kulkul.Watch, kulkul.High),
		said("kashmir", 1, ago(400), kulkul.Fired, kulkul.Firing, kulkul.NoLevel, kulkul.High), said("kashmir", 2, ago(6), kulkul.Eased, kulkul.Firing, kulkul.High, kulkul.Watch),
		said("rakhine", 1, ago(400), kulkul.Fired, kulkul.Firing, kulkul.NoLevel, kulkul.Elevated), said("rakhine", 2, ago(7), kulkul.Closed, kulkul.Resolved, kulkul.Elevated, kulkul.Elevated),
		said("bougainville", 1, ago(400), kulkul.Fired, kulkul.Firing, kulkul.NoLevel, kulkul.Watch),
		said("taiwan-strait", 1, ago(90), kulkul.Fired, kulkul.Firing, kulkul.NoLevel, kulkul.Elevated), said("taiwan-strait", 2, ago(80), kulkul.Closed, kulkul.Resolved, kulkul.Elevated, kulkul.Elevated)})
	if err != nil {
		t.Fatal(err)
	}
	review := func(id, by string, v kulkul.Verdict, opinion string, asParty bool) kulkul.Review {
		r := kulkul.Review{ID: id, Verdict: v, At: ago(4), By: by, Alert: kulkul.AlertKey{Flashpoint: "kashmir", Area: "terrorism", Group: "volume"}, Episode: 1}
		if v == kulkul.Assess {
			r.Assessment = &kulkul.Assessment{Opinion: opinion, AsParty: asParty}
		}
		return r
	}
	err = w.store.Writer().WriteReviews(t.Context(), []kulkul.Review{review("1", "lim", kulkul.Ack, "", false), review("2", "lim", kulkul.Assess, "concur", false),
		review("3", "bare", kulkul.Assess, "doubt", false), review("4", "off", kulkul.Assess, "doubt", true)})
	if err != nil {
		t.Fatal(err)
	}
	err = w.store.Writer().WriteHealth(t.Context(), []kulkul.Health{{Source: "gazette", At: ago(3), State: "silent", Since: ago(3)}, {Source: "post", At: ago(3), State: "ok", Since: ago(3)}})
	if err != nil {
		t.Fatal(err)
	}
	w.notify(t, w.engines.SMTP.Addr)
	both := []string{"ROSE\r\n* Sabah, episode 4: from watch to high", "FELL\r\n* Kashmir, episode 4: from high to watch", "Rakhine, episode 4", "UNCHANGED\r\n* Bougainville, episode 4: watch",
		"ANSWERED\r\n* Kashmir: acknowledged by Lim\r\n* Kashmir: 1 concur, 1 doubt", "SOURCES THAT FELL SILENT\r\n* gazette: silent since 1 March 2026, 20:00 UTC"}
	daily := w.awaitMails(t, "daily@eep.example", 2)
	for who, m := range map[string]*mail.Message{"daily": daily[0], "weekly": w.awaitMails(t, "weekly@eep.example", 1)[0]} {
		body := strings.ReplaceAll(text(t, m), "2 March 2026, 04:00 UTC+08", "1 March 2026, 20:00 UTC")
		for _, want := range both {
			if !strings.Contains(body, want) {
				t.Errorf("the %s digest lacks %q:\n%s", who, want, body)
			}
		}
		if strings.Contains(body, "Taiwan Strait, episode 4") != (who == "weekly") {
			t.Errorf("what ended three days ago is in the %s digest, or not:\n%s", who, body)
		}
	}
	if idle := text(t, daily[1]); !strings.Contains(idle, "Nothing new.") && !strings.Contains(idle, "SOURCES THAT FELL SILENT") { // of one subscription to Papua
		t.Errorf("a digest without news of its flashpoint:\n%s", idle)
	}
}

func TestQuietHoursHoldWhatIsNotCritical(t *testing.T) {
	t.Parallel()
	w := openWith(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), rhythms)
	w.notify(t, w.engines.SMTP.Addr, func(c *notifier.Config) { c.Lease = 600 * time.Millisecond })
	w.alert(t, 1, kulkul.Firing, kulkul.High)
	time.Sleep(time.Second)
	if n := len(w.mails(t, "lim@eep.example")); n != 0 {
		t.Fatalf("%d mails in quiet hours", n)
	}
	w.later.Store(int64(2 * time.Hour)) // noon
	w.awaitMails(t, "lim@eep.example", 1)
	w.later.Store(0)
	w.alert(t, 2, kulkul.Firing, kulkul.Critical)
	w.awaitMails(t, "lim@eep.example", 2)
}

func TestAFloodComesAsOneDigest(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr, func(c *notifier.Config) { c.Flood = 2 })
	for i, flashpoint := range []string{"sabah", "papua", "kashmir", "rakhine", "bougainville"} {
		e := kulkul.AlertEvent{ID: fmt.Sprint("f", i), At: now, Alert: kulkul.Alert{
			Key: kulkul.AlertKey{Flashpoint: flashpoint, Area: "terrorism", Group: "volume"}, Episode: 1, FlashpointEpisode: 1,
			State: kulkul.Firing, Level: kulkul.Watch, Peak: kulkul.Watch, UpdatedAt: now, Taxonomy: "t1"}}
		m, err := bus.NewMessage(bus.AlertSubject(kulkul.Firing, kulkul.Watch), e.ID, e)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.bus.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w.awaitMails(t, "lim@eep.example", 2)
	time.Sleep(time.Second)
	if n := len(w.mails(t, "lim@eep.example")); n != 2 {
		t.Fatalf("%d mails within the hour, want 2", n)
	}
	w.later.Store(int64(time.Hour))
	list := w.awaitMails(t, "lim@eep.example", 3)
	if s := subjectOf(t, list[2].Header.Get("Subject")); s != "[Kulkul] digest of many alerts · 2026-03-02" {
		t.Errorf("subject %q", s)
	}
	if body := text(t, list[2]); strings.Count(body, "episode 1: watch") != 6 { // three, in text and HTML
		t.Errorf("the digest:\n%s", body)
	}
}
