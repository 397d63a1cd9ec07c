package assemble

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/embedded/natsd"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Engines are the laptop's engines, running on one data folder.
type Engines struct {
	NATS       *natsd.Server
	ClickHouse *clickhouse.Supervisor
	Mail       *mailbox.Mailbox // nil where mail goes to a real relay
	MailDir    string
	BackupDir  string // where the database puts archives of itself
}

// ChildCommand is the hidden argument that makes this binary the database's
// child process.
const ChildCommand = "clickhouse-child"

// StartEngines starts the engines on a data folder and returns when all of
// them answer. The folder is theirs alone: see Lock.
func StartEngines(ctx context.Context, dir string, e Embedded, mail bool, log *slog.Logger) (*Engines, error) {
	interval, always, err := e.sync()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	out := &Engines{MailDir: filepath.Join(dir, "mail"), BackupDir: filepath.Join(dir, "clickhouse", "backups")}
	fail := func(err error) (*Engines, error) { return nil, errors.Join(err, out.Stop()) }
	out.NATS, err = natsd.Start(ctx, natsd.Options{Dir: filepath.Join(dir, "nats"), Listen: true,
		SyncInterval: interval, SyncAlways: always, Log: log})
	if err != nil {
		return fail(fmt.Errorf("start NATS: %w", err))
	}
	// Interrupting this process must not reach the child before Stop.
	out.ClickHouse, err = clickhouse.Supervise(context.WithoutCancel(ctx),
		clickhouse.Options{Dir: filepath.Join(dir, "clickhouse"), Memory: e.Memory, Log: log}, self, ChildCommand)
	if err != nil {
		return fail(fmt.Errorf("start ClickHouse: %w", err))
	}
	if mail {
		if out.Mail, err = mailbox.Start(mailbox.Options{Dir: out.MailDir, Log: log}); err != nil {
			return fail(fmt.Errorf("start the mailbox: %w", err))
		}
	}
	return out, nil
}

// Stop ends the engines, the ones that others write to last.
func (e *Engines) Stop() error {
	var errs []error
	if e.Mail != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		errs = append(errs, e.Mail.Shutdown(ctx))
	}
	if e.NATS != nil {
		e.NATS.Shutdown()
	}
	if e.ClickHouse != nil {
		errs = append(errs, e.ClickHouse.Stop())
	}
	return errors.Join(errs...)
}

// Apply points a configuration at these engines.
func (e *Engines) Apply(f *File) error {
	f.Bus.URL, f.Bus.Token, f.Bus.InProcess = e.NATS.URL(), e.NATS.Token(), e.NATS.Provider()
	at := e.ClickHouse.Endpoint()
	f.Store.URL, f.Store.User, f.Store.Password = at.URL, at.User, at.Password
	f.Store.Backup = store.Backup{Folder: e.BackupDir}
	if e.Mail == nil {
		return nil
	}
	host, port, err := splitPort(e.Mail.Addr())
	if err != nil {
		return err
	}
	f.Notifier.Mail.Host, f.Notifier.Mail.Port, f.Notifier.Mail.TLS = host, port, "none"
	f.Console.MailboxDir = e.MailDir
	return nil
}
