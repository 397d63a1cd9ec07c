package console

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// hostileTitle tries script, a quote out of an attribute, a right-to-left
// override and one word without end.
const hostileTitle = `<script>alert(1)</script>" onmouseover="x \u202Egnp.exe\u202C ` + "{{.}} "

// special makes the items that pages must handle with care.
func (p *place) special(now time.Time) {
	pub := publishers()[0]
	title := strings.NewReplacer(`\u202E`, "\u202e", `\u202C`, "\u202c").Replace(hostileTitle) + strings.Repeat("endless", 1500)
	p.hostile = tagged(pub, "hostile", title, now.Add(-3*time.Hour), kulkul.Hash("story", "hostile"))
	p.hostile.Item.Summary = `<img src=x onerror=alert(2)> javascript:alert(3) ]]> <!-- ` + "שלום עולם"
	p.hostile.Item.Link = "javascript:alert(document.cookie)"
	p.hostile.Item.Authors = []string{"<b>bold</b>", "\u202eroloc"}
	p.hostile.Areas = []kulkul.Tag{{ID: "terrorism", Score: 0.5, Evidence: []kulkul.Evidence{
		{Field: "title", Start: 0, End: 8, Text: "<script>", Rule: "x"}, {Field: "title", Start: -4, End: 99999, Rule: "broken"}}}}
	for name, change := range map[string]func(*kulkul.Item){
		"eeps":    func(i *kulkul.Item) { i.Handling = kulkul.EEPs },
		"unit":    func(i *kulkul.Item) { i.Handling = kulkul.Unit },
		"embargo": func(i *kulkul.Item) { i.Embargo = now.Add(48 * time.Hour) },
	} {
		t := tagged(pub, "closed-"+name, "Closed matter of kind "+name+" near Bukit Shoal", now.Add(-2*time.Hour), kulkul.Hash("story", "closed", name))
		mark(&t, theme{flashpoint: "south-china-sea", area: "maritime-security"}, "Closed matter")
		change(&t.Item)
		p.closed[name] = t
	}
}

// fillRest writes people's doings, deliveries, fetches, health and rejections.
func (p *place) fillRest(ctx context.Context, w *store.Writer, now time.Time) error {
	first := p.alerts[0]
	reviews := []kulkul.Review{
		{ID: kulkul.Hash("r", "1"), Verdict: kulkul.Assess, At: now.Add(-4 * time.Hour), By: "eep-nz", Role: "eep", Via: "mail", Alert: first.Key, Episode: first.Episode,
			Assessment: &kulkul.Assessment{Opinion: "concur", Country: "NZ", Text: "Consistent with the pattern of last spring; watch for a joint statement."}},
		{ID: kulkul.Hash("r", "2"), Verdict: kulkul.Assess, At: now.Add(-3 * time.Hour), By: "eep-vn", Role: "eep", Via: "console", Alert: first.Key, Episode: first.Episode,
			Assessment: &kulkul.Assessment{Opinion: "doubt", Country: "VN", AsParty: true, Text: "One of the reports is of an earlier date."}},
		{ID: kulkul.Hash("r", "3"), Verdict: kulkul.Note, At: now.Add(-2 * time.Hour), By: "marta", Role: "analyst", Via: "console", Alert: first.Key, Episode: first.Episode,
			Text: "Two of the six accounts go back to one wire story. Asked Luzon Post for the time of the second encounter."},
		{ID: kulkul.Hash("r", "left"), Verdict: kulkul.Unsubscribe, At: now.Add(-30 * time.Hour), By: "eep-nz", Role: "eep", Via: "mail"},
		{ID: kulkul.Hash("r", "4"), Verdict: kulkul.Silence, At: now.Add(-time.Hour), By: "marta", Role: "analyst", Via: "console", Until: now.Add(20 * time.Hour),
			Matcher: &kulkul.Matcher{Flashpoint: "mekong-basin", Below: kulkul.High}, Text: "Known seasonal release, announced by the commission."},
		{ID: kulkul.Hash("r", "5"), Verdict: kulkul.Silence, At: now.Add(-2 * time.Hour), By: "marta", Role: "analyst", Via: "console", Until: now.Add(30 * time.Hour),
			Matcher: &kulkul.Matcher{Flashpoint: first.Key.Flashpoint}, Text: "Known exercise."},
		{ID: kulkul.Hash("r", "6"), Verdict: kulkul.EndSilence, At: now.Add(-time.Hour), By: "jonas", Role: "analyst", Via: "console", Until: now.Add(30 * time.Hour),
			Matcher: &kulkul.Matcher{Flashpoint: first.Key.Flashpoint}, Settles: kulkul.Hash("r", "5"), Text: "The exercise was called off."},
	}
	if err := w.WriteReviews(ctx, reviews); err != nil {
		return err
	}
	if err := w.WriteDeliveries(ctx, p.deliveries(first, now)); err != nil {
		return err
	}
	var fetches []kulkul.Fetch
	var health []kulkul.Health
	for i, pub := range publishers() {
		f, h := fetchesOf(i, pub, now)
		fetches, health = append(fetches, f...), append(health, h)
	}
	if err := w.WriteFetches(ctx, fetches); err != nil {
		return err
	}
	if err := w.WriteHealth(ctx, health); err != nil {
		return err
	}
	held := tagged(publishers()[20], "held", "Chair's summary of the working group", now.Add(-6*time.Hour), "").Item
	p.held = kulkul.Rejection{ID: kulkul.Hash("x", "held"), Stage: "intake", Source: held.Source, At: now.Add(-6 * time.Hour),
		Reason: "first push of a new partner", Code: "quarantine", Quarantined: true, Item: &held}
	if err := w.WriteNotices(ctx, []kulkul.Notice{{ID: kulkul.Hash("n", "1"), Kind: "source-silent", At: now.Add(-7 * time.Hour), Flashpoint: kulkul.None,
		Source: "kuril-notes", Text: "Northern Sea Notes has said nothing for 9 days."}}); err != nil {
		return err
	}
	if err := w.WriteAudit(ctx, []kulkul.Audit{{ID: kulkul.Hash("a", "1"), At: now.Add(-time.Hour), Service: "console", Who: "marta", Action: "silence", Object: "mekong-basin"}}); err != nil {
		return err
	}
	return w.WriteRejections(ctx, []kulkul.Rejection{p.held,
		{ID: kulkul.Hash("x", "2"), Stage: "collector", Source: "siam-courier", Feed: "siam-courier-all", At: now.Add(-90 * time.Minute), Where: "entry 14, line 212",
			Reason: "the entry has neither a title nor a link", Code: "empty-entry", Payload: []byte("<item><guid>x</guid></item>\x00\xff<script>alert(4)</script>")},
		{ID: kulkul.Hash("x", "3"), Stage: "intake", Source: "tasman-dialogue", At: now.Add(-26 * time.Hour), Where: "/items/3/published",
			Reason: "published lies 11 days ahead", Code: "bad-date"}})
}

func (p *place) deliveries(a kulkul.Alert, now time.Time) []kulkul.Delivery {
	var out []kulkul.Delivery
	for i, who := range []string{"unit-desk", "eep-nz", "coordinator", "ops-webhook", "eep-vn"} {
		d := kulkul.Delivery{ID: kulkul.DeliveryID(who, a.Key.Flashpoint, a.FlashpointEpisode, "first"), Recipient: who, Channel: "email",
			Flashpoint: a.Key.Flashpoint, Episode: a.FlashpointEpisode, Notification: "first", Level: a.Level, Status: "sent", Attempts: 1,
			At: now.Add(-time.Duration(28-i) * time.Hour)}
		if who == "eep-vn" {
			d.Status, d.Error = "bounced", "5.1.1 550 nobody of that name"
		}
		if who == "ops-webhook" {
			d.Channel, d.Status, d.Attempts, d.Error = "webhook", "failed", 8, "post https://ops.example/hook: 502 Bad Gateway"
		}
		out = append(out, d)
	}
	return out
}

func fetchesOf(i int, pub publisher, now time.Time) ([]kulkul.Fetch, kulkul.Health) {
	h := kulkul.Health{Source: pub.id, Feed: pub.id + "-all", At: now.Add(-time.Minute), State: "ok", Since: now.Add(-72 * time.Hour), LastOK: now.Add(-20 * time.Minute)}
	var out []kulkul.Fetch
	for n := range 12 {
		f := kulkul.Fetch{ID: kulkul.Hash("fetch", pub.id, fmt.Sprint(n)), Source: pub.id, Feed: pub.id + "-all", URL: "https://" + pub.id + ".example/feed",
			At: now.Add(-time.Duration(n*30+i) * time.Minute), Took: time.Duration(80+n*13) * time.Millisecond, Status: 304,
			Next: now.Add(time.Duration(30-i) * time.Minute), Why: "schedule"}
		if n%3 == 0 {
			f.Status, f.Bytes, f.Items, f.New = 200, 48213, 30, 1+n%4
		}
		switch pub.id {
		case "reef-radio":
			f.Status, f.Bytes, f.Items, f.New, f.Error, f.Why = 0, 0, 0, 0, "dial tcp: connection refused", "backing off after 12 failures"
		case "siam-courier":
			f.Problems = 1
		}
		out = append(out, f)
	}
	switch pub.id {
	case "reef-radio":
		h.State, h.Failures, h.Text, h.LastOK = "failing", 12, "connection refused since yesterday", now.Add(-26*time.Hour)
	case "kuril-notes":
		h.State, h.Text = "silent", "no item for 9 days; one in 2 days is usual"
	case "tasman-dialogue":
		h.State, h.Text = "recovered", "answers again after 3 h"
	}
	return out, h
}

// fillMail keeps one mail as the mail server does.
func (p *place) fillMail(dir string, now time.Time) error {
	p.mailID = now.Format("20060102T150405.000000000") + "-ABCDEFGH"
	mail := "Return-Path: <kulkul@arf.example>\r\nFrom: Kulkul <kulkul@arf.example>\r\nTo: unit-desk@arf.example\r\n" +
		"Subject: =?utf-8?q?[High]_South_China_Sea_=E2=80=93_maritime_security?=\r\nDate: " + now.Format(time.RFC1123Z) + "\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/related; boundary=b1\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n" +
		"--b2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		"South China Sea =E2=80=93 high.\r\n13 stories from 6 independent publishers in one day, where 2.7 were expected.\r\n" +
		"\r\n--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p onclick=\"alert(5)\">South China Sea</p>\r\n--b2--\r\n" +
		"--b1\r\nContent-Type: image/png; name=chart.png\r\nContent-Disposition: inline; filename=chart.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(onePixel()) + "\r\n--b1--\r\n"
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "new", p.mailID+".eml"), []byte(mail), 0o600)
}

// onePixel is the smallest PNG.
func onePixel() []byte {
	raw, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err) // a constant
	}
	return raw
}
