package notifier_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

const people = `participants: [{code: SG, name: Singapore}, {code: MY, name: Malaysia}]
people:
  - {id: lim, name: Lim, email: lim@eep.example, role: eep, country: SG, subscriptions: [{level: watch}]}
  - {id: aziz, name: Aziz, email: aziz@eep.example, role: eep, country: MY, subscriptions: [{level: watch}]}
  - {id: high, name: High, email: high@eep.example, role: eep, country: SG, subscriptions: [{level: high}]}
  - {id: coordinator, name: Coordinator, email: coordinator@arf.example, role: coordinator}
parties: {sabah: [MY]}
`

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

type world struct {
	engines  enginetest.Engines
	bus      *bus.Bus
	store    *store.Store
	settings *config.Running
	// later is how long after now the notifier's clock stands; nanoseconds.
	later atomic.Int64
}

func open(t *testing.T, e enginetest.Engines) *world {
	t.Helper()
	return openWith(t, e, people)
}

func openWith(t *testing.T, e enginetest.Engines, people string) *world {
	t.Helper()
	bc := bus.DefaultConfig()
	bc.URL, bc.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", bc, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	c := store.DefaultConfig()
	c.URL, c.User, c.Password = e.ClickHouse.URL, e.ClickHouse.User, e.ClickHouse.Password
	s, err := store.Open(t.Context(), c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	settings, err := config.Start(ctx, b, fstest.MapFS{config.PeopleFile: {Data: []byte(people)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); settings.Wait() })
	return &world{engines: e, bus: b, store: s, settings: settings}
}

// notify runs a notifier that sends to the address given, until stop is called
// or the test ends.
func (w *world) notify(t *testing.T, smtp string, tune ...func(*notifier.Config)) (stop func()) {
	t.Helper()
	host, port, err := net.SplitHostPort(smtp)
	if err != nil {
		t.Fatal(err)
	}
	c := notifier.DefaultConfig()
	c.Mail.Host, c.Mail.TLS, c.Mail.Domain, c.Mail.From = host, "none", "kulkul.example", "kulkul@kulkul.example"
	if c.Mail.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	c.Check = 200 * time.Millisecond
	c.Console = "https://console.example"
	for _, f := range tune {
		f(&c)
	}
	n, err := notifier.New(c, notifier.Deps{Bus: w.bus, Store: w.store, Settings: w.settings,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(), Now: func() time.Time { return now.Add(time.Duration(w.later.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("notifier: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func (w *world) alert(t *testing.T, n int, s kulkul.State, l kulkul.Level) {
	t.Helper()
	w.alertBy(t, "", n, s, l)
}

// alertBy is alert with the person who caused it.
func (w *world) alertBy(t *testing.T, by string, n int, s kulkul.State, l kulkul.Level) {
	t.Helper()
	e := kulkul.AlertEvent{ID: fmt.Sprintf("e%d", n), By: by, At: now.Add(time.Duration(n) * time.Minute), Alert: kulkul.Alert{
		Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"}, Episode: 1, FlashpointEpisode: 3,
		State: s, Level: l, Peak: l, UpdatedAt: now.Add(time.Duration(n) * time.Minute), Taxonomy: "t1",
		Reasons: []kulkul.Reason{{Indicator: "many-voices", Detector: "threshold", Day: kulkul.DayOf(now), Window: 3, Observed: 6, Bound: 5,
			Owners: []string{"gazette", "post"}, Text: "6 stories from 2 independent publishers in 3 days."}}}}
	m, err := bus.NewMessage(bus.AlertSubject(s, l), e.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// mails reads the delivered mails of an address, oldest first.
func (w *world) mails(t *testing.T, address string) []*mail.Message {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(w.engines.SMTP.Dir, "new", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	var out []*mail.Message
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m.Header.Get("To"), address) {
			body, err := io.ReadAll(m.Body)
			if err != nil {
				t.Fatal(err)
			}
			m.Body = strings.NewReader(string(body))
			out = append(out, m)
		}
		f.Close()
	}
	return out
}

func (w *world) awaitMails(t *testing.T, address string, n int) []*mail.Message {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		list := w.mails(t, address)
		if len(list) >= n {
			return list
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has %d mails, want %d", address, len(list), n)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// taken waits until the notifiers have taken in everything that was published.
func (w *world) taken(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		streams, err := w.bus.Streams(t.Context())
		waiting := 0
		for _, s := range streams {
			for _, d := range s.Durables {
				if d.Name == bus.Notifier {
					waiting += int(d.Waiting) + d.Out
				}
			}
		}
		if err == nil && waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d messages are not taken in (%v)", waiting, err)
		}
	}
}

func subjectOf(t *testing.T, header string) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		t.Errorf("subject %q: %v", header, err)
	}
	return s
}

func TestEveryRecipientIsToldOnceInOneThread(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	w.awaitMails(t, "lim@eep.example", 1)
	w.awaitMails(t, "aziz@eep.example", 1)
	w.alert(t, 2, kulkul.Firing, kulkul.High)
	high := w.awaitMails(t, "high@eep.example", 1)
	w.awaitMails(t, "aziz@eep.example", 2)
	w.alert(t, 3, kulkul.Resolved, kulkul.High)
	lim := w.awaitMails(t, "lim@eep.example", 3)
	w.awaitMails(t, "high@eep.example", 2)
	for i, want := range []string{"watch: new", "high: raised", "high: ended"} {
		if got := subjectOf(t, lim[i].Header.Get("Subject")); got != "[Kulkul] Sabah #003 · "+want {
			t.Errorf("mail %d: subject %q, want %q", i, got, want)
		}
	}
	first := lim[0].Header.Get("Message-Id")
	for _, m := range lim[1:] {
		if m.Header.Get("References") != first || m.Header.Get("Message-Id") == first {
			t.Errorf("references %q, message id %q; the thread began with %q", m.Header.Get("References"), m.Header.Get("Message-Id"), first)
		}
	}
	if high[0].Header.Get("Auto-Submitted") != "auto-generated" {
		t.Error("the mail does not say that it was generated")
	}
	body, err := io.ReadAll(w.mails(t, "aziz@eep.example")[0].Body)
	if err != nil || !strings.Contains(string(body), "Your state is a party to this flashpoint") {
		t.Errorf("the recused reader is not told so (%v)", err)
	}
	flat := strings.ToLower(strings.NewReplacer("=\r\n", "", "=\n", "").Replace(string(body)))
	for _, want := range []string{"cid:series", "content-id: <series>", "content-type: image/png"} {
		if !strings.Contains(flat, want) {
			t.Errorf("the mail has no %q", want)
		}
	}
	time.Sleep(500 * time.Millisecond)
	if n := len(w.mails(t, "lim@eep.example")); n != 3 {
		t.Errorf("lim has %d mails, want 3", n)
	}
}

func TestMailWaitsForTheRelayAndARestartLosesNothing(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP)
	w := open(t, e)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	stop := w.notify(t, nobody)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	time.Sleep(time.Second) // the alert is taken in, the mail cannot go out
	stop()
	w.notify(t, e.SMTP.Addr)
	w.awaitMails(t, "lim@eep.example", 1)
	w.awaitMails(t, "aziz@eep.example", 1)
}

func TestTwoNotifiersTellOnce(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.notify(t, w.engines.SMTP.Addr)
	for n, level := range []kulkul.Level{kulkul.Watch, kulkul.Elevated, kulkul.High} {
		w.alert(t, n+1, kulkul.Firing, level)
		w.awaitMails(t, "lim@eep.example", n+1)
	}
	time.Sleep(time.Second)
	seen := map[string]int{}
	for _, m := range w.mails(t, "lim@eep.example") {
		seen[m.Header.Get("Message-Id")]++
	}
	for id, n := range seen {
		if n > 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
}

// TestAThreadWaitsForWhatAnotherNotifierOwes: one notifier cannot send the first
// mail of an episode and lives on; the other sends nothing of that thread until
// it has inherited the first mail.
func TestAThreadWaitsForWhatAnotherNotifierOwes(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	stop := w.notify(t, nobody)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	w.taken(t) // and the mail cannot go out
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 2, kulkul.Firing, kulkul.Elevated)
	time.Sleep(2 * time.Second)
	if n := len(w.mails(t, "lim@eep.example")); n != 0 {
		t.Errorf("%d mails before the first one of the thread could be sent", n)
	}
	stop()
	w.awaitMails(t, "lim@eep.example", 2)
	mails := w.mails(t, "lim@eep.example")
	if first := mails[0].Header.Get("Message-Id"); mails[1].Header.Get("References") != first {
		t.Errorf("the thread came as %s, then %s after %s", first, mails[1].Header.Get("Message-Id"), mails[1].Header.Get("References"))
	}
}

func TestDeliveriesAreToldOnTheBus(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	w.notify(t, w.engines.SMTP.Addr)
	w.alert(t, 1, kulkul.Firing, kulkul.Watch)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	got := map[string]kulkul.Delivery{}
	err := w.bus.Consume(ctx, bus.Deliveries, bus.Archiver, bus.Batch{Size: 10}, func(_ context.Context, list []bus.Delivered) error {
		for _, m := range list {
			var d kulkul.Delivery
			if err := m.Decode(&d); err != nil {
				return err
			}
			got[d.Recipient] = d
			if err := m.Ack(); err != nil {
				return err
			}
		}
		if len(got) == 2 {
			cancel()
		}
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := got["lim"]; d.Status != "sent" || d.Notification != "first" || d.Episode != 3 || d.Flashpoint != "sabah" || d.MessageID == "" {
		t.Errorf("delivery %+v", d)
	}
}
