package assemble

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"runtime/debug"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/run"
)

// UpOptions says what to run on which data.
type UpOptions struct {
	Data    string // data folder, made where it is missing
	File    File
	Seed    fs.FS // files of the running configuration at the first start
	Log     *slog.Logger
	Version Version
	// Started is called when every service is ready; the parts it gives run
	// beside them, and the end of one ends everything.
	Started func(context.Context, *Upped) ([]run.Part, error)
}

// Upped is everything, running.
type Upped struct {
	*Process
	Engines *Engines
	Info    RunInfo
}

// Up starts the engines on a data folder, brings the schema up to date, runs
// every service, and returns after all have stopped: because ctx ended (nil) or
// because a part failed or ended.
func Up(ctx context.Context, o UpOptions) (err error) {
	unlock, err := Lock(o.Data)
	if err != nil {
		return err
	}
	defer unlock()
	f := o.File
	e, err := StartEngines(ctx, o.Data, f.Embedded, f.Notifier.Mail.Host == "", o.Log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Stop()) }()
	if err := errors.Join(e.Apply(&f), resolve(&f)); err != nil {
		return err
	}
	p, err := Open(ctx, "up", f, o.Seed, o.Log, o.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Migrate(ctx); err != nil {
		return err
	}
	u := &Upped{Process: p, Engines: e, Info: e.info()}
	u.Info.Console, u.Info.Intake = "http://"+f.Console.Listen, "http://"+f.Intake.Listen
	if f.Telemetry.Listen != "" {
		u.Info.Metrics = "http://" + f.Telemetry.Listen
	}
	if err := u.Info.Write(o.Data); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, RemoveRunInfo(o.Data)) }()
	return u.run(ctx, o)
}

// run makes every service and runs them, and after them what Started gives.
func (u *Upped) run(ctx context.Context, o UpOptions) error {
	var services []Service
	for _, name := range Names() {
		s, err := u.Service(name)
		if err != nil {
			return err
		}
		services = append(services, s)
	}
	parts, err := u.Parts(services)
	if err != nil {
		return err
	}
	parts = append(parts, run.Part{Name: "beside", Run: func(ctx context.Context) error { return u.beside(ctx, o) }})
	err = run.All(ctx, o.Log, parts...)
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// errDone ends everything without a fault.
var errDone = errors.New("done")

// beside runs what Started gives.
func (u *Upped) beside(ctx context.Context, o UpOptions) error {
	var parts []run.Part
	if o.Started != nil {
		var err error
		if parts, err = o.Started(ctx, u); err != nil {
			return err
		}
	}
	// Starting (compiling the taxonomy, hashing the first password) leaves
	// several times the heap that idling needs; the runtime alone returns it
	// over minutes.
	debug.FreeOSMemory()
	if len(parts) == 0 {
		<-ctx.Done()
		return nil
	}
	return run.All(ctx, o.Log, parts...)
}

// Done is what a part that Started gave returns to end everything without a
// fault.
func Done() error { return errDone }

// resolve replaces port 0 in the addresses that others must know beforehand.
func resolve(f *File) error {
	for _, addr := range []*string{&f.Console.Listen, &f.Intake.Listen, &f.Telemetry.Listen} {
		if *addr == "" {
			continue
		}
		_, port, err := splitPort(*addr)
		if err != nil {
			return err
		}
		if port != 0 {
			continue
		}
		l, err := net.Listen("tcp", *addr)
		if err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		*addr = l.Addr().String()
		if err := l.Close(); err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
	}
	if f.Notifier.Console == "" {
		f.Notifier.Console = "http://" + f.Console.Listen
	}
	return nil
}

// FirstAdmin creates the account "admin" where there is no account yet, and
// gives its password; empty where there are accounts.
func (p *Process) FirstAdmin(ctx context.Context) (password string, err error) {
	bucket, err := p.Bus.Bucket(ctx, bus.BucketUsers)
	if err != nil {
		return "", err
	}
	keys, err := bucket.Keys(ctx, "user.>")
	if err != nil || len(keys) > 0 {
		return "", err
	}
	password = rand.Text()[:16]
	if err := accounts.Add(ctx, bucket, "admin", kulkul.RoleAdmin, password, p.Now()); err != nil {
		return "", fmt.Errorf("create the first account: %w", err)
	}
	return password, nil
}
