package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/address"
)

// next gives the next value of a stream.
func next[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatalf("not within a minute: %s", what)
		panic("unreachable")
	}
}

func TestAnswersByMailAreTakenFromWhoIsProvenAndWaitOtherwise(t *testing.T) {
	p := newPost(t)
	p.alert()
	lim, aziz := p.mailTo("lim").Header.Get("Reply-To"), p.mailTo("aziz").Header.Get("Reply-To")
	to, party := strings.Trim(lim, "<>"), strings.Trim(aziz, "<>")
	if !strings.HasPrefix(to, "kulkul+r") || !strings.HasSuffix(to, "@reply.example") || to == party || strings.Contains(to, "lim") {
		t.Fatalf("Reply-To %q and %q", lim, aziz)
	}
	book, err := address.Open(p.deliver)
	must(t, err)
	delivery := kulkul.DeliveryID("lim", "sabah", 3, "first")
	ended := book.For(address.Answer, delivery, sentAt.Add(-48*time.Hour))
	returnTo := book.For(address.Bounce, delivery, sentAt.Add(time.Hour))
	forged := strings.Replace(to, "+r", "+raaaa", 1)
	const me, passes, waits = "lim@eep.example", "answer", "waits"
	for _, c := range []struct {
		name, raw, outcome, why string
		status                  int
		verdict                 kulkul.Verdict
		proposed                int // what accepting it would say
	}{
		{"a note", passed + reply("1", me, to, "Two ships were seen."), passes, "", 202, kulkul.Note, 0},
		{"the first word is a command", passed + reply("2", me, strings.ToUpper(to), "Concur. Seen by us as well."), passes, "", 202, kulkul.Assess, 0},
		{"DMARC failed", strings.Replace(passed, "pass", "fail", 1) + reply("3", me, to, "x"), waits, "DMARC did not pass: fail", 202, kulkul.Held, 1},
		{"nobody says whether DMARC passed", reply("4", me, to, "x"), waits, "no server that is trusted says whether DMARC passed", 202, kulkul.Held, 1},
		{"a forged result below a stranger's", "Authentication-Results: other.example; dmarc=none\r\n" + passed + reply("5", me, to, "x"), waits, "no server that is trusted says whether DMARC passed", 202, kulkul.Held, 1},
		{"another sender", passed + reply("6", "tan@eep.example", to, "x"), waits, "it came from another address than the alert went to", 202, kulkul.Held, 1},
		{"after the end", passed + reply("7", me, ended, "x"), waits, "the time for answers has ended", 202, kulkul.Held, 1},
		{"a forged token in a reader's name", passed + reply("8", me, forged, "x"), waits, "the address it was sent to is forged or damaged", 202, kulkul.Held, 0},
		{"a forged token of a stranger", passed + reply("9", "tan@eep.example", forged, "x"), "stranger", "", 422, "", 0},
		{"to the address for bounces", passed + reply("20", me, returnTo, "x"), waits, "the address it was sent to is for bounces, not for answers", 202, kulkul.Held, 0},
		{"a bounce to the address for answers", bounce("21", to, "failed", "5.1.1", "<"+delivery+"@kulkul.example>"), waits, "a bounce that names the mail and not its address: anybody could have written it", 202, kulkul.Held, 1},
		{"no token", passed + reply("10", me, "kulkul@reply.example", "x"), "stranger", "", 422, "", 0},
		{"no text", passed + reply("11", me, to, ""), waits, "it holds no text, or too much", 202, kulkul.Held, 0},
		{"a party's national comments", passed + reply("12", "aziz@eep.example", party, "We gave notice."), passes, "", 202, kulkul.Note, 0},
		{"a party's national rates", passed + reply("13", "aziz@eep.example", party, "Doubt."), waits, "a national of a party does not rate; it can be taken as a comment", 202, kulkul.Held, 1},
		{"a program answers", passed + "Auto-Submitted: auto-replied\r\n" + reply("14", me, to, "I am away."), "automatic", "", 202, "", 0},
		{"no mail", "\x00\xffgarbage", "unreadable", "", 422, "", 0},
		{"50 MB", passed + large("15", me, to, 50<<20), waits, "the mail is too large to be read whole", 202, kulkul.Held, 1},
		{"a bounce that names the Message-ID alone", bounce("16", "kulkul@reply.example", "failed", "5.1.1", "<"+delivery+"@kulkul.example>"), waits, "a bounce that names the mail and not its address: anybody could have written it", 202, kulkul.Held, 1},
		{"a bounce of a mail that never was", bounce("17", "kulkul@reply.example", "failed", "5.1.1", "<"+kulkul.Hash("x")+"@kulkul.example>"), "automatic", "", 202, "", 0},
	} {
		if status, outcome := p.relayed(relayToken, c.raw); status != c.status || outcome != c.outcome {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, outcome, c.status, c.outcome)
		}
		if c.verdict == "" {
			continue
		}
		r := next(t, c.name, p.reviews)
		if r.Verdict != c.verdict || r.Via != "mail" || c.why != "" && (r.Reply == nil || r.Reply.Why != c.why || len(r.Reply.Answer) != c.proposed) {
			t.Errorf("%s: %+v %+v", c.name, r, r.Reply)
		}
		switch c.name {
		case "a note":
			if r.Person != "lim" || r.Text != "Two ships were seen." || r.Alert.Area != "maritime-security" || r.Delivery != delivery {
				t.Errorf("%s: %+v", c.name, r)
			}
		case "the first word is a command":
			if *r.Assessment != (kulkul.Assessment{Opinion: "concur", Country: "SG", Track: kulkul.Track15, Text: "Seen by us as well."}) {
				t.Errorf("%s: %+v", c.name, r.Assessment)
			}
		case "a party's national comments":
			if r.Assessment == nil || !r.Assessment.AsParty || r.Assessment.Opinion != "" {
				t.Errorf("%s: %+v", c.name, r.Assessment)
			}
		case "a party's national rates":
			if a := r.Reply.Answer[0]; a.Verdict != kulkul.Note || !a.Assessment.AsParty || a.Assessment.Opinion != "" {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
	}
	if status, _ := p.relayed("another token", passed+reply("18", me, to, "x")); status != 401 {
		t.Errorf("a wrong token: %d", status)
	}

	// The mailbox brings what the relay brought before, as after a crash between
	// acting and marking, and one mail that is new.
	answered := p.counted()[passes]
	p.put("Received: by the mailbox\r\n" + passed + reply("1", me, to, "Two ships were seen."))
	p.put(passed + reply("19", me, to, "A third one."))
	p.until("both are read", func() bool { return p.counted()[passes] == answered+2 })
	if r := next(t, "the new mail", p.reviews); r.Text != "A third one." {
		t.Errorf("said twice: %+v", r)
	}
}

func TestABounceIsTheOutcomeAndIsNotWaitedFor(t *testing.T) {
	p := newPost(t)
	p.alert()
	ids := map[string]string{}
	for _, person := range []string{"lim", "aziz"} {
		ids[person] = p.mailTo(person).Header.Get("Message-Id")
		if d := next(t, "the mail is confirmed", p.outcomes); d.Status != "sent" {
			t.Fatalf("%+v", d)
		}
	}
	book, err := address.Open(p.deliver)
	must(t, err)
	at := func(person string) string {
		return book.For(address.Bounce, kulkul.DeliveryID(person, "sabah", 3, "first"), sentAt.Add(24*time.Hour))
	}
	say := func(raw string) {
		t.Helper()
		if status, outcome := p.relayed(relayToken, raw); status != 202 || outcome != "bounce" {
			t.Fatalf("%d %s", status, outcome)
		}
	}
	say(bounce("1", at("lim"), "delayed", "4.4.7", ids["lim"]))
	if d := next(t, "the delay", p.outcomes); d.Recipient != "lim" || d.Status != "delayed" || d.Error != "4.4.7 550 no such user" || !d.At.After(sentAt) {
		t.Errorf("%+v", d)
	}
	for range 2 { // mail servers say things twice
		say(bounce("2", at("lim"), "failed", "5.1.1", ids["lim"]))
	}
	if d := next(t, "the bounce", p.outcomes); d.Recipient != "lim" || d.Status != "bounced" || d.Error != "5.1.1 550 no such user" {
		t.Errorf("%+v", d)
	}
	say(bounce("3", at("lim"), "delayed", "4.4.7", ids["lim"])) // late: it changes nothing
	say(bounce("4", at("aziz"), "failed", "5.1.1", ids["aziz"]))
	if d := next(t, "the other bounce", p.outcomes); d.Recipient != "aziz" || d.Status != "bounced" {
		t.Errorf("%+v", d)
	}
	// Nobody was reached: the coordinator is asked at once, not after four hours.
	p.mailTo("coordinator")
	if d := next(t, "the escalation", p.outcomes); d.Recipient != "coordinator" || d.Notification != "escalation-1" {
		t.Errorf("%+v", d)
	}
}
