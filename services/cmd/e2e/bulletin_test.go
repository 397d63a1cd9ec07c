package e2e

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/console"
	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/assets"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

const subscribers = `participants: [{code: SG, name: Singapore}]
people:
  - {id: lim, name: Lim, email: lim@eep.example, role: eep, country: SG, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: desk, name: Desk, email: desk@arf.example, role: unit, subscriptions: [{level: watch, rhythm: bulletin}]}
hidden: {sabah: analyst}
`

// newsroom is a console and a notifier over the engines they run on.
type newsroom struct {
	t       *testing.T
	engines enginetest.Engines
	store   *store.Store
	base    string
	clients map[kulkul.Role]*http.Client
}

const roomTaxonomy = "t1"

func newNewsroom(t *testing.T) *newsroom {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse|enginetest.SMTP)
	bc := bus.DefaultConfig()
	bc.URL, bc.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", bc, prometheus.NewRegistry())
	must(t, err)
	t.Cleanup(b.Close)
	sc := store.DefaultConfig()
	sc.URL, sc.User, sc.Password = e.ClickHouse.URL, e.ClickHouse.User, e.ClickHouse.Password
	s, err := store.Open(t.Context(), sc, prometheus.NewRegistry())
	must(t, err)
	t.Cleanup(func() { _ = s.Close() }) // it only closes connections
	must(t, s.Migrate(t.Context()))
	files, err := config.ReadFiles(os.DirFS("../../../configs"))
	must(t, err)
	files[config.PeopleFile] = []byte(subscribers)
	ctx, cancel := context.WithCancel(t.Context())
	settings, err := config.Start(ctx, b, config.FilesFS(files))
	must(t, err)
	t.Cleanup(func() { cancel(); settings.Wait() })
	state, err := b.Bucket(t.Context(), bus.BucketTagger)
	must(t, err)
	raw, err := json.Marshal(taxonomy.State{Active: roomTaxonomy})
	must(t, err)
	_, err = state.Put(t.Context(), taxonomy.Key, raw)
	must(t, err)

	nc := notifier.DefaultConfig()
	host, port, err := net.SplitHostPort(e.SMTP.Addr)
	must(t, err)
	nc.Mail.Host, nc.Mail.TLS, nc.Console = host, "none", "https://console.example"
	nc.Mail.Port, err = strconv.Atoi(port)
	must(t, err)
	quiet := slog.New(slog.DiscardHandler)
	n, err := notifier.New(nc, notifier.Deps{Bus: b, Store: s, Settings: settings, Log: quiet, Metrics: prometheus.NewRegistry(), Now: time.Now})
	must(t, err)
	c, err := console.New(console.Config{Listen: "127.0.0.1:0", LivePages: 10},
		console.Deps{Bus: b, Store: s, Settings: settings, Files: fstest.MapFS{}, Log: quiet, Metrics: prometheus.NewRegistry(), Now: time.Now})
	must(t, err)
	for _, run := range []func(context.Context) error{n.Run, c.Run} {
		done := make(chan error, 1)
		go func() { done <- run(ctx) }()
		t.Cleanup(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, time.Minute, "the console is ready", func() bool { return c.Ready(t.Context()) == nil })
	r := &newsroom{t: t, engines: e, store: s, base: "http://" + c.Addr(), clients: map[kulkul.Role]*http.Client{}}
	users, err := b.Bucket(t.Context(), bus.BucketUsers)
	must(t, err)
	for _, role := range []kulkul.Role{kulkul.RoleEEP, kulkul.RoleAnalyst, kulkul.RoleCoordinator} {
		r.signIn(users, role)
	}
	return r
}

func (r *newsroom) signIn(users *bus.Bucket, role kulkul.Role) {
	r.t.Helper()
	const password = "correct horse battery"
	must(r.t, accounts.Add(r.t.Context(), users, "the-"+string(role), role, password, time.Now()))
	jar, err := cookiejar.New(nil)
	must(r.t, err)
	r.clients[role] = &http.Client{Jar: jar}
	r.post(role, "/signin", url.Values{"name": {"the-" + string(role)}, "password": {password}})
}

// post sends a form and gives the page that it leads to.
func (r *newsroom) post(role kulkul.Role, path string, form url.Values) string {
	r.t.Helper()
	answer, err := r.clients[role].PostForm(r.base+path, form)
	return r.page(path, answer, err)
}

func (r *newsroom) get(role kulkul.Role, path string) string {
	r.t.Helper()
	answer, err := r.clients[role].Get(r.base + path)
	return r.page(path, answer, err)
}

func (r *newsroom) page(path string, answer *http.Response, err error) string {
	r.t.Helper()
	must(r.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(r.t, err)
	if answer.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s\n%s", path, answer.Status, body)
	}
	return string(body)
}

// story stores a report of five publishers, as what is most widely carried.
func (r *newsroom) story(flashpoint, title string, at time.Time, publishers int, change func(*kulkul.Item)) {
	r.t.Helper()
	var list []kulkul.Tagged
	for n := range publishers {
		i := kulkul.Item{ID: kulkul.ItemID(fmt.Sprint("paper-", n), title), Source: fmt.Sprint("paper-", n), Title: title, Link: "https://paper.example/" + kulkul.Hash(title),
			Language: "en", Published: at, Collected: at, Entered: kulkul.DayOf(at), Revision: 1}
		change(&i)
		list = append(list, kulkul.Tagged{Item: i, Taxonomy: roomTaxonomy, Story: kulkul.Hash("story", title), Owner: i.Source, Country: "SG", Weight: 1, TaggedAt: at,
			Flashpoints: []kulkul.Tag{{ID: flashpoint, Score: 1}}, Areas: []kulkul.Tag{{ID: "maritime-security", Score: 1}}})
	}
	must(r.t, r.store.Writer().WriteItems(r.t.Context(), list))
}

// fires stores that an alert of a flashpoint fired.
func (r *newsroom) fires(flashpoint string, at time.Time) {
	r.t.Helper()
	a := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: flashpoint, Area: "maritime-security", Group: "volume"}, Episode: 1, FlashpointEpisode: 1, State: kulkul.Firing,
		Level: kulkul.High, Peak: kulkul.High, Since: at, FiredAt: at, UpdatedAt: at, Taxonomy: roomTaxonomy,
		Reasons: []kulkul.Reason{{Indicator: "many-voices", Text: "Counted stories of " + flashpoint + "."}}}
	must(r.t, r.store.Writer().WriteAlerts(r.t.Context(), []kulkul.AlertEvent{{ID: kulkul.EventID(a, kulkul.Fired, 1), At: at, Change: kulkul.Fired, Alert: a}}))
}

// inside inflates a PDF's streams and gives the letters of its pages, which it
// holds as UTF-16.
func inside(t *testing.T, pdf string) string {
	t.Helper()
	var out strings.Builder
	for _, part := range strings.Split(pdf, "stream\n")[1:] {
		z, err := zlib.NewReader(strings.NewReader(part))
		if err != nil {
			continue // not a compressed one
		}
		raw, err := io.ReadAll(z)
		if err == nil || len(raw) > 0 {
			out.Write(bytes.ReplaceAll(raw, []byte{0}, nil))
		}
	}
	return out.String()
}

// What members may not see reaches neither the draft nor page, PDF or mail of a
// bulletin, though it is carried by the most.
func TestABulletinTellsOfNothingClosed(t *testing.T) {
	r := newNewsroom(t)
	to := kulkul.DayOf(time.Now()) - 1
	at := to.Start().Add(9 * time.Hour)
	open := func(*kulkul.Item) {}
	r.story("papua", "Lighthouse keepers at the cape", at, 2, open)
	for title, close := range map[string]func(*kulkul.Item){
		"Unitmatter at the cape":    func(i *kulkul.Item) { i.Handling = kulkul.Unit },
		"Expertsmatter at the cape": func(i *kulkul.Item) { i.Handling = kulkul.EEPs },
		"Embargomatter at the cape": func(i *kulkul.Item) { i.Embargo = time.Now().Add(48 * time.Hour) },
	} {
		r.story("papua", title, at, 5, close)
	}
	r.story("papua", "Halfopen news", at, 4, func(i *kulkul.Item) {
		if i.Source != "paper-0" {
			i.Handling = kulkul.Unit
		}
	})
	r.story("sabah", "Hiddenmatter at sea", at, 5, open)
	r.fires("papua", at)
	r.fires("sabah", at)

	path := "/bulletins/" + to.String()
	pages := map[string]string{"the draft": r.post(kulkul.RoleAnalyst, "/bulletins", url.Values{"to": {to.String()}})}
	revision := regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(pages["the draft"])[1]
	r.post(kulkul.RoleCoordinator, path+"/publish", url.Values{"revision": {revision}})
	r.post(kulkul.RoleCoordinator, path+"/send", url.Values{"confirm": {"1"}})
	pages["the expert's page"], pages["the analyst's page"] = r.get(kulkul.RoleEEP, path), r.get(kulkul.RoleAnalyst, path)
	pages["the list for programs"] = r.get(kulkul.RoleEEP, "/api/v1/bulletins")
	if os.Getenv("CI") == "true" || assets.Font("regular") != nil { // `make assets` brings them
		pages["the PDF"] = inside(t, r.get(kulkul.RoleCoordinator, path+"/pdf"))
	}
	var mails []string
	eventually(t, time.Minute, "both are mailed", func() bool {
		var err error
		mails, err = filepath.Glob(filepath.Join(r.engines.SMTP.Dir, "new", "*.eml"))
		return err == nil && len(mails) == 2
	})
	for _, name := range mails {
		raw, err := os.ReadFile(name)
		must(t, err)
		pages["the mail "+filepath.Base(name)] = strings.ReplaceAll(string(raw), "=\r\n", "")
	}
	for name, text := range pages {
		if !strings.Contains(text, "Lighthouse") || !strings.Contains(text, "Halfopen") || !strings.Contains(text, "rose") {
			t.Errorf("%s lacks what is open:\n%s", name, text)
		}
		for _, closed := range []string{"Unitmatter", "Expertsmatter", "Embargomatter", "Hiddenmatter", "abah", "and 3 more"} {
			if strings.Contains(text, closed) {
				t.Errorf("%s tells of %q:\n%s", name, closed, text)
			}
		}
	}
}
