package letter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/intake/letter"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const (
	results = "Authentication-Results: mx.arf.example; dmarc=pass header.from=eep.example; spf=pass smtp.mailfrom=lim@eep.example\r\n"
	heads   = "From: Lim <lim@eep.example>\r\nTo: kulkul+rtoken@reply.example\r\nMessage-ID: <1@eep.example>\r\nIn-Reply-To: <d1@kulkul.example>\r\n"
	body    = "\r\nConcur. Two ships were seen.\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Kulkul\r\n<kulkul@arf.example> wrote:\r\n> Sabah is rising\r\n> again\r\n-- \r\nLim\r\n"
)

func read(t *testing.T, raw string) kulkul.Returned {
	t.Helper()
	m, err := letter.Read([]byte(raw), true, "mx.arf.example", now)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAnAnswerIsReadWithoutWhatItQuotes(t *testing.T) {
	m := read(t, results+heads+"Subject: =?utf-8?q?Re=3A_Sabah?=\r\n"+body)
	if m.From != "lim@eep.example" || m.Subject != "Re: Sabah" || m.Original != "d1@kulkul.example" || m.Doubt != "" || m.Automatic || m.Bounce != nil ||
		m.Text != "Concur. Two ships were seen." || len(m.To) != 1 || m.To[0] != "kulkul+rtoken@reply.example" {
		t.Errorf("%+v", m)
	}
	again := read(t, "Received: from elsewhere\r\n"+results+heads+body)
	if again.ID != m.ID {
		t.Error("a copy that came by another way is another mail")
	}
	if other := read(t, results+heads+"\r\nDoubt.\r\n"); other.ID == m.ID {
		t.Error("another text under the same Message-ID is lost")
	}
	only := read(t, results+heads+"Content-Type: text/html; charset=utf-8\r\n\r\n<style>p{}</style><p>Doubt: a &lt;drill&gt;</p><blockquote>Sabah</blockquote>\r\n")
	if only.Text != "Doubt: a <drill>" {
		t.Errorf("%q", only.Text)
	}
}

func TestOwnWordsAreKeptAndQuotedOnesCut(t *testing.T) {
	for in, want := range map[string]string{
		"Doubt":                         "Doubt",
		"Concur\n\n> old\n\nand more\n": "Concur\n\n\nand more",
		"The list:\none\ntwo":           "The list:\none\ntwo",
		"Tôi đồng ý\n\nVào Th 2, Kulkul đã viết:\n\n> cũ":                                      "Tôi đồng ý",
		"同意\n\n2026年3月2日 Kulkul 写道：\n> 旧":                                                      "同意",
		"Noted\n\n-----Original Message-----\nFrom: Kulkul\n":                                  "Noted",
		"Noted\n________________________________\nFrom: x":                                     "Noted",
		"Noted\n\nVon: Kulkul <k@x.example>\nGesendet: Montag\nAn: Lim\nBetreff: Sabah\n\nalt": "Noted",
		"> only quoted": "",
		"Time: noon\nPlace: harbour\nWhat: ships": "Time: noon\nPlace: harbour\nWhat: ships",
	} {
		if got := letter.Own(in); got != want {
			t.Errorf("%q:\n%q, want\n%q", in, got, want)
		}
	}
}

func TestTheSenderIsProvenByTheTopmostResultAlone(t *testing.T) {
	forged := "Authentication-Results: other.example; dmarc=pass header.from=eep.example\r\n"
	for name, c := range map[string]struct {
		above string
		want  string
	}{
		"passed":                          {results, ""},
		"failed":                          {"Authentication-Results: mx.arf.example; dmarc=fail header.from=eep.example\r\n", "DMARC did not pass: fail"},
		"failed, and one forged below":    {"Authentication-Results: mx.arf.example; dmarc=fail header.from=eep.example\r\n" + results, "DMARC did not pass: fail"},
		"a stranger's above":              {forged + results, "no server that is trusted says whether DMARC passed"},
		"none":                            {"", "no server that is trusted says whether DMARC passed"},
		"of another domain":               {"Authentication-Results: mx.arf.example; dmarc=pass header.from=evil.example\r\n", "DMARC passed for another domain than the sender's"},
		"SPF alone":                       {"Authentication-Results: mx.arf.example; spf=pass smtp.mailfrom=lim@eep.example\r\n", "nothing is said of DMARC"},
		"said twice":                      {"Authentication-Results: mx.arf.example; dmarc=pass header.from=eep.example; dmarc=pass header.from=eep.example\r\n", "DMARC is said of twice"},
		"folded, with a comment and more": {"Authentication-Results: mx.arf.example;\r\n\tdkim=pass header.d=eep.example;\r\n\tdmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=eep.example\r\n", ""},
		"two senders":                     {results + "From: Evil <evil@evil.example>\r\n", "it names no sender, or more than one"},
	} {
		if m := read(t, c.above+heads+body); m.Doubt != c.want {
			t.Errorf("%s: %q, want %q", name, m.Doubt, c.want)
		}
	}
	m, err := letter.Read([]byte(results+heads+body), false, "mx.arf.example", now)
	if err != nil || m.Doubt == "" {
		t.Errorf("a mail that was cut: %q, %v", m.Doubt, err)
	}
	if m, err = letter.Read([]byte(results+heads+body), true, "", now); err != nil || m.Doubt == "" {
		t.Errorf("nobody is trusted: %q, %v", m.Doubt, err)
	}
}

func TestProgramsAreToldFromPeople(t *testing.T) {
	for head, want := range map[string]bool{
		"Auto-Submitted: auto-replied\r\n":   true,
		"Auto-Submitted: auto-generated\r\n": true,
		"Auto-Submitted: no\r\n":             false,
		"X-Autoreply: yes\r\n":               true,
		"Precedence: bulk\r\n":               true,
		"Precedence: auto_reply\r\n":         true,
		"Importance: high\r\n":               false,
	} {
		if m := read(t, results+heads+head+body); m.Automatic != want {
			t.Errorf("%s: %v", strings.TrimSpace(head), m.Automatic)
		}
	}
}

// notification is a delivery status notification as RFC 3464 has it.
func notification(action, status string) string {
	return "From: MAILER-DAEMON@mx.eep.example\r\nTo: kulkul+btoken@reply.example\r\nMessage-ID: <b1@mx.eep.example>\r\nAuto-Submitted: auto-replied\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.eep.example\r\n\r\nFinal-Recipient: rfc822; lim@eep.example\r\nAction: " + action +
		"\r\nStatus: " + status + "\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: kulkul@arf.example\r\nMessage-ID: <d1@kulkul.example>\r\n\r\n--b--\r\n"
}

func TestABounceIsKnownByItsReport(t *testing.T) {
	for _, c := range []struct {
		action, status string
		want           *kulkul.Bounce
	}{
		{"failed", "5.1.1", &kulkul.Bounce{Permanent: true, Status: "5.1.1", Text: "550 5.1.1 no such user"}},
		{"Failed", "5.1.1 (bad address)", &kulkul.Bounce{Permanent: true, Status: "5.1.1", Text: "550 5.1.1 no such user"}},
		{"delayed", "4.4.7", &kulkul.Bounce{Status: "4.4.7", Text: "550 5.1.1 no such user"}},
		{"failed", "4.4.7", &kulkul.Bounce{Status: "4.4.7", Text: "550 5.1.1 no such user"}},
		{"delivered", "2.0.0", nil},
		{"failed", "nonsense", nil},
	} {
		m := read(t, notification(c.action, c.status))
		if m.Original != "d1@kulkul.example" || !m.Automatic || (m.Bounce == nil) != (c.want == nil) || m.Bounce != nil && *m.Bounce != *c.want {
			t.Errorf("%s %s: %+v %+v", c.action, c.status, m, m.Bounce)
		}
	}
}

func TestWhatIsNoMailIsSaidToBeNone(t *testing.T) {
	for _, raw := range []string{"", "\x00\xff\xfe", "hello", "{\"json\": true}", strings.Repeat("a", 4096)} {
		if _, err := letter.Read([]byte(raw), true, "x", now); !errors.Is(err, letter.ErrUnreadable) {
			t.Errorf("%.20q: %v", raw, err)
		}
	}
	deep := "From: a@b.example\r\nMessage-ID: <x@b>\r\n"
	for range 200 {
		deep += "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	}
	if _, err := letter.Read([]byte(deep), true, "x", now); err != nil {
		t.Errorf("parts within parts: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{results + heads + body, notification("failed", "5.1.1"), "From: =?x?q?", results + heads + "Content-Type: text/html\r\n\r\n<p>x"} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		m, err := letter.Read(raw, whole, "mx.arf.example", now)
		if err != nil {
			return
		}
		again, err := letter.Read(raw, whole, "mx.arf.example", now)
		if err != nil || again.ID != m.ID {
			t.Error("read twice, it is another mail")
		}
		if m.ID == "" || m.Doubt == "" && (!whole || m.From == "") || len(m.Text) > 32<<10 || len(m.To) > 50 {
			t.Errorf("%+v", m)
		}
	})
}
