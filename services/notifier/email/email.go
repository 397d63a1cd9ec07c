// Package email sends mail over SMTP.
//
// In: an address, a rendered message, its identity. Out: accepted by the
// server, refused for good, or to be tried again. Called by the notifier;
// nothing else imports go-mail.
package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/wneessen/go-mail"

	"github.com/kulkul-ews/kulkul/services/notifier/address"
)

// Config says which relay carries the mail and in whose name.
type Config struct {
	Host string `yaml:"host"` // empty: no mail is sent
	Port int    `yaml:"port"`
	// TLS is starttls (demanded), implicit (from the first byte, port 465 as a
	// rule), opportunistic or none. none is for a relay on this very machine.
	TLS string `yaml:"tls"`
	// CAFile holds the certificates, in PEM, of who may vouch for the relay, in
	// place of the system's.
	CAFile   string `yaml:"ca_file"`
	Username string `yaml:"username"`
	// PasswordFile holds the password; with Username it turns authentication on.
	PasswordFile string `yaml:"password_file"`
	From         string `yaml:"from"`      // address
	FromName     string `yaml:"from_name"` // display name
	// Domain is the right side of Message-IDs.
	Domain  string        `yaml:"domain"`
	Timeout time.Duration `yaml:"timeout"`
	DKIM    DKIM          `yaml:"dkim"`
	// Replies are the addresses to which answers and bounces come.
	Replies address.Config `yaml:"replies"`
}

// DefaultConfig demands STARTTLS on port 587 and names no relay.
func DefaultConfig() Config {
	return Config{Port: 587, TLS: "starttls", From: "kulkul@localhost.localdomain", FromName: "Kulkul",
		Domain: "localhost.localdomain", Timeout: 30 * time.Second}
}

// Message is one mail to one address.
type Message struct {
	To, ToName string
	Subject    string
	Text, HTML string
	// Image is a PNG that the HTML shows as cid:series; nil: none.
	Image []byte
	// ID is the Message-ID without angle brackets; the same mail sent again has
	// the same one. References are the ids of the thread's earlier mails.
	ID         string
	References []string
	Date       time.Time
	// Unsubscribe is the address at which one click ends the subscription (RFC
	// 8058); empty: the mail is no subscription's.
	Unsubscribe string
	// ReplyTo is where an answer goes, Return the envelope's sender, where a bounce
	// goes; empty: From.
	ReplyTo, Return string
	// Episode groups mail by flashpoint episode for programs that sort.
	Episode string
}

// ErrRefused wraps an answer of the server that trying again won't change.
var ErrRefused = errors.New("refused for good")

// Sender keeps a connection to the relay open between mails. It is not safe
// for concurrent use; each worker has its own.
type Sender struct {
	config Config
	client *mail.Client
	dkim   *dkim.SignOptions // nil: mail is not signed
	open   bool
	used   time.Time
}

// idle is how long a connection may rest before a new one is opened: relays
// drop idle ones, and a drop in the middle of a mail hides its fate.
const idle = 20 * time.Second

// NewSender makes a sender; it does not connect yet.
func NewSender(c Config) (*Sender, error) {
	secured, err := c.secure()
	if err != nil {
		return nil, err
	}
	opts := append(secured, mail.WithPort(c.Port), mail.WithTimeout(c.Timeout))
	if c.Username != "" {
		password, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("mail: read password: %w", err)
		}
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.Username),
			mail.WithPassword(strings.TrimSpace(string(password))))
	}
	client, err := mail.NewClient(c.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	signed, err := c.DKIM.signer()
	if err != nil {
		return nil, err
	}
	return &Sender{config: c, client: client, dkim: signed}, nil
}

// Send hands a mail to the relay. nil means accepted; ErrRefused that the
// address or the mail is refused for good; any other error that it is worth
// trying again, although the mail may have been accepted.
func (s *Sender) Send(ctx context.Context, m Message, now time.Time) error {
	msg, err := s.compose(m)
	if err != nil {
		return fmt.Errorf("compose mail to %s: %w: %w", m.To, ErrRefused, err)
	}
	if s.open && now.Sub(s.used) > idle {
		s.Close()
	}
	if !s.open {
		if err := s.client.DialWithContext(ctx); err != nil {
			return fmt.Errorf("connect to %s: %w", s.config.Host, err)
		}
		s.open = true
	}
	err = s.client.Send(msg)
	s.used = now
	if err == nil {
		return nil
	}
	s.Close()
	var refused *mail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return fmt.Errorf("send to %s: %w: %w", m.To, ErrRefused, err)
	}
	return fmt.Errorf("send to %s: %w", m.To, err)
}

// Close ends the connection.
func (s *Sender) Close() {
	if s.open {
		_ = s.client.Close() // the server may have closed it already
		s.open = false
	}
}

func (s *Sender) compose(m Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(s.config.FromName, s.config.From); err != nil {
		return nil, err
	}
	if err := msg.AddToFormat(m.ToName, m.To); err != nil {
		return nil, err
	}
	if m.ReplyTo != "" {
		if err := msg.ReplyTo(m.ReplyTo); err != nil {
			return nil, err
		}
	}
	if m.Return != "" {
		if err := msg.EnvelopeFrom(m.Return); err != nil {
			return nil, err
		}
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.Date)
	if len(m.References) > 0 {
		refs := "<" + strings.Join(m.References, "> <") + ">"
		msg.SetGenHeader(mail.HeaderReferences, refs)
		msg.SetGenHeader(mail.HeaderInReplyTo, "<"+m.References[len(m.References)-1]+">")
	}
	if m.Unsubscribe != "" {
		msg.SetGenHeader(mail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
		msg.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	msg.SetGenHeader("X-Kulkul-Episode", m.Episode)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no vacation replies
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	if m.Image != nil {
		err := msg.EmbedReader("series.png", bytes.NewReader(m.Image), mail.WithFileContentID("<series>"), mail.WithFileContentType("image/png"))
		if err != nil {
			return nil, err
		}
	}
	return msg, s.sign(msg)
}
