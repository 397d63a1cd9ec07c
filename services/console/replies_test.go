package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// A mail that waits is shown with its reason; accepted, it says what it would
// have said, and discarded nothing. Either way it waits no longer.
func TestAnAnalystSettlesTheMailsThatWait(t *testing.T) {
	alert := here.alerts[5]
	waiting := func(id string) kulkul.Review {
		note := kulkul.Review{ID: kulkul.Hash(id, "note"), Verdict: kulkul.Note, At: time.Now().UTC(), By: "lim", Person: "lim", Via: "mail",
			Alert: alert.Key, Episode: alert.Episode, Text: "Two <b>ships</b>."}
		return kulkul.Review{ID: kulkul.Hash(id), Verdict: kulkul.Held, At: time.Now().UTC(), By: "mail", Via: "mail", Text: "DMARC did not pass: fail",
			Reply: &kulkul.Reply{Mail: kulkul.Returned{ID: id, From: "lim@eep.example", Subject: "Re: " + id, Text: note.Text},
				Why: "DMARC did not pass: fail", Answer: []kulkul.Review{note}}}
	}
	accepted, discarded, empty := waiting("to-accept"), waiting("to-discard"), waiting("of-nothing")
	empty.Reply.Answer = nil
	write := func(reviews ...kulkul.Review) {
		t.Helper()
		if err := here.store.Writer().WriteReviews(t.Context(), reviews); err != nil {
			t.Fatal(err)
		}
	}
	write(accepted, discarded, empty)
	h := listen(t, bus.AllReviews)
	_, page := get(t, kulkul.RoleAnalyst, "/rejections")
	for _, want := range []string{"Re: to-accept", "Re: to-discard", "DMARC did not pass: fail", "lim@eep.example", "Two &lt;b&gt;ships"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if answer, _ := post(t, kulkul.RoleAnalyst, "/replies/"+empty.ID+"/accept", nil); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("accepted nothing: %s", answer.Status)
	}
	if answer, body := post(t, kulkul.RoleAnalyst, "/replies/"+accepted.ID+"/accept", nil); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", answer.Status, body)
	}
	if r := h.review(t, kulkul.Note); r.ID != accepted.Reply.Answer[0].ID || r.Person != "lim" || r.Via != "mail" {
		t.Errorf("%+v", r)
	}
	yes := h.review(t, kulkul.Settle)
	if yes.Settles != accepted.ID || yes.Text != "accepted" || yes.By != "the-analyst" {
		t.Errorf("%+v", yes)
	}
	h = listen(t, bus.AllReviews)
	if answer, body := post(t, kulkul.RoleAnalyst, "/replies/"+discarded.ID+"/discard", nil); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", answer.Status, body)
	}
	no := h.review(t, kulkul.Settle)
	if no.Settles != discarded.ID || no.Text != "discarded" {
		t.Errorf("%+v", no)
	}
	write(yes, no) // as the archiver does
	if _, page = get(t, kulkul.RoleAnalyst, "/rejections?done=settle"); strings.Contains(page, "Re: to-accept") || strings.Contains(page, "Re: to-discard") || !strings.Contains(page, "Re: of-nothing") {
		t.Error("what is settled waits still, or what is not is gone")
	}
	if answer, _ := post(t, kulkul.RoleAnalyst, "/replies/"+accepted.ID+"/discard", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("settled twice: %s", answer.Status)
	}
	// What other tests look at is as it was.
	write(kulkul.Review{ID: kulkul.Hash("settled", empty.ID), Verdict: kulkul.Settle, At: time.Now().UTC(), By: "x", Settles: empty.ID, Text: "discarded"})
}
