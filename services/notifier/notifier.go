// Package notifier tells people: it turns alert events into notifications of
// flashpoint episodes, and those into one mail per recipient
// and one POST per webhook.
//
// In: ALERTS, the reviews that concern telling (ack, silence, resolve,
// escalate), and bulletins to be mailed (JOBS). Out: mail over SMTP, webhooks, and DELIVERIES. What is owed is written to
// the ledger before the mail goes out and confirmed after, so that a crash
// leaves nothing unsent. Called by cmd.
package notifier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/address"
	"github.com/kulkul-ews/kulkul/services/notifier/email"
	"github.com/kulkul-ews/kulkul/services/notifier/episode"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/notifier/webhook"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Config of the notifier.
type Config struct {
	Mail email.Config `yaml:"mail"`
	// Webhooks are the programs that are told beside people.
	Webhooks webhook.Config `yaml:"webhooks"`
	Policy   episode.Policy `yaml:"policy"`
	// Group is how long events of one episode are gathered into one mail.
	Group time.Duration `yaml:"group"`
	// Check is how often repeats and escalations are looked for.
	Check time.Duration `yaml:"check"`
	// Warn is how long before a silence ends its author is told.
	Warn time.Duration `yaml:"warn"`
	// Lease is how long a notifier's deliveries stay its own after it was last
	// heard of; then another takes them over.
	Lease time.Duration `yaml:"lease"`
	// Answer is how long the links in a mail work.
	Answer time.Duration `yaml:"answer"`
	// DigestHour is the hour of the reader's day at which digests end.
	DigestHour int `yaml:"digest_hour"`
	// Flood is how many mails an hour one reader gets; what is more comes as one
	// digest. 0: no limit.
	Flood int `yaml:"flood"`
	// Workers is how many connections to the relay are used at once.
	Workers int `yaml:"workers"`
	// Console is the address of the console that mails link to.
	Console string `yaml:"console"`
}

// DefaultConfig repeats once a day and escalates every four hours from high on.
func DefaultConfig() Config {
	return Config{
		Mail: email.DefaultConfig(), Webhooks: webhook.DefaultConfig(),
		Policy: defaultPolicy(),
		Group:  300 * time.Millisecond, Check: time.Minute, Warn: 2 * time.Hour, Lease: 15 * time.Second,
		Answer: 14 * 24 * time.Hour, DigestHour: 7, Flood: 20, Workers: 4,
	}
}

// Deps are the parts the notifier works with.
type Deps struct {
	Bus      *bus.Bus
	Store    *store.Store
	Settings *config.Running
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Now      func() time.Time
}

// Service is the notifier.
type Service struct {
	config    Config
	deps      Deps
	renderer  *render.Renderer
	ledger    *ledger.Ledger
	hooks     *webhook.Hooks
	addresses *address.Book // nil: mails carry no address for answers
	queue     *queue
	metrics   *metrics
	names     catalogue
	readings  readings
	mu        sync.Mutex        // one decision at a time
	silences  []kulkul.Silenced // in force at the decision, or ended early; under mu
	left      map[string]left   // who left which subscription, by hashed person; under mu
	digested  map[string]bool   // digests (ids) decided; under mu
	pruned    time.Time         // when the ledger forgot last; under mu
	holder    string            // names this instance in the ledger
	unsure    atomic.Bool       // the ledger may hold deliveries of this instance that are not queued
}

// New makes the notifier; it does nothing yet.
func New(c Config, d Deps) (*Service, error) {
	if c.Workers < 1 || c.Group < 0 || c.Check <= 0 || c.Lease <= 0 || c.Answer <= 0 || c.Flood < 0 || c.DigestHour < 0 || c.DigestHour > 23 {
		return nil, errors.New("notifier: workers, check, lease and answer must be positive, group and flood must not be negative, digest_hour is 0 to 23")
	}
	renderer, err := render.New()
	if err != nil {
		return nil, err
	}
	hooks, err := webhook.New(c.Webhooks)
	if err != nil {
		return nil, err
	}
	addresses, err := address.Open(c.Mail.Replies)
	if err != nil {
		return nil, err
	}
	s := &Service{config: c, deps: d, renderer: renderer, hooks: hooks, addresses: addresses, queue: newQueue(d.Now), metrics: newMetrics(d.Metrics),
		readings: readings{byKey: map[string]reading{}}, digested: map[string]bool{}, holder: strings.ToLower(rand.Text())}
	s.unsure.Store(true) // what a crash left
	return s, nil
}

// Run tells people until ctx ends. A relay that is away makes it wait, not
// fail.
func (s *Service) Run(ctx context.Context) error {
	var err error
	if s.ledger, err = ledger.Open(ctx, s.deps.Bus); err != nil {
		return err
	}
	s.names.read(s.deps.Settings.Current(), s.deps.Log)
	if err := s.renew(ctx); err != nil {
		return err
	}
	defer s.leave(ctx)
	flows := map[string]func(context.Context) error{"alerts": s.alerts, "bulletins": s.bulletins, "reviews": s.reviews, "checks": s.checks, "names": s.followNames, "lease": s.hold}
	for n := range s.config.Workers {
		flows[fmt.Sprintf("sender %d", n+1)] = s.send
	}
	return run.Together(ctx, flows)
}

func (s *Service) report(err error) {
	s.deps.Log.Error("notify; the messages stay on the bus and come again", "error", err)
}

func defaultPolicy() episode.Policy {
	return episode.Policy{Repeat: 24 * time.Hour, MaxRepeats: 3, Escalate: 4 * time.Hour, EscalateFrom: kulkul.High}
}
