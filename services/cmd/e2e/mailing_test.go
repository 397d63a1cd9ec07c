package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// mailing is a notifier in a process of its own, over real engines in others,
// with experts to tell and flashpoints to tell of.
type mailing struct {
	bus         *bus.Bus
	engines     enginetest.Engines
	bin, dir    string
	people      []kulkul.Person
	flashpoints []string
	seen        map[string]int // copies of a Message-ID when a kill was last looked at
	hid, hiding int            // mails hidden by kills, and kills that hid some
	summaries   map[string]letter
}

// letter is what the mail server kept of one mail.
type letter struct{ to, messageID, body string }

const mailDomain = "kulkul.example"

// recusedState is party to every flashpoint of the mailing.
const recusedState = "KH"

func newMailing(t *testing.T, experts, flashpoints int) *mailing {
	t.Helper()
	m := &mailing{engines: enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP), bin: binary(t), dir: t.TempDir(),
		flashpoints: kulkul.Flashpoints()[:flashpoints], seen: map[string]int{}, summaries: map[string]letter{}}
	states := []string{"AU", "BD", "BN", recusedState, "CA", "CN", "KP", "EU", "IN", "ID", "JP", "LA", "MY", "MN", "MM", "NZ", "PK", "PG", "PH",
		"KR", "RU", "SG", "LK", "TH", "TL", "US", "VN"}
	var register strings.Builder
	register.WriteString("participants:\n")
	for _, s := range states {
		fmt.Fprintf(&register, "  - {code: %s, name: State %s}\n", s, s)
	}
	register.WriteString("people:\n")
	for n := range experts {
		p := kulkul.Person{ID: fmt.Sprintf("expert-%d", n), Role: "eep", Country: states[n%len(states)], Subscriptions: []kulkul.Subscription{{Level: kulkul.Watch}}}
		if n%5 == 4 {
			p.Subscriptions[0].Level = kulkul.High
		}
		m.people = append(m.people, p)
		fmt.Fprintf(&register, "  - {id: %s, name: Expert %d, email: %s@eep.example, role: eep, country: %s, subscriptions: [{level: %s}]}\n",
			p.ID, n, p.ID, p.Country, p.Subscriptions[0].Level)
	}
	register.WriteString("  - {id: gone, name: Gone, email: gone@eep.example, role: unit, disabled: true, subscriptions: [{level: watch}]}\nparties:\n")
	for _, f := range m.flashpoints {
		fmt.Fprintf(&register, "  %s: [%s]\n", f, recusedState)
	}
	m.open(t, register.String())
	return m
}

func (m *mailing) open(t *testing.T, register string) {
	t.Helper()
	e := m.engines
	bc := bus.DefaultConfig()
	bc.URL, bc.Token = e.NATS.URL, e.NATS.Token
	var err error
	if m.bus, err = bus.Connect(t.Context(), "test", bc, prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.bus.Close)
	sc := store.DefaultConfig()
	sc.URL, sc.User, sc.Password = e.ClickHouse.URL, e.ClickHouse.User, e.ClickHouse.Password
	s, err := store.Open(t.Context(), sc, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // it only closes connections
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	settings, err := config.Start(ctx, m.bus, fstest.MapFS{config.PeopleFile: {Data: []byte(register)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); settings.Wait() })
	host, port, err := net.SplitHostPort(e.SMTP.Addr)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"token": e.NATS.Token, "password": e.ClickHouse.Password, config.PeopleFile: register,
		"kulkul.yaml": fmt.Sprintf(`telemetry: {listen: "127.0.0.1:0", level: error}
bus: {url: %q, token_file: %q}
store: {url: %q, user: %q, password_file: %q}
notifier:
  console: https://kulkul.example
  check: 500ms
  lease: 1s
  flood: 0
  mail: {host: %s, port: %s, tls: none, domain: %s, from: kulkul@kulkul.example}
`, e.NATS.URL, filepath.Join(m.dir, "token"), e.ClickHouse.URL, e.ClickHouse.User, filepath.Join(m.dir, "password"), host, port, mailDomain),
	} {
		if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// start runs a notifier; kill ends it as a power cut would, and waits for it.
func (m *mailing) start(t *testing.T) (kill func()) {
	t.Helper()
	var told bytes.Buffer
	cmd := exec.CommandContext(t.Context(), m.bin, "notifier", "--config", m.dir)
	cmd.Stdout, cmd.Stderr = &told, &told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Kill() // an error means that it has ended, which Wait tells
		if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
			t.Fatalf("the notifier ended by itself: %v\n%s", err, told.String())
		}
	}
}

// raise publishes an alert of a flashpoint at a level: each level is another
// area's alert of the same episode.
func (m *mailing) raise(t *testing.T, flashpoint string, l kulkul.Level) {
	t.Helper()
	at := time.Now().UTC()
	area := kulkul.Areas()[int(l)]
	a := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: flashpoint, Area: area, Group: "volume"}, Episode: 1, FlashpointEpisode: 1, State: kulkul.Firing,
		Level: l, Peak: l, Since: at, FiredAt: at, UpdatedAt: at, Taxonomy: "t1", Reasons: []kulkul.Reason{{Indicator: "many-voices", Detector: "threshold",
			Day: kulkul.DayOf(at), Window: 3, Observed: 6, Bound: 5, Owners: []string{"gazette", "post"}, Text: "6 stories from 2 independent publishers in 3 days."}}}
	e := kulkul.AlertEvent{ID: kulkul.EventID(a, kulkul.Fired, 1), At: at, Change: kulkul.Fired, Alert: a}
	msg, err := bus.NewMessage(bus.AlertSubject(a.State, l), e.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.bus.Publish(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
}

// kinds are the notifications that one episode brings, in order.
func kinds() []string { return []string{"first", "worse-elevated", "worse-high"} }

// entries reads the ledger's deliveries by Message-ID, without writing to it.
func (m *mailing) entries(t *testing.T) map[string]ledger.Entry {
	t.Helper()
	bucket, err := m.bus.Bucket(t.Context(), bus.BucketLedger)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]ledger.Entry{}
	err = bus.NewOutbox(bucket).Load(t.Context(), "delivery.>", func(_ string, state json.RawMessage, _ uint64) error {
		var e ledger.Entry
		err := json.Unmarshal(state, &e)
		out[e.Delivery.MessageID] = e
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// letters are the mails that the server kept, in the order in which it did.
func (m *mailing) letters(t *testing.T) []letter {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(m.engines.SMTP.Dir, "new"))
	if err != nil {
		t.Fatal(err)
	}
	var out []letter
	for _, f := range files { // in order of name, which is that of time
		l, ok := m.summaries[f.Name()]
		if !ok {
			raw, err := os.ReadFile(filepath.Join(m.engines.SMTP.Dir, "new", f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			msg, err := mail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			l = letter{to: msg.Header.Get("Delivered-To"), messageID: strings.Trim(msg.Header.Get("Message-Id"), "<>")}
			if strings.Contains(l.to, "expert-3@") { // the recused one's are read through
				l.body = strings.ReplaceAll(string(raw), "=\r\n", "")
			}
			m.summaries[f.Name()] = l
		}
		out = append(out, l)
	}
	return out
}

// settled waits until the server has kept all that it had read when the
// notifier was killed.
func (m *mailing) settled(t *testing.T) {
	t.Helper()
	for last, same := -1, 0; same < 3; time.Sleep(60 * time.Millisecond) {
		n := m.count(t)
		if n == last {
			same++
		} else {
			last, same = n, 0
		}
	}
}

func (m *mailing) count(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(m.engines.SMTP.Dir, "new"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// look counts the mails that the server accepted and the ledger did not learn
// of before the notifier died: each may be sent once more, and no other.
func (m *mailing) look(t *testing.T) {
	t.Helper()
	m.settled(t)
	copies := map[string]int{}
	for _, l := range m.letters(t) {
		copies[l.messageID]++
	}
	n := 0
	for id, e := range m.entries(t) {
		if !e.Done && copies[id] > m.seen[id] {
			n++
		}
	}
	m.seen = copies
	m.hid += n
	if n > 0 {
		m.hiding++
	}
}

// random points: most while mails go out, some while the notifier starts.
func (m *mailing) killPoint(t *testing.T, rng *rand.Rand) {
	t.Helper()
	if rng.IntN(5) == 0 {
		time.Sleep(time.Duration(rng.IntN(1500)) * time.Millisecond)
		return
	}
	before := m.count(t)
	for deadline := time.Now().Add(20 * time.Second); m.count(t) == before && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(time.Duration(rng.IntN(900)) * time.Millisecond)
}
