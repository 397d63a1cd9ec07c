package notifier_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/notifier/webhook"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

const hookSecret = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="

// pager is a program that is told: a real HTTP server that fails the first so
// many tries.
type pager struct {
	*httptest.Server
	mu    sync.Mutex
	fails int
	got   []post
}

type post struct {
	header http.Header
	body   []byte
}

func newPager(t *testing.T, fails int) *pager {
	t.Helper()
	p := &pager{fails: fails}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.got = append(p.got, post{r.Header, body})
		if len(p.got) <= p.fails {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *pager) posts() []post {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]post{}, p.got...)
}

// hooked adds receivers to a notifier's configuration.
func hooked(t *testing.T, receivers ...webhook.Receiver) func(*notifier.Config) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(hookSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *notifier.Config) {
		c.Webhooks.Dial.Allow = []string{"127.0.0.0/8"}
		for _, r := range receivers {
			r.SecretFile = secret
			c.Webhooks.Receivers = append(c.Webhooks.Receivers, r)
		}
	}
}

// items are reports of each handling level, and one under embargo.
func (w *world) items(t *testing.T) (ids []string) {
	t.Helper()
	var list []kulkul.Tagged
	for n, i := range []kulkul.Item{{Title: "open report"}, {Title: "report for experts", Handling: kulkul.EEPs},
		{Title: "report for the unit", Handling: kulkul.Unit}, {Title: "early report", Embargo: now.Add(time.Hour)}} {
		i.ID, i.Source, i.Revision, i.Collected, i.Entered = kulkul.ItemID("gazette", i.Title), "gazette", 1, now, kulkul.DayOf(now)
		list = append(list, kulkul.Tagged{Item: i, Taxonomy: "t1", Story: i.ID, Owner: "owner-" + string(rune('a'+n)), TaggedAt: now})
		ids = append(ids, i.ID)
	}
	if err := w.store.Writer().WriteItems(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	return ids
}

// alertOn publishes an alert that rests on items.
func (w *world) alertOn(t *testing.T, l kulkul.Level, items []string) {
	t.Helper()
	e := kulkul.AlertEvent{ID: "on-" + l.String(), At: now, Alert: kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"},
		Episode: 1, FlashpointEpisode: 3, State: kulkul.Firing, Level: l, Peak: l, Since: now, FiredAt: now, UpdatedAt: now, Taxonomy: "t1", Items: items,
		Reasons: []kulkul.Reason{{Indicator: "many-voices", Day: kulkul.DayOf(now), Window: 3, Observed: 6, Owners: []string{"gazette"}, Text: "6 stories."}}}}
	m, err := bus.NewMessage(bus.AlertSubject(kulkul.Firing, l), e.ID, e)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestAWebhookIsSignedTriedAgainAndCarriesWhatItsReaderMaySee(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP))
	desk, experts, quiet := newPager(t, 1), newPager(t, 0), newPager(t, 0)
	w.notify(t, w.engines.SMTP.Addr, hooked(t, webhook.Receiver{Name: "desk", URL: desk.URL, Format: webhook.Kulkul},
		webhook.Receiver{Name: "experts", URL: experts.URL, Format: webhook.Alertmanager, Handling: kulkul.EEPs},
		webhook.Receiver{Name: "quiet", URL: quiet.URL, Format: webhook.Kulkul, Level: kulkul.Critical}))
	w.alertOn(t, kulkul.High, w.items(t))
	await(t, "both receivers are told", func() bool { return len(desk.posts()) == 2 && len(experts.posts()) == 1 })
	first, second := desk.posts()[0], desk.posts()[1]
	if id := first.header.Get("webhook-id"); id == "" || id != second.header.Get("webhook-id") || string(first.body) != string(second.body) {
		t.Errorf("the second try is another message: %q, %q", id, second.header.Get("webhook-id"))
	}
	verifier, err := standard.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.VerifyIgnoringTimestamp(second.body, second.header); err != nil {
		t.Errorf("signature: %v", err)
	}
	if err := verifier.VerifyIgnoringTimestamp(append(second.body, ' '), second.header); err == nil {
		t.Error("a changed body passes")
	}
	for _, c := range []struct {
		who  string
		body string
		want map[string]bool
	}{
		{"the public", string(second.body), map[string]bool{"open report": true, "report for experts": false}},
		{"experts", string(experts.posts()[0].body), map[string]bool{"open report": true, "report for experts": true}},
	} {
		c.want["report for the unit"], c.want["early report"] = false, false
		for text, want := range c.want {
			if strings.Contains(c.body, text) != want {
				t.Errorf("%s: %q is there: %v\n%s", c.who, text, !want, c.body)
			}
		}
	}
	var am struct {
		Version, Status, GroupKey, Receiver string
		Alerts                              []struct {
			Status, Fingerprint string
			Labels              map[string]string
			StartsAt            time.Time
		}
	}
	if err := json.Unmarshal(experts.posts()[0].body, &am); err != nil {
		t.Fatal(err)
	}
	if am.Version != "4" || am.Status != "firing" || am.Receiver != "experts" || len(am.Alerts) != 1 || am.Alerts[0].Labels["severity"] != "high" ||
		am.Alerts[0].Labels["alertname"] == "" || !am.Alerts[0].StartsAt.Equal(now) || len(am.Alerts[0].Fingerprint) != 16 {
		t.Errorf("%+v", am)
	}
	letter := text(t, w.awaitMails(t, "lim@eep.example", 1)[0])
	for title, want := range map[string]bool{"open report": true, "report for experts": true, "report for the unit": false, "early report": false} {
		if strings.Contains(letter, title) != want {
			t.Errorf("the expert's mail: %q is there: %v\n%s", title, !want, letter)
		}
	}
	if n := len(quiet.posts()); n != 0 {
		t.Errorf("a receiver of critical alerts was told %d times of a high one", n)
	}
}
