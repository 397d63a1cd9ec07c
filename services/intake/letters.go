package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/kulkul-ews/kulkul/services/intake/letter"
	"github.com/kulkul-ews/kulkul/services/intake/mailbox"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

// MailConfig says how mail that comes back (answers, bounces) is taken in: from
// a mailbox, from a relay that posts it, or both. Without either none is.
type MailConfig struct {
	// Authority is the authserv-id of the server whose Authentication-Results are
	// believed (RFC 8601). Without it every answer waits for an analyst.
	Authority string         `yaml:"authserv_id"`
	Inbox     mailbox.Config `yaml:"inbox"`
	// TokenFile holds what a relay sends to POST /v1/mail, as a bearer token or as
	// the password of basic authentication; empty: nothing is taken there.
	TokenFile string `yaml:"token_file"`
	// MailgunKeyFile holds the key by which Mailgun signs what its routes post to
	// POST /v1/mail/mime; empty: nothing is taken there.
	MailgunKeyFile string `yaml:"mailgun_key_file"`
}

// letterbox takes mail that comes back.
type letterbox struct {
	inbox *mailbox.Reader // nil: none
	token [sha256.Size]byte
	open  bool // to relays

	mailgun []byte        // Mailgun's signing key; nil: closed to it
	forms   chan struct{} // one place for each form being read
}

const minToken = 24 // characters

func (s *Service) openLetterbox() error {
	c := s.config.Mail
	var err error
	if s.letters.inbox, err = mailbox.New(c.Inbox, letter.MaxBytes, s.takeLetter); err != nil {
		return err
	}
	if c.TokenFile != "" {
		raw, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return fmt.Errorf("mail: read token_file: %w", err)
		}
		token := strings.TrimSpace(string(raw))
		if len(token) < minToken {
			return fmt.Errorf("mail: token_file holds %d characters; want %d or more", len(token), minToken)
		}
		s.letters.token, s.letters.open = sha256.Sum256([]byte(token)), true
	}
	if c.MailgunKeyFile != "" {
		raw, err := os.ReadFile(c.MailgunKeyFile)
		if err != nil {
			return fmt.Errorf("mail: read mailgun_key_file: %w", err)
		}
		if s.letters.mailgun = bytes.TrimSpace(raw); len(s.letters.mailgun) < minToken {
			return fmt.Errorf("mail: mailgun_key_file holds %d characters; want %d or more", len(s.letters.mailgun), minToken)
		}
		s.letters.forms = make(chan struct{}, maxForms)
	}
	if s.deps.Judge == nil && (s.letters.inbox != nil || s.letters.open || s.letters.mailgun != nil) {
		return errors.New("mail: an inbox, a token or a key is set, but notifier.mail.replies names no address that answers come to")
	}
	return nil
}

// readInbox reads the mailbox until ctx ends.
func (s *Service) readInbox(ctx context.Context) error {
	s.letters.inbox.Run(ctx, func() { s.metrics.inbox.Set(1) }, func(err error) {
		s.metrics.inbox.Set(0)
		s.log.Warn("mail waits in the inbox", "error", err)
	})
	return nil
}

// takeLetter reads a mail, has it judged and publishes what it says. The same
// mail publishes the same ids.
func (s *Service) takeLetter(ctx context.Context, raw []byte, whole bool) (mailbox.Verdict, error) {
	m, err := letter.Read(raw, whole, s.config.Mail.Authority, s.deps.Now())
	if errors.Is(err, letter.ErrUnreadable) {
		s.metrics.letters.WithLabelValues("unreadable").Inc()
		return mailbox.Odd, nil
	}
	if err != nil {
		return mailbox.Odd, err
	}
	reviews, err := s.deps.Judge(ctx, m)
	if err != nil {
		return mailbox.Odd, fmt.Errorf("judge a mail that came back: %w", err)
	}
	messages := make([]bus.Message, len(reviews))
	for i, r := range reviews {
		if messages[i], err = bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r); err != nil {
			return mailbox.Odd, err
		}
	}
	if err := s.deps.Bus.Publish(ctx, messages...); err != nil {
		return mailbox.Odd, err
	}
	fate := outcome(m, reviews)
	s.metrics.letters.WithLabelValues(fate).Inc()
	if fate == strange {
		return mailbox.Odd, nil
	}
	return mailbox.Taken, nil
}

const strange = "stranger"

// outcome is what became of a mail, for the metric.
func outcome(m kulkul.Returned, reviews []kulkul.Review) string {
	switch {
	case len(reviews) > 0 && reviews[0].Verdict == kulkul.Held:
		return "waits"
	case len(reviews) > 0 && reviews[0].Verdict == kulkul.Bounced:
		return "bounce"
	case len(reviews) > 0:
		return "answer"
	case m.Automatic:
		return "automatic"
	}
	return strange
}

// postMail takes a mail from a relay: the message as it came, whole.
func (s *Service) postMail(w http.ResponseWriter, r *http.Request) {
	result := "ok"
	if err := s.relayed(r); err != nil {
		var p *problem
		if !errors.As(err, &p) {
			p = s.internal(err)
		}
		result = p.code()
		p.write(w)
	} else {
		w.WriteHeader(http.StatusAccepted)
	}
	s.metrics.requests.WithLabelValues("mail", result).Inc()
}

func (s *Service) relayed(r *http.Request) error {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return fail(http.StatusServiceUnavailable, codeBusy, "too many requests at once").after(s.config.RetryAfter)
	}
	if !s.letters.open {
		return fail(http.StatusNotFound, codeNotFound, "mail is not taken here")
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, token, _ = r.BasicAuth()
	}
	got := sha256.Sum256([]byte(strings.TrimSpace(token)))
	if subtle.ConstantTimeCompare(got[:], s.letters.token[:]) != 1 {
		return s.unauthorized(r, keys.Key{ID: "mail"}, errors.New("the token is not accepted"))
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, letter.MaxBytes+1))
	if err != nil {
		return fail(http.StatusBadRequest, codeSyntax, "the body stops short")
	}
	whole := len(raw) <= letter.MaxBytes
	verdict, err := s.takeLetter(r.Context(), raw[:min(len(raw), letter.MaxBytes)], whole)
	if err == nil && verdict == mailbox.Odd {
		return fail(http.StatusUnprocessableEntity, codeItems, "this is no answer to a mail that was sent from here")
	}
	return err
}
