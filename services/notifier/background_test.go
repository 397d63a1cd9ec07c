package notifier_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// An alert that a person closed is not said to be back in its usual range.
func TestAnEndByHandIsToldAsOne(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.Elevated)
	w.awaitMails(t, "lim@eep.example", 1)
	w.alertBy(t, "aziz", 2, kulkul.Resolved, kulkul.Elevated)
	body := text(t, w.awaitMails(t, "lim@eep.example", 2)[1])
	if !strings.Contains(body, "Aziz closed the alert on Sabah by hand") || strings.Contains(body, "reporting is back") {
		t.Errorf("the mail of the end:\n%s", body)
	}
}

func TestAMailTellsOfThePastAndOfWhatPeopleDeclared(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	key := kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"}
	old := kulkul.AlertEvent{ID: "old", At: now.AddDate(0, -2, 0), Change: kulkul.Closed, Alert: kulkul.Alert{Key: key, Episode: 1,
		FlashpointEpisode: 2, State: kulkul.Resolved, Level: kulkul.High, Peak: kulkul.Critical, Since: now.AddDate(0, -3, 0),
		FiredAt: now.AddDate(0, -3, 0), ResolvedAt: now.AddDate(0, -2, 0), UpdatedAt: now.AddDate(0, -2, 0)}}
	if err := w.store.Writer().WriteAlerts(t.Context(), []kulkul.AlertEvent{old}); err != nil {
		t.Fatal(err)
	}
	said := func(id, by, opinion, text string, asParty bool) kulkul.Review {
		return kulkul.Review{ID: id, Verdict: kulkul.Assess, At: now.Add(time.Minute), By: by, Alert: key, Episode: 2,
			Assessment: &kulkul.Assessment{Opinion: opinion, Text: text, AsParty: asParty}}
	}
	err := w.store.Writer().WriteReviews(t.Context(), []kulkul.Review{said("1", "lim", "concur", "Seen by us as well.", false),
		said("2", "aziz", "doubt", "We gave notice.", true),
		{ID: "3", Verdict: kulkul.Note, At: now, By: "desk", Alert: key, Text: "For the unit alone."}})
	if err != nil {
		t.Fatal(err)
	}
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	raw, err := io.ReadAll(w.awaitMails(t, "lim@eep.example", 1)[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	body := string(raw)
	for _, want := range []string{"1 concur, 0 doubt", "Seen by us as well.", "as a party", "Episode 2: highest level critical", "WHAT WOULD CLEAR IT"} {
		if !strings.Contains(body, want) {
			t.Errorf("the mail does not say %q", want)
		}
	}
	if strings.Contains(body, "For the unit alone") {
		t.Error("a note went out by mail")
	}
}
