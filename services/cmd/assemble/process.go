package assemble

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

// Process holds what the services of one process share.
type Process struct {
	File     File
	Bus      *bus.Bus
	Store    *store.Store
	Settings *config.Running
	// Files are those given for the configuration; nil: none.
	Files   fs.FS
	Active  *taxonomy.Active
	Log     *slog.Logger
	Metrics *prometheus.Registry
	Now     func() time.Time

	stop context.CancelFunc
}

// Version of the program, set by the build.
type Version string

// Open connects to the bus and the store and follows the running
// configuration, seeding it from the files given where there is none. It waits
// for what is not there yet until ctx ends.
func Open(ctx context.Context, name string, f File, seed fs.FS, log *slog.Logger, version Version) (*Process, error) {
	p := &Process{File: f, Files: seed, Log: log, Metrics: telemetry.Registry(string(version)), Now: time.Now, stop: func() {}}
	fail := func(err error) (*Process, error) { return nil, errors.Join(err, p.Close()) }
	var err error
	if p.Bus, err = bus.Connect(ctx, name, f.Bus, p.Metrics); err != nil {
		return fail(err)
	}
	if p.Store, err = store.Open(ctx, f.Store, p.Metrics); err != nil {
		return fail(err)
	}
	// What is followed ends with Close, not when ctx ends: the services drain
	// first.
	follow, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stop = stop
	if p.Settings, err = config.Start(follow, p.Bus, seed); err != nil {
		return fail(fmt.Errorf("start the running configuration: %w", err))
	}
	if p.Active, err = taxonomy.Open(ctx, p.Bus); err != nil {
		return fail(err)
	}
	return p, nil
}

// Close lets go of everything Open took.
func (p *Process) Close() error {
	p.stop()
	if p.Settings != nil {
		p.Settings.Wait()
	}
	var err error
	if p.Store != nil {
		err = p.Store.Close()
	}
	if p.Bus != nil {
		p.Bus.Close()
	}
	return err
}

// Migrate brings the store's schema up to date, under a lease, and sets how
// long its tables keep their rows.
func (p *Process) Migrate(ctx context.Context) error {
	rules, err := indicator.Parse(config.IndicatorsFile, p.Settings.Current().Files[config.IndicatorsFile])
	if err != nil {
		return err
	}
	if err := p.File.Baseline(rules.History); err != nil {
		return err
	}
	return p.Bus.WithLease(ctx, "migrate", strconv.Itoa(os.Getpid()), func(ctx context.Context) error {
		if err := p.Store.Migrate(ctx); err != nil {
			return fmt.Errorf("migrate the store: %w", err)
		}
		return p.Store.Retain(ctx, p.File.Retention)
	})
}

// AwaitSchema waits until the store's schema is at this binary's version.
func (p *Process) AwaitSchema(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		err := p.Store.Ready(ctx)
		if err == nil {
			return nil
		}
		p.Log.Info("waiting for the schema", "reason", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Ready reports whether bus, store and the services given can work.
func (p *Process) Ready(services []Service) func(context.Context) error {
	return func(ctx context.Context) error {
		errs := []error{p.Bus.Ready(ctx), p.Store.Ready(ctx), p.Settings.Err()}
		for _, s := range services {
			errs = append(errs, ready(ctx, s))
		}
		return errors.Join(errs...)
	}
}

func ready(ctx context.Context, s Service) error {
	r, ok := s.Runner.(interface{ Ready(context.Context) error })
	if !ok {
		return nil
	}
	if err := r.Ready(ctx); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}

// Parts makes the services, the pointer they follow and, where an address is
// configured, the process's own listener ready to run, in order.
func (p *Process) Parts(services []Service) ([]run.Part, error) {
	parts := []run.Part{{Name: "active taxonomy", Run: p.Active.Run}}
	for _, s := range services {
		parts = append(parts, run.Part{Name: s.Name, Run: s.Runner.Run, Ready: func(ctx context.Context) error { return ready(ctx, s) }})
	}
	if p.File.Telemetry.Listen == "" {
		return parts, nil
	}
	l, err := net.Listen("tcp", p.File.Telemetry.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for metrics: %w", err)
	}
	handler := telemetry.Handler(p.Metrics, p.Ready(services))
	return append([]run.Part{{Name: "metrics", Run: func(ctx context.Context) error { return run.Serve(ctx, l, handler) }}}, parts...), nil
}

func splitPort(addr string) (string, int, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: %w", addr, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: %w", addr, err)
	}
	return host, n, nil
}
