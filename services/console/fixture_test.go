package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// place is a running console over real engines with the invented world in it.
// All tests of the package share it; those that change something change what
// is theirs.
type place struct {
	base     string // http://127.0.0.1:port
	bus      *bus.Bus
	store    *store.Store
	settings *config.Running
	service  *Service
	items    []kulkul.Tagged
	alerts   []kulkul.Alert
	hostile  kulkul.Tagged
	closed   map[string]kulkul.Tagged // by what keeps them from viewers
	held     kulkul.Rejection
	mailID   string
	provider *provider
	jars     map[kulkul.Role]*http.Client
}

// here is the place, made by TestMain.
var here *place

const password = "correct horse battery"

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kulkul-console-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	engines, err := enginetest.Launch(enginetest.NATS|enginetest.ClickHouse, dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer engines.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stopped := make(chan error, 1)
	if here, err = build(ctx, engines.Engines, dir, stopped); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	cancel()
	if err := <-stopped; err != nil {
		fmt.Fprintln(os.Stderr, "console stopped:", err)
		code = 1
	}
	here.bus.Close()
	if err := here.store.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// build starts the console and fills its world.
func build(ctx context.Context, e enginetest.Engines, dir string, stopped chan error) (*place, error) {
	p := &place{jars: map[kulkul.Role]*http.Client{}, closed: map[string]kulkul.Tagged{}}
	reg := prometheus.NewRegistry()
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	var err error
	if p.bus, err = bus.Connect(ctx, "console", c, reg); err != nil {
		return nil, err
	}
	p.store, err = store.Open(ctx, store.Config{URL: e.ClickHouse.URL, User: e.ClickHouse.User, Password: e.ClickHouse.Password, Database: e.ClickHouse.Database}, reg)
	if err != nil {
		return nil, err
	}
	if err := p.store.Migrate(ctx); err != nil {
		return nil, err
	}
	files, err := seed()
	if err != nil {
		return nil, err
	}
	if p.settings, err = config.Start(ctx, p.bus, files); err != nil {
		return nil, err
	}
	mails := filepath.Join(dir, "mails")
	if err := p.fill(ctx, mails, time.Now().UTC()); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if p.provider, err = startProvider(dir); err != nil {
		return nil, err
	}
	vouched, err := p.provider.config(dir)
	if err != nil {
		return nil, err
	}
	p.service, err = New(Config{Listen: "127.0.0.1:0", MailboxDir: mails, LivePages: 300, OIDC: vouched},
		Deps{Bus: p.bus, Store: p.store, Settings: p.settings, Files: files, Dial: dial.Config{Allow: []string{"127.0.0.0/8"}}, Log: log, Metrics: reg, Now: time.Now})
	if err != nil {
		return nil, err
	}
	go func() { stopped <- p.service.Run(ctx) }()
	for p.service.Ready(ctx) != nil {
		select {
		case err := <-stopped:
			return nil, fmt.Errorf("console ended: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.base = "http://" + p.service.Addr()
	p.provider.clients["kulkul"] = storage.WebClient("kulkul", "quiet", p.base+"/signin/callback")
	out := issued()
	corrected := out.Corrected("The figure was counted twice.", "the-coordinator", time.Now())
	corrected.Lead, corrected.PublishedBy, corrected.PublishedAt = "Put right.", "the-coordinator", time.Now().UTC()
	for _, b := range []kulkul.Bulletin{pastWeek(), out, corrected} {
		if err := p.service.weekly.Add(ctx, b, "the-analyst"); err != nil {
			return nil, err
		}
	}
	return p, p.signInAll()
}

// pastWeek is a draft of a week long ago.
func pastWeek() kulkul.Bulletin {
	to := kulkul.DayOf(time.Now()) - 60
	return kulkul.Bulletin{ID: to.String(), From: to - 6, To: to, Title: "A week long ago", Handling: kulkul.Members, Entries: []kulkul.BulletinEntry{
		{Flashpoint: "kashmir", Section: kulkul.Deteriorated, Before: kulkul.Watch, After: kulkul.High, Risk: true, Text: "The level went from watch to high."},
		{Flashpoint: "mekong-basin", Section: kulkul.Unchanged, Opportunity: true, Text: "Calm after an episode."}}}
}

// issued is a bulletin that is out and has a correction.
func issued() kulkul.Bulletin {
	b := pastWeek()
	b.To -= 60
	b.ID, b.From, b.PublishedBy, b.PublishedAt = b.To.String(), b.To-6, "the-coordinator", b.To.End().Add(9*time.Hour)
	return b
}

// seed is the configuration of the world: its own sources and people, the
// product's rules.
func seed() (fs.FS, error) {
	files, err := config.ReadFiles(os.DirFS("../../configs"))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("sources:\n")
	for _, p := range publishers() {
		fmt.Fprintf(&b, "  - {id: %s, name: %q, owner: %q, country: %s, track: %q, language: %s, reliability: C, feeds: [{id: %s-all, url: \"https://%s.example/feed\", schedule: \"@every 30m\"}]}\n",
			p.id, p.name, p.owner, p.country, p.track, p.language, p.id, p.id)
	}
	people := `participants: [{code: VN, name: Viet Nam}, {code: NZ, name: New Zealand}]
people:
  - {id: eep-vn, name: An Expert, email: an@eep.example, role: eep, country: VN, subscriptions: [{level: watch, rhythm: bulletin}]}
  - {id: eep-nz, name: Another Expert, email: another@eep.example, role: eep, country: NZ}
recusal: "on"
parties: {south-china-sea: [VN]}
hidden: {sabah: analyst, bougainville: admin}
`
	files[config.SourcesFile], files[config.PeopleFile] = []byte(b.String()), []byte(people)
	return config.FilesFS(files), nil
}

// signInAll makes an account of every role and signs it in.
func (p *place) signInAll() error {
	bucket, err := p.bus.Bucket(context.Background(), bus.BucketUsers)
	if err != nil {
		return err
	}
	for _, role := range kulkul.Roles() {
		if err := accounts.Add(context.Background(), bucket, "the-"+string(role), role, password, time.Now()); err != nil {
			return err
		}
		client, err := p.signIn("the-" + string(role))
		if err != nil {
			return err
		}
		p.jars[role] = client
	}
	p.jars[open] = p.stranger()
	return nil
}

// stranger is a browser without a session. It follows no redirect.
func (p *place) stranger() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // only for options, and there are none
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (p *place) signIn(name string) (*http.Client, error) {
	client := p.stranger()
	answer, err := client.PostForm(p.base+"/signin", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("sign in %s: %s", name, answer.Status)
	}
	return client, nil
}

// fill writes the world as the archiver and the mail server would have.
func (p *place) fill(ctx context.Context, mails string, now time.Time) error {
	p.items = world(now, 100)
	p.special(now)
	w := p.store.Writer()
	all := append([]kulkul.Tagged{p.hostile}, p.items...)
	for _, t := range p.closed {
		all = append(all, t)
	}
	if err := w.WriteItems(ctx, all); err != nil {
		return err
	}
	var events []kulkul.AlertEvent
	for _, a := range alarms() {
		alert := alertOf(a, now, p.items)
		if a.inhibited {
			alert.Inhibited = alertOf(alarms()[2], now, p.items).ID()
		}
		p.alerts = append(p.alerts, alert)
		events = append(events, life(alert)...)
	}
	first := &p.alerts[0]
	first.Items = append(first.Items, p.closed["unit"].Item.ID)
	for i := range events {
		if events[i].Alert.ID() == first.ID() {
			events[i].Alert.Items = first.Items
		}
	}
	if err := w.WriteAlerts(ctx, events); err != nil {
		return err
	}
	if err := p.fillRest(ctx, w, now); err != nil {
		return err
	}
	bucket, err := p.bus.Bucket(ctx, bus.BucketTagger)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(taxonomy.State{Active: tax})
	if err != nil {
		return err
	}
	if _, err := bucket.Put(ctx, taxonomy.Key, raw); err != nil {
		return err
	}
	return p.fillMail(mails, now)
}
