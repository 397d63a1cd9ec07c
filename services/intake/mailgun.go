package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/intake/letter"
	"github.com/kulkul-ews/kulkul/services/intake/mailbox"
	"github.com/kulkul-ews/kulkul/services/intake/receipt"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

const (
	// signedFor is how long a signature of Mailgun's holds: it tries for eight
	// hours to deliver a form.
	signedFor = 9 * time.Hour
	// maxForm is the longest form that is read, in bytes: Mailgun takes mails of
	// 25 MB.
	maxForm = 32 << 20
	// maxForms is how many forms are read at once: who sends one is known only
	// when it has been read.
	maxForms = 4
	// maxField is the longest of a form's other fields, in bytes.
	maxField = 1 << 10
)

// form is what Mailgun posts to an address that ends in "mime".
type form struct {
	timestamp, token, signature string
	raw                         []byte // the message as it came, as far as it is read
	whole                       bool
}

// postForm takes a mail from Mailgun. 200 and 406 end its tries; it comes again
// after any other answer.
func (s *Service) postForm(w http.ResponseWriter, r *http.Request) {
	result := "ok"
	if err := s.forwarded(r); err != nil {
		var p *problem
		if !errors.As(err, &p) {
			p = s.internal(err)
		}
		result = p.code()
		p.write(w)
	}
	s.metrics.requests.WithLabelValues("mailgun", result).Inc()
}

func (s *Service) forwarded(r *http.Request) error {
	if s.letters.mailgun == nil {
		return fail(http.StatusNotFound, codeNotFound, "mail is not taken here")
	}
	select {
	case s.letters.forms <- struct{}{}:
		defer func() { <-s.letters.forms }()
	default:
		return fail(http.StatusServiceUnavailable, codeBusy, "too many requests at once").after(s.config.RetryAfter)
	}
	f, err := readForm(r)
	if err != nil {
		return fail(http.StatusBadRequest, codeSyntax, "the form cannot be read")
	}
	now := s.deps.Now()
	if err := f.prove(s.letters.mailgun, now); err != nil {
		return s.unauthorized(r, keys.Key{ID: "mailgun"}, err)
	}
	// The signature says nothing of the message: the same one for another
	// message is somebody else's.
	q, err := s.book.Begin(r.Context(), "mail/mailgun", f.token, kulkul.Hash(string(f.raw)), now)
	switch {
	case errors.Is(err, receipt.ErrReused):
		return s.unauthorized(r, keys.Key{ID: "mailgun"}, errReplayed)
	case errors.Is(err, receipt.ErrInProgress):
		return fail(http.StatusServiceUnavailable, codeBusy, err.Error()).after(s.config.RetryAfter)
	case err != nil:
		return err
	}
	if !q.Done {
		if q, err = s.takeForm(r, f, q); err != nil {
			return err
		}
	}
	if q.Status == http.StatusNotAcceptable {
		return fail(q.Status, codeItems, "this is no answer to a mail that was sent from here")
	}
	return nil
}

// takeForm takes in the message and notes what to answer, now and again.
func (s *Service) takeForm(r *http.Request, f form, q receipt.Request) (receipt.Request, error) {
	verdict, err := s.takeLetter(r.Context(), f.raw, f.whole)
	if err != nil {
		return q, errors.Join(err, s.book.Forget(r.Context(), q))
	}
	q.Status = http.StatusOK
	if verdict == mailbox.Odd {
		q.Status = http.StatusNotAcceptable
	}
	return q, s.book.Finish(r.Context(), q, q.Status, "")
}

// prove checks that Mailgun signed the form, not long ago.
func (f form) prove(key []byte, now time.Time) error {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(f.timestamp + f.token))
	got, err := hex.DecodeString(f.signature)
	if err != nil || f.token == "" || !hmac.Equal(got, mac.Sum(nil)) {
		return errors.New("the form is not signed by the key")
	}
	at, err := strconv.ParseInt(f.timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > signedFor {
		return errors.New("the form was signed too long ago")
	}
	return nil
}

// readForm reads a form of either encoding, the message in its field body-mime.
func readForm(r *http.Request) (form, error) {
	var f form
	body := http.MaxBytesReader(nil, r.Body, maxForm)
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return f, fmt.Errorf("read the form's type: %w", err)
	}
	if kind == "application/x-www-form-urlencoded" {
		text, err := io.ReadAll(body)
		if err != nil {
			return f, fmt.Errorf("read the form: %w", err)
		}
		values, err := url.ParseQuery(string(text))
		if err != nil {
			return f, fmt.Errorf("read the form: %w", err)
		}
		for name := range values {
			f.put(name, []byte(values.Get(name)))
		}
		return f, f.check()
	}
	r.Body = body
	parts, err := r.MultipartReader()
	if err != nil {
		return f, fmt.Errorf("read the form: %w", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, f.check()
		}
		if err != nil {
			return f, fmt.Errorf("read the form: %w", err)
		}
		value, err := io.ReadAll(io.LimitReader(part, letter.MaxBytes+1))
		if err != nil {
			return f, fmt.Errorf("read the form: %w", err)
		}
		f.put(part.FormName(), value)
	}
}

func (f *form) put(name string, value []byte) {
	if name == "body-mime" {
		f.whole = len(value) <= letter.MaxBytes
		f.raw = value[:min(len(value), letter.MaxBytes)]
		return
	}
	text := string(value[:min(len(value), maxField)])
	switch name {
	case "timestamp":
		f.timestamp = text
	case "token":
		f.token = text
	case "signature":
		f.signature = text
	}
}

func (f *form) check() error {
	if len(f.raw) == 0 {
		return errors.New("the form has no body-mime")
	}
	return nil
}
