package notifier_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

func (w *world) review(t *testing.T, r kulkul.Review) {
	t.Helper()
	m, err := bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// A silence is ended early: what it muted is told with who ended it, and no
// warning of an end comes. The end of another is heard of before the silence, and
// twice: that one never mutes.
func TestASilenceIsEndedEarly(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	silence := kulkul.Review{ID: "r1", Verdict: kulkul.Silence, At: now, By: "lim", Until: now.Add(10 * time.Hour),
		Matcher: &kulkul.Matcher{Flashpoint: "sabah"}, Text: "A known exercise."}
	end := func(id, of string, at time.Time) kulkul.Review {
		return kulkul.Review{ID: id, Verdict: kulkul.EndSilence, At: at, By: "aziz", Settles: of, Matcher: silence.Matcher, Until: silence.Until,
			Text: "The exercise is over."}
	}
	w.review(t, end("e2", "r2", now))
	w.review(t, silence)
	w.taken(t) // the streams are read side by side
	w.alert(t, 1, kulkul.Firing, kulkul.Elevated)
	time.Sleep(time.Second)
	if n := len(w.mails(t, "eep.example")); n != 0 {
		t.Fatalf("%d mails in spite of the silence", n)
	}
	w.review(t, end("e1", "r1", now))
	first := w.awaitMails(t, "aziz@eep.example", 1)[0]
	body, err := io.ReadAll(first.Body)
	if err != nil || !strings.Contains(string(body), "Lim silenced all alerts until 2 March 2026, 20:00 UTC") ||
		!strings.Contains(string(body), "Aziz ended it early, on 2 March 2026, 10:00 UTC") || !strings.Contains(string(body), "The exercise is over.") {
		t.Errorf("the mail does not tell who ended the silence (%v):\n%s", err, body)
	}
	late := silence
	late.ID = "r2"
	w.review(t, late)
	w.review(t, end("e2 again", "r2", now.Add(time.Minute)))
	w.alert(t, 2, kulkul.Firing, kulkul.High)
	w.awaitMails(t, "aziz@eep.example", 2)
	w.later.Store(int64(9 * time.Hour)) // a warning would be due
	time.Sleep(time.Second)
	for _, m := range w.mails(t, "lim@eep.example") {
		if s := subjectOf(t, m.Header.Get("Subject")); strings.Contains(s, "silence") {
			t.Errorf("warned of the end of a silence that was ended: %q", s)
		}
	}
}

func TestASilenceHoldsWarnsAndIsToldOf(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.review(t, kulkul.Review{ID: "r1", Verdict: kulkul.Silence, At: now, By: "lim", Until: now.Add(10 * time.Hour),
		Matcher: &kulkul.Matcher{Flashpoint: "sabah"}, Text: "A known exercise."})
	w.taken(t) // the streams are read side by side
	w.alert(t, 1, kulkul.Firing, kulkul.Elevated)
	time.Sleep(1500 * time.Millisecond)
	if n := len(w.mails(t, "eep.example")); n != 0 {
		t.Fatalf("%d mails in spite of the silence", n)
	}
	w.later.Store(int64(9 * time.Hour))
	warning := w.awaitMails(t, "lim@eep.example", 1)[0]
	if s := subjectOf(t, warning.Header.Get("Subject")); s != "[Kulkul] Sabah · silence ends soon" {
		t.Errorf("subject of the warning %q", s)
	}
	w.later.Store(int64(10 * time.Hour))
	first := w.awaitMails(t, "aziz@eep.example", 1)[0]
	body, err := io.ReadAll(first.Body)
	if err != nil || !strings.Contains(string(body), "Lim silenced all alerts until 2 March 2026, 20:00 UTC") ||
		!strings.Contains(string(body), "A known exercise.") {
		t.Errorf("the mail does not tell of the silence (%v):\n%s", err, body)
	}
	w.awaitMails(t, "lim@eep.example", 2)
	time.Sleep(time.Second)
	if n := len(w.mails(t, "lim@eep.example")); n != 2 {
		t.Errorf("lim has %d mails, want the warning and the alert", n)
	}
}
