package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// posted is a form as Mailgun posts it.
type posted struct {
	token, raw string
	at         time.Time
	key        string
	encoded    bool // as application/x-www-form-urlencoded
}

func (p *post) mailgun(f posted) int {
	p.t.Helper()
	stamp := strconv.FormatInt(f.at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(f.key))
	mac.Write([]byte(stamp + f.token))
	fields := [][2]string{{"recipient", "kulkul@reply.example"}, {"body-mime", f.raw}, {"timestamp", stamp}, {"token", f.token}, {"signature", hex.EncodeToString(mac.Sum(nil))}}
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if f.encoded {
		values := url.Values{}
		for _, field := range fields {
			values.Set(field[0], field[1])
		}
		body.WriteString(values.Encode())
	} else {
		w := multipart.NewWriter(&body)
		for _, field := range fields {
			must(p.t, w.WriteField(field[0], field[1]))
		}
		must(p.t, w.Close())
		kind = w.FormDataContentType()
	}
	return p.form(kind, &body)
}

func (p *post) form(kind string, body *bytes.Buffer) int {
	p.t.Helper()
	resp, err := http.Post(p.relay.URL+"/v1/mail/mime", kind, body)
	must(p.t, err)
	must(p.t, resp.Body.Close())
	return resp.StatusCode
}

// Mailgun's form is taken, once for each token, where its key signed it not long
// ago; a signature that was seen with one message is not taken with another.
func TestMailgunsFormIsTakenWhereItIsSigned(t *testing.T) {
	p := newPost(t)
	p.alert()
	to := strings.Trim(p.mailTo("lim").Header.Get("Reply-To"), "<>")
	says := func(id, text string) string { return passed + reply(id, "lim@eep.example", to, text) }
	for _, c := range []struct {
		name   string
		form   posted
		status int
		taken  string // what is then said
	}{
		{"multipart", posted{token: "a", raw: says("1", "Two ships.")}, 200, "Two ships."},
		{"the same again, hours later", posted{token: "a", raw: says("1", "Two ships."), at: sentAt}, 200, ""},
		{"its signature with another message", posted{token: "a", raw: says("2", "Ten ships.")}, 401, ""},
		{"encoded", posted{token: "b", raw: says("3", "Three ships & a boat."), encoded: true}, 200, "Three ships & a boat."},
		{"another key", posted{token: "c", raw: says("4", "x"), key: "somebody-elses-key-0123456789"}, 401, ""},
		{"eight hours old", posted{token: "d", raw: says("5", "Late."), at: sentAt.Add(-8 * time.Hour)}, 200, "Late."},
		{"ten hours old", posted{token: "e", raw: says("6", "x"), at: sentAt.Add(-10 * time.Hour)}, 401, ""},
		{"of the future", posted{token: "f", raw: says("7", "x"), at: sentAt.Add(10 * time.Hour)}, 401, ""},
		{"no token", posted{raw: says("8", "x")}, 401, ""},
		{"no message", posted{token: "g"}, 400, ""},
		{"a stranger's", posted{token: "h", raw: passed + reply("9", "tan@eep.example", "kulkul@reply.example", "x")}, 406, ""},
		{"a stranger's again", posted{token: "h", raw: passed + reply("9", "tan@eep.example", "kulkul@reply.example", "x")}, 406, ""},
		{"12 MB", posted{token: "i", raw: passed + large("10", "lim@eep.example", to, 12<<20)}, 200, "held"},
		{"beyond every limit", posted{token: "j", raw: passed + large("11", "lim@eep.example", to, 40<<20)}, 400, ""},
	} {
		if c.form.at.IsZero() {
			c.form.at = sentAt.Add(-time.Minute)
		}
		if c.form.key == "" {
			c.form.key = mailgunKey
		}
		if status := p.mailgun(c.form); status != c.status {
			t.Errorf("%s: %d, want %d", c.name, status, c.status)
		}
		if c.taken == "" {
			continue
		}
		r := next(t, c.name, p.reviews)
		if held := r.Verdict == kulkul.Held; held != (c.taken == "held") || !held && r.Text != c.taken {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
	for kind, body := range map[string]string{"": "x", "text/plain": "x", "multipart/form-data": "x", "multipart/form-data; boundary=b": "--b\r\nbroken", "application/x-www-form-urlencoded": "%zz"} {
		if status := p.form(kind, bytes.NewBufferString(body)); status != 400 {
			t.Errorf("%q: %d, want 400", kind, status)
		}
	}
	select {
	case r := <-p.reviews:
		t.Errorf("said more than was taken: %+v", r)
	case <-time.After(500 * time.Millisecond):
	}
}
