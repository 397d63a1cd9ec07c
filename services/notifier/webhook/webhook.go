// Package webhook tells other programs over HTTP what mails tell people.
//
// In: the content of a notification, the items a receiver may see. Out: a
// signed POST that was accepted, refused for good, or is to be tried again.
// Called by the notifier, whose ledger owns the tries.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// ErrRefused wraps an answer that trying again won't change.
var ErrRefused = errors.New("refused for good")

// Message is one notification for one receiver.
type Message struct {
	// ID is the delivery's: the same however often it is tried, so that a
	// receiver can drop second copies.
	ID   string
	Body []byte
}

// Hooks are the receivers of a deployment. Safe for concurrent use.
type Hooks struct {
	receivers []Receiver
	signers   map[string]*standard.Webhook
	bearers   map[string]string
	client    *http.Client
}

// New checks the configuration and reads the secrets; it connects to nothing.
func New(c Config) (*Hooks, error) {
	guard, err := dial.New(c.Dial)
	if err != nil {
		return nil, fmt.Errorf("webhooks: %w", err)
	}
	if c.Timeout <= 0 {
		return nil, errors.New("webhooks: timeout must be positive")
	}
	h := &Hooks{signers: map[string]*standard.Webhook{}, bearers: map[string]string{}, client: &http.Client{
		Transport: guard.Transport(), Timeout: c.Timeout,
		// A redirect would carry the body to an address that nobody named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, r := range c.Receivers {
		if err := h.add(r, guard); err != nil {
			return nil, fmt.Errorf("webhook %q: %w", r.Name, err)
		}
	}
	return h, nil
}

func (h *Hooks) add(r Receiver, guard *dial.Guard) error {
	if err := r.check(); err != nil {
		return err
	}
	if _, twice := h.Find(r.Name); twice {
		return errors.New("the name is used twice")
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	if err := guard.CheckURL(u); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	if r.SecretFile != "" {
		if h.signers[r.Name], err = signer(r.SecretFile); err != nil {
			return err
		}
	}
	if r.BearerFile != "" {
		raw, err := os.ReadFile(r.BearerFile)
		if err != nil {
			return fmt.Errorf("read bearer token: %w", err)
		}
		h.bearers[r.Name] = strings.TrimSpace(string(raw))
	}
	h.receivers = append(h.receivers, r)
	return nil
}

// The standard asks for keys of 24 to 64 bytes.
const shortestKey, longestKey = 24, 64

func signer(file string) (*standard.Webhook, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	key, err := decodeSecret(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return standard.NewWebhookRaw(key)
}

// Post hands a message to a receiver. nil means that it answered 2xx;
// ErrRefused that it will never take this message; any other error that it is
// worth trying again.
func (h *Hooks) Post(ctx context.Context, r Receiver, m Message, now time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(m.Body))
	if err != nil {
		return fmt.Errorf("post to webhook %s: %w: %w", r.Name, ErrRefused, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "kulkul")
	req.Header.Set(standard.HeaderWebhookID, m.ID)
	req.Header.Set(standard.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	if s := h.signers[r.Name]; s != nil {
		signature, err := s.Sign(m.ID, now, m.Body)
		if err != nil {
			return fmt.Errorf("sign for webhook %s: %w", r.Name, err)
		}
		req.Header.Set(standard.HeaderWebhookSignature, signature)
	}
	if token := h.bearers[r.Name]; token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return fmt.Errorf("post to webhook %s: %w", r.Name, err)
	}
	// Read a little so that the connection can be used again; what the answer
	// says beyond its status is not asked for.
	_, _ = io.CopyN(io.Discard, resp.Body, 4096)
	_ = resp.Body.Close()
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		return nil
	case final(resp.StatusCode):
		return fmt.Errorf("post to webhook %s: %w: %s", r.Name, ErrRefused, resp.Status)
	}
	return fmt.Errorf("post to webhook %s: %s", r.Name, resp.Status)
}

// final reports whether a status speaks about the message and not about the
// receiver's state: a wrong token or path is mended there, and the message
// waits for it.
func final(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}
