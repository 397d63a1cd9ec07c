package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/embedded/natsd"
)

// addresses is the line that is printed; parts that were not asked for are
// absent.
type addresses struct {
	NATS       *natsAddress       `json:"nats,omitempty"`
	ClickHouse *clickhouseAddress `json:"clickhouse,omitempty"`
	SMTP       *smtpAddress       `json:"smtp,omitempty"`
}

type natsAddress struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

type clickhouseAddress struct {
	URL          string `json:"url"`
	User         string `json:"user"`
	Password     string `json:"password"`
	Database     string `json:"database"`
	ReadUser     string `json:"readUser"`
	ReadPassword string `json:"readPassword"`
}

type smtpAddress struct {
	Addr string `json:"addr"`
	Dir  string `json:"dir"`
}

// engines are the parts that run.
type engines struct {
	dir       string
	log       *slog.Logger
	addresses addresses
	stops     []func()
}

// start starts one part.
func (e *engines) start(ctx context.Context, part string) error {
	switch part {
	case "nats":
		return e.startNATS(ctx)
	case "clickhouse":
		return e.startClickHouse(ctx)
	case "smtp":
		return e.startSMTP()
	}
	return fmt.Errorf("there is no part %q; the parts are nats, clickhouse and smtp", part)
}

func (e *engines) startNATS(ctx context.Context) error {
	s, err := natsd.Start(ctx, natsd.Options{Dir: filepath.Join(e.dir, "nats"), Listen: true, Log: e.log})
	if err != nil {
		return err
	}
	e.stops = append(e.stops, s.Shutdown)
	e.addresses.NATS = &natsAddress{URL: s.URL(), Token: s.Token()}
	return nil
}

func (e *engines) startClickHouse(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := clickhouse.Options{Dir: filepath.Join(e.dir, "clickhouse"), Log: e.log}
	s, err := clickhouse.Supervise(ctx, o, self, childArgument)
	if err != nil {
		return err
	}
	e.stops = append(e.stops, func() {
		if err := s.Stop(); err != nil {
			e.log.Error("stop ClickHouse", "error", err)
		}
	})
	at := s.Endpoint()
	e.addresses.ClickHouse = &clickhouseAddress{
		URL: at.URL, User: at.User, Password: at.Password, Database: "default",
		ReadUser: at.Reader, ReadPassword: at.ReaderPassword,
	}
	return nil
}

func (e *engines) startSMTP() error {
	dir := filepath.Join(e.dir, "mail")
	m, err := mailbox.Start(mailbox.Options{Dir: dir, Faults: true, Log: e.log})
	if err != nil {
		return err
	}
	e.stops = append(e.stops, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		if err := m.Shutdown(ctx); err != nil {
			e.log.Error("stop SMTP", "error", err)
		}
	})
	e.addresses.SMTP = &smtpAddress{Addr: m.Addr(), Dir: dir}
	return nil
}

// stop ends all parts at once.
func (e *engines) stop() {
	var wg sync.WaitGroup
	for _, stop := range e.stops {
		wg.Go(stop)
	}
	wg.Wait()
}
