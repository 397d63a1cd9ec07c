// Package mailbox reads a folder of a mailbox over IMAP: what is unread is handed
// over, then marked as read.
//
// In: mails on an IMAP server. Out: each to the function given, at least once; a
// mail is marked only after that has taken it, so a crash in between hands it
// over again. Nothing is deleted or moved. Called by the intake's root.
package mailbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Config of the mailbox. Without an address none is read.
type Config struct {
	Address string `yaml:"address"` // host:port
	// TLS is implicit (from the first byte), starttls (demanded) or none, which is
	// for a server on this very machine.
	TLS    string `yaml:"tls"`
	CAFile string `yaml:"ca_file"` // PEM; in place of the system's
	// PasswordFile holds the password.
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
	Folder       string `yaml:"folder"`
	// Every is how often it is looked into where the server does not tell of new
	// mail by itself (IDLE).
	Every time.Duration `yaml:"every"`
}

// DefaultConfig reads INBOX under TLS and names no server.
func DefaultConfig() Config {
	return Config{TLS: "implicit", Folder: "INBOX", Every: time.Minute}
}

// Verdict says what becomes of a mail in the folder.
type Verdict int

// Taken is marked as read; Odd is flagged too, for whoever looks after the
// mailbox.
const (
	Taken Verdict = iota
	Odd
)

// Take takes a mail's bytes in; whole is false where they were cut at the limit.
// An error leaves the mail unread, to be handed over again.
type Take func(ctx context.Context, raw []byte, whole bool) (Verdict, error)

// Reader reads one folder.
type Reader struct {
	config   Config
	password string
	tls      *tls.Config
	limit    int64
	take     Take
}

// New makes a reader that hands over at most limit bytes of a mail; nil where no
// server is named. It does not connect yet.
func New(c Config, limit int64, take Take) (*Reader, error) {
	if c.Address == "" {
		return nil, nil
	}
	host, _, err := net.SplitHostPort(c.Address)
	if err != nil {
		return nil, fmt.Errorf("inbox: address %q: want host:port", c.Address)
	}
	if c.TLS != "implicit" && c.TLS != "starttls" && c.TLS != "none" {
		return nil, fmt.Errorf("inbox: tls %q: want implicit, starttls or none", c.TLS)
	}
	if c.Username == "" || c.Folder == "" || c.Every <= 0 {
		return nil, errors.New("inbox: username and folder must be set, every must be positive")
	}
	password, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("inbox: read password_file: %w", err)
	}
	r := &Reader{config: c, password: strings.TrimSpace(string(password)), limit: limit, take: take,
		tls: &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}}
	if c.CAFile != "" {
		raw, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("inbox: read ca_file: %w", err)
		}
		if r.tls.RootCAs = x509.NewCertPool(); !r.tls.RootCAs.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("inbox: ca_file %s holds no certificate", c.CAFile)
		}
	}
	return r, nil
}

// Run reads until ctx ends. A server that is away, or that breaks off, is asked
// again after a pause of 2 s that doubles to 5 minutes; report is told of it, and
// seen each time the folder was read to its end.
func (r *Reader) Run(ctx context.Context, seen func(), report func(error)) {
	failures := 0
	for ctx.Err() == nil {
		err := r.session(ctx, func() { failures = 0; seen() })
		if ctx.Err() != nil {
			return
		}
		report(fmt.Errorf("read inbox at %s: %w", r.config.Address, err))
		t := time.NewTimer(min(2*time.Second<<min(failures, 8), 5*time.Minute))
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
		failures++
	}
}

// session reads over one connection until it breaks or ctx ends.
func (r *Reader) session(ctx context.Context, seen func()) error {
	news := make(chan struct{}, 1)
	client, err := r.dial(news)
	if err != nil {
		return err
	}
	defer client.Close() // a second time where ctx has ended
	defer context.AfterFunc(ctx, func() { _ = client.Close() })()
	if err := client.Login(r.config.Username, r.password).Wait(); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if _, err := client.Select(r.config.Folder, nil).Wait(); err != nil {
		return fmt.Errorf("open %s: %w", r.config.Folder, err)
	}
	for {
		if err := r.unread(ctx, client); err != nil {
			return err
		}
		seen()
		if err := r.rest(ctx, client, news); err != nil {
			return err
		}
	}
}

func (r *Reader) dial(news chan<- struct{}) (*imapclient.Client, error) {
	o := &imapclient.Options{TLSConfig: r.tls, Dialer: &net.Dialer{Timeout: 30 * time.Second},
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(*imapclient.UnilateralDataMailbox) {
			select {
			case news <- struct{}{}:
			default: // one is enough
			}
		}}}
	switch r.config.TLS {
	case "implicit":
		return imapclient.DialTLS(r.config.Address, o)
	case "starttls":
		return imapclient.DialStartTLS(r.config.Address, o)
	}
	return imapclient.DialInsecure(r.config.Address, o)
}

// unread hands over what is unread, oldest first.
func (r *Reader) unread(ctx context.Context, c *imapclient.Client) error {
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	for _, uid := range found.AllUIDs() {
		if err := r.one(ctx, c, uid); err != nil {
			return fmt.Errorf("mail %d: %w", uid, err)
		}
	}
	return nil
}

// one hands a mail over and marks it. Its beginning alone is asked for, so that
// a large one takes no more memory than a small one.
func (r *Reader) one(ctx context.Context, c *imapclient.Client, uid imap.UID) error {
	body := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: r.limit}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{body}}).Collect()
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	if len(got) == 0 || len(got[0].BodySection) == 0 {
		return nil // somebody removed it meanwhile
	}
	verdict, err := r.take(ctx, got[0].BodySection[0].Bytes, got[0].RFC822Size <= r.limit)
	if err != nil {
		return err
	}
	flags := []imap.Flag{imap.FlagSeen}
	if verdict == Odd {
		flags = append(flags, imap.FlagFlagged)
	}
	if err := c.Store(imap.UIDSetNum(uid), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: flags}, nil).Close(); err != nil {
		return fmt.Errorf("mark as read: %w", err)
	}
	return nil
}

// rest waits until the server tells of new mail, or until it is time to look.
func (r *Reader) rest(ctx context.Context, c *imapclient.Client, news <-chan struct{}) error {
	var idle *imapclient.IdleCommand
	if c.Caps().Has(imap.CapIdle) {
		var err error
		if idle, err = c.Idle(); err != nil {
			return fmt.Errorf("wait for mail: %w", err)
		}
	}
	t := time.NewTimer(r.config.Every)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-c.Closed():
	case <-news:
	case <-t.C:
	}
	if idle == nil {
		return ctx.Err()
	}
	if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
		return fmt.Errorf("wait for mail: %w", err)
	}
	return ctx.Err()
}
