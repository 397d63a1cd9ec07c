package notifier_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// desk serves the answering pages.
func (w *world) desk(t *testing.T) *httptest.Server {
	t.Helper()
	c := notifier.DefaultConfig()
	c.Console = "https://console.example"
	pages, err := notifier.Answers(c, notifier.Deps{Bus: w.bus, Settings: w.settings, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Metrics: prometheus.NewRegistry(), Now: func() time.Time { return now.Add(time.Duration(w.later.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	return server
}

var answerLink = regexp.MustCompile(`https://console\.example(/answers/[0-9a-f]+/([a-z]+)/[a-z0-9]+)`)

// links are the paths of the answering links in a mail, by action.
func links(t *testing.T, m *mail.Message) map[string]string {
	t.Helper()
	raw, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	flat := strings.NewReplacer("=\r\n", "", "=\n", "").Replace(string(raw))
	for _, found := range answerLink.FindAllStringSubmatch(flat, -1) {
		out[found[2]] = found[1]
	}
	return out
}

func ask(t *testing.T, method, address, text string) (int, string) {
	t.Helper()
	body := strings.NewReader(url.Values{"text": {text}}.Encode())
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%s: the page's address may leak to where it leads", address)
	}
	return resp.StatusCode, string(raw)
}

// reviews gathers n reviews as the archiver would.
func (w *world) reviews(t *testing.T, n int) []kulkul.Review {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []kulkul.Review
	err := w.bus.Consume(ctx, bus.Reviews, bus.Archiver, bus.Batch{Size: 10}, func(_ context.Context, list []bus.Delivered) error {
		for _, m := range list {
			var r kulkul.Review
			if err := m.Decode(&r); err != nil {
				return err
			}
			got = append(got, r)
			if err := m.Ack(); err != nil {
				return err
			}
		}
		if len(got) >= n {
			cancel()
		}
		return nil
	}, nil)
	if err != nil || len(got) != n {
		t.Fatalf("%d reviews, want %d (%v)", len(got), n, err)
	}
	return got
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestAReaderAnswersFromTheMail(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	desk := w.desk(t)
	w.alert(t, 1, kulkul.Firing, kulkul.High)
	lim := links(t, w.awaitMails(t, "lim@eep.example", 1)[0])

	status, page := ask(t, http.MethodGet, desk.URL+lim["concur"], "")
	if status != http.StatusOK || !strings.Contains(page, "answering as Lim (Singapore)") || !strings.Contains(page, "<form method=\"post\">") {
		t.Fatalf("%d: %s", status, page)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} { // a scanner opens everything
		for _, path := range lim {
			ask(t, method, desk.URL+path, "")
		}
	}
	if status, page = ask(t, http.MethodPost, desk.URL+lim["concur"], "Seen by us as well."); status != http.StatusOK || !strings.Contains(page, "recorded") {
		t.Fatalf("%d: %s", status, page)
	}
	if status, _ = ask(t, http.MethodPost, desk.URL+lim["acknowledge"], ""); status != http.StatusOK {
		t.Fatalf("acknowledge: %d", status)
	}
	got := w.reviews(t, 2)
	r, ack := got[0], got[1]
	if r.Verdict != kulkul.Assess || r.Via != "mail" || r.Giver() != "lim" || r.Alert.Area != "maritime-security" || r.Episode != 1 ||
		*r.Assessment != (kulkul.Assessment{Opinion: "concur", Country: "SG", Track: kulkul.Track15, Text: "Seen by us as well."}) {
		t.Errorf("review %+v, %+v", r, r.Assessment)
	}
	if ack.Verdict != kulkul.Ack || ack.Alert != r.Alert {
		t.Errorf("review %+v", ack)
	}
	await(t, "the link is used up", func() bool {
		status, page := ask(t, http.MethodGet, desk.URL+lim["concur"], "")
		return status == http.StatusOK && strings.Contains(page, "It works once") && !strings.Contains(page, "<form")
	})
	if status, _ := ask(t, http.MethodPost, desk.URL+strings.Replace(lim["doubt"], "/doubt/", "/concur/", 1), ""); status != http.StatusNotFound {
		t.Errorf("a link for one action opened another: %d", status)
	}
	w.later.Store(int64(15 * 24 * time.Hour))
	if status, page := ask(t, http.MethodPost, desk.URL+lim["doubt"], ""); status != http.StatusGone || !strings.Contains(page, "expired") {
		t.Errorf("an old link: %d: %s", status, page)
	}
}

func TestAnAcknowledgementByMailStopsEscalation(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	desk := w.desk(t)
	w.alert(t, 1, kulkul.Firing, kulkul.High)
	lim := links(t, w.awaitMails(t, "lim@eep.example", 1)[0])
	if status, _ := ask(t, http.MethodPost, desk.URL+lim["acknowledge"], ""); status != http.StatusOK {
		t.Fatalf("acknowledge: %d", status)
	}
	await(t, "the acknowledgement is taken in", func() bool {
		_, page := ask(t, http.MethodGet, desk.URL+lim["acknowledge"], "")
		return strings.Contains(page, "It works once")
	})
	w.later.Store(int64(5 * time.Hour))
	w.alert(t, 400, kulkul.Resolved, kulkul.High)
	w.awaitMails(t, "lim@eep.example", 2)
	if n := len(w.mails(t, "coordinator@arf.example")); n != 0 {
		t.Errorf("the coordinator has %d mails", n)
	}
}

func TestAPartysNationalCommentsAndDoesNotRate(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	desk := w.desk(t)
	w.alert(t, 1, kulkul.Firing, kulkul.High)
	m := w.awaitMails(t, "aziz@eep.example", 1)[0]
	aziz := links(t, m)
	if len(aziz) != 2 || aziz["note"] == "" || aziz["unsubscribe"] == "" {
		t.Fatalf("aziz is offered %v", aziz)
	}
	if status, _ := ask(t, http.MethodPost, desk.URL+aziz["note"], "  "); status != http.StatusUnprocessableEntity {
		t.Errorf("an empty comment: %d", status)
	}
	if status, _ := ask(t, http.MethodPost, desk.URL+aziz["note"], "We gave notice."); status != http.StatusOK {
		t.Fatalf("comment: %d", status)
	}
	r := w.reviews(t, 1)[0]
	if r.Verdict != kulkul.Note || !r.Assessment.AsParty || r.Assessment.Opinion != "" || r.Assessment.Text != "We gave notice." {
		t.Errorf("review %+v, %+v", r, r.Assessment)
	}
}

func TestARecusalIsLogged(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.High)
	w.awaitMails(t, "aziz@eep.example", 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var line kulkul.Audit
	err := w.bus.Consume(ctx, bus.Health, bus.Archiver, bus.Batch{Size: 1}, func(_ context.Context, list []bus.Delivered) error {
		defer cancel()
		if err := list[0].Decode(&line); err != nil {
			return err
		}
		return list[0].Ack()
	}, nil)
	if err != nil || line.Who != "aziz" || line.Action != "recused" || line.Object != "sabah #3" {
		t.Errorf("logged %+v (%v)", line, err)
	}
}

func TestOneClickEndsTheSubscription(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	desk := w.desk(t)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	m := w.awaitMails(t, "lim@eep.example", 1)[0]
	if got := m.Header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post %q", got)
	}
	found := answerLink.FindStringSubmatch(m.Header.Get("List-Unsubscribe"))
	if found == nil {
		t.Fatalf("List-Unsubscribe %q", m.Header.Get("List-Unsubscribe"))
	}
	resp, err := http.PostForm(desk.URL+found[1], url.Values{"List-Unsubscribe": {"One-Click"}}) //nolint:noctx // as a mail program would
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	resp.Body.Close()
	await(t, "the subscription is left", func() bool {
		_, page := ask(t, http.MethodGet, desk.URL+found[1], "")
		return strings.Contains(page, "It works once")
	})
	w.alert(t, 2, kulkul.Firing, kulkul.High)
	w.awaitMails(t, "aziz@eep.example", 2)
	w.awaitMails(t, "high@eep.example", 1)
	if n := len(w.mails(t, "lim@eep.example")); n != 1 {
		t.Errorf("lim has %d mails after leaving", n)
	}
}

func TestAnEpisodeThatStartsCriticalReachesEachPersonOnce(t *testing.T) {
	t.Parallel()
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.Critical)
	first := w.awaitMails(t, "coordinator@arf.example", 1)[0]
	if s := subjectOf(t, first.Header.Get("Subject")); s != "[Kulkul] Sabah #003 · critical: needs an answer now" {
		t.Errorf("subject %q", s)
	}
	w.alert(t, 2, kulkul.Resolved, kulkul.Critical)
	w.awaitMails(t, "coordinator@arf.example", 2) // who was told of it is told of its end
	lim := w.awaitMails(t, "lim@eep.example", 2)
	for i, want := range []string{"new", "ended"} {
		if s := subjectOf(t, lim[i].Header.Get("Subject")); s != "[Kulkul] Sabah #003 · critical: "+want {
			t.Errorf("mail %d: %q", i, s)
		}
	}
}
