// Package console is the analysts' and experts' face: pages, live updates and
// the decisions that people make on them.
//
// In: requests of browsers; ClickHouse to read; the bus to follow. Out: pages,
// JSON, reviews on REVIEWS, audit lines on HEALTH, accounts in the bucket users.
// It writes nothing to ClickHouse. Called by `kulkul up` and `kulkul console`.
//
// The flow: door → who asks → may they → page, or decision → review.
package console

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/assets"
	"github.com/kulkul-ews/kulkul/services/console/bulletin"
	"github.com/kulkul-ews/kulkul/services/console/bulletin/sheet"
	"github.com/kulkul-ews/kulkul/services/console/door"
	"github.com/kulkul-ews/kulkul/services/console/glance"
	"github.com/kulkul-ews/kulkul/services/console/live"
	"github.com/kulkul-ews/kulkul/services/console/sso"
	"github.com/kulkul-ews/kulkul/services/console/tuning"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/console/web/mailbox"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// Config says how the console is reached.
type Config struct {
	Listen string `yaml:"listen"` // host:port; empty: none
	// PublicURL is how browsers reach it ("https://kulkul.example.org"). An
	// https one makes cookies secure and browsers stay with TLS.
	PublicURL string `yaml:"public_url"`
	// MailboxDir is the folder in which a local mail server keeps mail; the
	// outbox page shows it to administrators. Empty: no such page.
	MailboxDir string `yaml:"mailbox_dir"`
	// LivePages is how many pages may follow live at once.
	LivePages int `yaml:"live_pages"`
	// TrustForwarded takes the address of who signs in from the last entry of
	// X-Forwarded-For; only behind a proxy that sets it.
	TrustForwarded bool `yaml:"trust_forwarded"`
	// OIDC is a provider of identities beside local accounts.
	OIDC sso.Config `yaml:"oidc"`
}

// DefaultConfig is a console on loopback.
func DefaultConfig() Config { return Config{Listen: "127.0.0.1:8740", LivePages: 1000} }

// Deps is what the console needs of the process.
type Deps struct {
	Bus      *bus.Bus
	Store    *store.Store
	Settings *config.Running
	// Files are those the process was given for its configuration; what runs is
	// held against them. Nil: none.
	Files   fs.FS
	Log     *slog.Logger
	Metrics prometheus.Registerer
	Now     func() time.Time
	// Dial says what, beside the public internet, a look at a feed may ask.
	Dial dial.Config
	// Answers, where set, serves /answers/…: the pages behind the links in
	// mails, which need no session.
	Answers http.Handler
}

// Service is the console.
type Service struct {
	config Config
	deps   Deps
	desk   *accounts.Desk
	door   *door.Door
	hub    *live.Hub
	assets *assets.Set
	names  *catalogue
	active atomic.Pointer[taxonomy.Active]
	view   *view.Reader
	pages  *web.Pages
	bench  *tuning.Bench
	weekly *bulletin.Desk
	press  *sheet.Press // nil: built without its fonts
	glass  *glance.Glass
	gate   *sso.Gate // nil: no provider
	routes []route

	mu       sync.Mutex
	listener net.Listener
}

// New puts the console together; it starts nothing.
func New(c Config, d Deps) (*Service, error) {
	if c.LivePages <= 0 {
		return nil, fmt.Errorf("console: live_pages %d: want one or more", c.LivePages)
	}
	set, err := assets.Load()
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	s := &Service{
		config: c, deps: d, assets: set, names: &catalogue{},
		desk: accounts.NewDesk(d.Bus, d.Now), door: door.New(c.PublicURL, d.Log, d.Metrics), hub: live.New(c.LivePages, d.Metrics),
	}
	if s.gate, err = sso.New(c.OIDC, func() string { return s.site().URL + "/signin/callback" }); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	s.view = &view.Reader{Store: d.Store, Bus: d.Bus, Settings: d.Settings, Names: s.names, Taxonomy: s.taxonomy, Now: d.Now}
	s.pages, err = web.New(web.Deps{View: s.view, User: userOf, Visit: s.visit, Searches: s.searches, Asset: set.Name, Land: assets.Land(),
		Provider: c.OIDC.Label(), Mailbox: mailbox.Open(c.MailboxDir), Log: d.Log, Now: d.Now})
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	s.bench = tuning.New(d.Settings, d.Store, s.taxonomy, d.Files, d.Now)
	s.weekly = bulletin.NewDesk(d.Bus, d.Now)
	if s.press, err = newPress(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	guard, err := dial.New(d.Dial)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	s.glass = glance.New(guard)
	s.routes = s.table()
	return s, nil
}

// Run serves until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	active, err := taxonomy.Open(ctx, s.deps.Bus)
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	s.active.Store(active)
	if err := s.weekly.Recover(ctx); err != nil {
		return fmt.Errorf("console: bulletins: %w", err)
	}
	s.names.read(s.deps.Settings.Current(), s.deps.Log)

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts := []func(context.Context) error{
		active.Run, s.followNames, s.sweep, s.view.Keep, s.serve,
		func(ctx context.Context) error { return s.hub.Run(ctx, s.deps.Bus) },
	}
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	var all error
	for range parts {
		err := <-ended
		stop() // one that ends takes the others along
		all = errors.Join(all, err)
	}
	if all != nil {
		return fmt.Errorf("console: %w", all)
	}
	return nil
}

func (s *Service) serve(ctx context.Context) error {
	if s.config.Listen == "" {
		<-ctx.Done()
		return nil
	}
	l, err := net.Listen("tcp", s.config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.mu.Lock()
	s.listener = l
	s.mu.Unlock()
	s.deps.Log.Info("console listens", "address", l.Addr().String())
	return run.Serve(ctx, l, s.Handler())
}

// Addr is where it listens; empty before that.
func (s *Service) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Ready reports whether pages can be drawn: the console runs, and what it
// reads from answers.
func (s *Service) Ready(ctx context.Context) error {
	if s.active.Load() == nil {
		return errors.New("console: not started")
	}
	if s.config.Listen != "" && s.Addr() == "" {
		return errors.New("console: not listening")
	}
	if err := s.deps.Store.Ready(ctx); err != nil {
		return fmt.Errorf("console: %w", err)
	}
	return nil
}

// untagged stands for the taxonomy before there is one: nothing is tagged
// under it.
const untagged = "none"

// taxonomy is the version whose tags are shown.
func (s *Service) taxonomy() string {
	if active := s.active.Load(); active != nil && active.Version() != "" {
		return active.Version()
	}
	return untagged
}

// sweepEvery is how often sessions that are over are deleted.
const sweepEvery = time.Hour

func (s *Service) sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if _, err := s.desk.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.deps.Log.Warn("sweep sessions", "error", err)
			}
		}
	}
}
