package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/intake"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/notifier/address"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

const correspondents = `participants: [{code: SG, name: Singapore}, {code: MY, name: Malaysia}]
people:
  - {id: lim, name: Lim, email: lim@eep.example, role: eep, country: SG, subscriptions: [{level: watch}]}
  - {id: aziz, name: Aziz, email: aziz@eep.example, role: eep, country: MY, subscriptions: [{level: watch}]}
  - {id: coordinator, name: Coordinator, email: coordinator@arf.example, role: coordinator}
parties: {sabah: [MY]}
`

// post is a notifier, an intake, the real mail servers before and behind them,
// and the bus between them.
type post struct {
	t        *testing.T
	engines  enginetest.Engines
	bus      *bus.Bus
	metrics  *prometheus.Registry // of the intake
	relay    *httptest.Server     // the intake's door for relays
	inbox    *imapmemserver.User
	deliver  address.Config
	reviews  chan kulkul.Review
	outcomes chan kulkul.Delivery
}

const mailgunKey = "key-that-only-mailgun-knows-0123"

const relayToken = "a-token-that-only-the-relay-knows"

var sentAt = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func newPost(t *testing.T) *post {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP)
	p := &post{t: t, engines: e, metrics: prometheus.NewRegistry(), reviews: make(chan kulkul.Review, 100), outcomes: make(chan kulkul.Delivery, 100)}
	bc := bus.DefaultConfig()
	bc.URL, bc.Token = e.NATS.URL, e.NATS.Token
	var err error
	p.bus, err = bus.Connect(t.Context(), "test", bc, prometheus.NewRegistry())
	must(t, err)
	t.Cleanup(p.bus.Close)
	sc := store.DefaultConfig()
	sc.URL, sc.User, sc.Password = e.ClickHouse.URL, e.ClickHouse.User, e.ClickHouse.Password
	s, err := store.Open(t.Context(), sc, prometheus.NewRegistry())
	must(t, err)
	t.Cleanup(func() { _ = s.Close() }) // it only closes connections
	must(t, s.Migrate(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	settings, err := config.Start(ctx, p.bus, fstest.MapFS{config.PeopleFile: {Data: []byte(correspondents)}})
	must(t, err)
	t.Cleanup(func() { cancel(); settings.Wait() })
	dir := t.TempDir()
	for name, text := range map[string]string{"key": strings.Repeat("k", 32), "token": relayToken, "mailgun": mailgunKey, "password": "secret"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	now, quiet := func() time.Time { return sentAt }, slog.New(slog.DiscardHandler)

	nc := notifier.DefaultConfig()
	host, port, err := net.SplitHostPort(e.SMTP.Addr)
	must(t, err)
	nc.Mail.Host, nc.Mail.TLS, nc.Mail.Domain, nc.Mail.From = host, "none", mailDomain, "kulkul@"+mailDomain
	nc.Mail.Port, err = strconv.Atoi(port)
	must(t, err)
	p.deliver = address.Config{Address: "kulkul@reply.example", KeyFile: filepath.Join(dir, "key"), Bounces: true}
	nc.Mail.Replies, nc.Console, nc.Check = p.deliver, "https://console.example", time.Hour
	deps := notifier.Deps{Bus: p.bus, Store: s, Settings: settings, Log: quiet, Metrics: prometheus.NewRegistry(), Now: now}
	n, err := notifier.New(nc, deps)
	must(t, err)
	judge, err := notifier.Returns(nc, deps)
	must(t, err)

	ic := intake.DefaultConfig()
	ic.Listen = ""
	ic.Mail.Authority, ic.Mail.TokenFile = "mx.arf.example", filepath.Join(dir, "token")
	ic.Mail.MailgunKeyFile = filepath.Join(dir, "mailgun")
	ic.Mail.Inbox.Address, ic.Mail.Inbox.TLS, ic.Mail.Inbox.Username = p.imap(), "none", "kulkul"
	ic.Mail.Inbox.PasswordFile, ic.Mail.Inbox.Every = filepath.Join(dir, "password"), 50*time.Millisecond
	in, err := intake.New(ic, intake.Deps{Judge: judge, Bus: p.bus, Settings: settings, Log: quiet, Metrics: p.metrics, Now: now})
	must(t, err)
	for _, run := range []func(context.Context) error{n.Run, in.Run} {
		done := make(chan error, 1)
		go func() { done <- run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	p.until("the intake is ready", func() bool { return in.Ready(t.Context()) == nil })
	p.relay = httptest.NewServer(in.Handler())
	t.Cleanup(p.relay.Close)
	follow(ctx, t, p.bus, bus.Reviews, p.reviews)
	follow(ctx, t, p.bus, bus.Deliveries, p.outcomes)
	return p
}

// follow takes a stream as the archiver would.
func follow[T any](ctx context.Context, t *testing.T, b *bus.Bus, stream string, to chan<- T) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		done <- b.Consume(ctx, stream, bus.Archiver, bus.Batch{Size: 10}, func(_ context.Context, list []bus.Delivered) error {
			for _, m := range list {
				var v T
				if err := m.Decode(&v); err != nil {
					return err
				}
				to <- v
				if err := m.Ack(); err != nil {
					return err
				}
			}
			return nil
		}, nil)
	}()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// imap runs a real IMAP server with one mailbox and gives its address.
func (p *post) imap() string {
	p.inbox = imapmemserver.NewUser("kulkul", "secret")
	must(p.t, p.inbox.Create("INBOX", nil))
	accounts := imapmemserver.New()
	accounts.AddUser(p.inbox)
	server := imapserver.New(&imapserver.Options{Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return accounts.NewSession(), nil, nil
		}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(p.t, err)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	p.t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close()
		<-done // it was closed above
	})
	return l.Addr().String()
}

func (p *post) put(raw string) {
	p.t.Helper()
	_, err := p.inbox.Append("INBOX", imapLiteral{strings.NewReader(raw)}, &imap.AppendOptions{})
	must(p.t, err)
}

type imapLiteral struct{ *strings.Reader }

func (p *post) until(what string, holds func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("not within a minute: %s", what)
		}
	}
}

// alert lets Sabah fire at a level that asks for an acknowledgement.
func (p *post) alert() {
	p.t.Helper()
	e := kulkul.AlertEvent{ID: "e1", At: sentAt, Alert: kulkul.Alert{
		Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"}, Episode: 1, FlashpointEpisode: 3,
		State: kulkul.Firing, Level: kulkul.High, Peak: kulkul.High, UpdatedAt: sentAt, Taxonomy: "t1",
		Reasons: []kulkul.Reason{{Indicator: "many-voices", Detector: "threshold", Day: kulkul.DayOf(sentAt), Window: 3, Observed: 6, Bound: 5,
			Owners: []string{"gazette", "post"}, Text: "6 stories from 2 independent publishers in 3 days."}}}}
	m, err := bus.NewMessage(bus.AlertSubject(kulkul.Firing, kulkul.High), e.ID, e)
	must(p.t, err)
	must(p.t, p.bus.Publish(p.t.Context(), m))
}

// mailTo waits for the mail that a person gets.
func (p *post) mailTo(person string) *mail.Message {
	p.t.Helper()
	var found *mail.Message
	p.until("a mail to "+person, func() bool {
		paths, err := filepath.Glob(filepath.Join(p.engines.SMTP.Dir, "new", "*.eml"))
		must(p.t, err)
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			must(p.t, err)
			m, err := mail.ReadMessage(bytes.NewReader(raw))
			must(p.t, err)
			if strings.Contains(m.Header.Get("To"), person+"@") {
				found = m
			}
		}
		return found != nil
	})
	return found
}

// relayed posts a mail as a relay does and gives the answer's status and what
// the intake counted it as.
func (p *post) relayed(token, raw string) (int, string) {
	p.t.Helper()
	before := p.counted()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.relay.URL+"/v1/mail", strings.NewReader(raw))
	must(p.t, err)
	req.Header.Set("Content-Type", "message/rfc822")
	req.SetBasicAuth("relay", token)
	resp, err := http.DefaultClient.Do(req)
	must(p.t, err)
	must(p.t, resp.Body.Close())
	for outcome, n := range p.counted() {
		if n > before[outcome] {
			return resp.StatusCode, outcome
		}
	}
	return resp.StatusCode, ""
}

// counted is what the intake counted so far, by outcome.
func (p *post) counted() map[string]float64 {
	p.t.Helper()
	families, err := p.metrics.Gather()
	must(p.t, err)
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "kulkul_intake_mails_total" {
				out[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	return out
}

// passed is what the trusted server says of a mail from the domain given.
const passed = "Authentication-Results: mx.arf.example; dmarc=pass header.from=eep.example\r\n"

func reply(id, from, to, text string) string {
	return fmt.Sprintf("From: %s\r\nTo: %s\r\nMessage-ID: <%s@eep.example>\r\nSubject: Re: Sabah\r\n\r\n%s\r\n\r\nOn Monday Kulkul wrote:\r\n> Sabah\r\n", from, to, id, text)
}

func bounce(id, to, action, status, original string) string {
	return fmt.Sprintf("From: MAILER-DAEMON@mx.eep.example\r\nTo: %s\r\nMessage-ID: <%s@mx.eep.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"+
		"Reporting-MTA: dns; mx.eep.example\r\n\r\nFinal-Recipient: rfc822; x@eep.example\r\nAction: %s\r\nStatus: %s\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"+
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: %s\r\n\r\n--b--\r\n", to, id, action, status, original)
}

// large is a reply with an attachment of so many bytes.
func large(id, from, to string, size int) string {
	return fmt.Sprintf("From: %s\r\nTo: %s\r\nMessage-ID: <%s@eep.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\nSee the picture.\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment\r\n\r\n", from, to, id) +
		strings.Repeat("0123456789abcdef\r\n", size/18) + "--b--\r\n"
}
