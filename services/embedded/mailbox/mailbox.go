// Package mailbox is a real SMTP server inside this process that keeps every
// mail it accepts as an .eml file in a folder, instead of sending it on. In
// come SMTP connections on loopback; out come the mails, newest first, for the
// console's outbox page and for tests. Only commands and tests start one.
package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Options says where mail is kept. Only Dir must be given.
type Options struct {
	// Dir keeps the mails, in Dir/new; it is made where it is missing.
	Dir string
	// Addr is where to listen; "" for a free port of 127.0.0.1.
	Addr string
	// MaxBytes limits one mail; default 10 MiB.
	MaxBytes int64
	// Faults lets Dir/faults.json (WriteFaults) make the server misbehave.
	Faults bool
	Now    func() time.Time // default time.Now
	Log    *slog.Logger
}

// Mailbox is a running server and the folder it fills.
type Mailbox struct {
	Folder
	options  Options
	server   *smtp.Server
	listener net.Listener
	served   chan error
	mu       sync.Mutex
	faults   faultState
}

// Start begins to accept mail.
func Start(o Options) (*Mailbox, error) {
	if o.Dir == "" {
		return nil, errors.New("mailbox: no folder given")
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 10 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for _, sub := range []string{"new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("start the mailbox: %w", err)
		}
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("start the mailbox: %w", err)
	}
	m := &Mailbox{Folder: Folder{Dir: o.Dir}, options: o, listener: l, served: make(chan error, 1)}
	m.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{box: m, conn: c}, nil
	}))
	m.server.Domain = "localhost"
	m.server.MaxMessageBytes = o.MaxBytes
	m.server.MaxRecipients = 100
	m.server.ReadTimeout = time.Minute
	m.server.WriteTimeout = time.Minute
	m.server.EnableSMTPUTF8 = true
	m.server.ErrorLog = slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn)
	go func() { m.served <- m.server.Serve(l) }()
	return m, nil
}

// Addr is where the server listens, host:port.
func (m *Mailbox) Addr() string { return m.listener.Addr().String() }

// Shutdown stops accepting, waits for the connections that are open until ctx
// ends, and closes them then.
func (m *Mailbox) Shutdown(ctx context.Context) error {
	err := m.server.Shutdown(ctx)
	if ctx.Err() != nil {
		err = m.server.Close()
	}
	// The server knows the listener only once Serve has begun.
	_ = m.listener.Close()
	if ended := <-m.served; err == nil && !errors.Is(ended, net.ErrClosed) {
		err = ended
	}
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// session is one SMTP connection.
type session struct {
	box  *Mailbox
	conn *smtp.Conn
	from string
	to   []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.box.refuse(to); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	drop := s.box.delayOrDrop(s.to)
	id, err := s.box.keep(s.from, s.to, body, s.box.options.Now())
	if err != nil {
		s.box.options.Log.Error("keep a mail", "error", err)
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "the mail could not be kept"}
	}
	if drop {
		return s.conn.Conn().Close()
	}
	s.box.options.Log.Debug("mail kept", "id", id, "to", s.to)
	return nil
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }
