package websub

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// ask sends a subscription request (W3C WebSub, section 5.1).
func (s *Subscriber) ask(ctx context.Context, feed string, sub Subscription) error {
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {sub.Topic}, "hub.secret": {sub.Secret},
		"hub.callback":      {s.deps.Callback(feed) + "?token=" + sub.Token},
		"hub.lease_seconds": {strconv.Itoa(int(s.config.Lease / time.Second))}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sub.Hub, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("ask hub: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.deps.Client.Do(req)
	if err != nil {
		return fmt.Errorf("ask hub: %w", err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 512))
	if err != nil {
		return fmt.Errorf("ask hub: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("ask hub: %s: %q", resp.Status, said)
	}
	return nil
}

// Errors of a hub's call.
var (
	// ErrUnknown is returned for a callback that was never given to a hub.
	ErrUnknown = errors.New("no such subscription")
	// ErrEnded is returned for one that is no longer wanted.
	ErrEnded = errors.New("subscription is no longer wanted")
	// ErrForged is returned for a delivery that the hub did not sign.
	ErrForged = errors.New("delivery is not signed by the hub")
)

// asking is how long after a request a hub may still ask for confirmation.
const asking = 24 * time.Hour

// Confirm answers a hub's question whether a subscription is meant (section
// 5.3): it gives the challenge to send back.
func (s *Subscriber) Confirm(ctx context.Context, feed string, q url.Values) (challenge string, err error) {
	sub, err := s.find(ctx, feed, q.Get("token"))
	if err != nil && !errors.Is(err, ErrEnded) {
		return "", err
	}
	if q.Get("hub.topic") != sub.Topic {
		return "", fmt.Errorf("%w: topic %q", ErrUnknown, q.Get("hub.topic"))
	}
	now := s.deps.Now().UTC()
	switch q.Get("hub.mode") {
	case "subscribe":
		if errors.Is(err, ErrEnded) || now.Sub(sub.Asked) > asking {
			return "", fmt.Errorf("%w: not asked for", ErrUnknown)
		}
		lease := s.config.Lease
		if n, err := strconv.ParseUint(q.Get("hub.lease_seconds"), 10, 31); err == nil && n > 0 {
			lease = min(time.Duration(n)*time.Second, 366*24*time.Hour)
		}
		s.deps.Log.Info("hub confirmed", "feed", feed, "hub", sub.Hub, "lease", lease)
		return q.Get("hub.challenge"), s.update(ctx, feed, func(sub *Subscription) {
			sub.State, sub.Until, sub.Failures, sub.Error = Active, now.Add(lease), 0, ""
		})
	case "unsubscribe":
		if !errors.Is(err, ErrEnded) {
			return "", fmt.Errorf("%w: the subscription is still wanted", ErrUnknown)
		}
		return q.Get("hub.challenge"), nil
	case "denied":
		s.deps.Log.Warn("hub denied", "feed", feed, "hub", sub.Hub, "reason", q.Get("hub.reason"))
		return "", s.update(ctx, feed, func(sub *Subscription) {
			sub.State, sub.Error = Denied, q.Get("hub.reason")
			sub.Failures++
		})
	}
	return "", fmt.Errorf("%w: mode %q", ErrUnknown, q.Get("hub.mode"))
}

// Authentic reports whether a delivery is the hub's: by the address it came to
// and by its signature over the body as sent (section 7.1). SHA-1 signatures
// are refused.
func (s *Subscriber) Authentic(ctx context.Context, feed, token, signature string, body []byte) error {
	sub, err := s.find(ctx, feed, token)
	if err != nil {
		return err
	}
	method, value, _ := strings.Cut(signature, "=")
	newHash := hashOf(strings.ToLower(strings.TrimSpace(method)))
	got, err := hex.DecodeString(strings.TrimSpace(value))
	if newHash == nil || err != nil {
		return ErrForged
	}
	m := hmac.New(newHash, []byte(sub.Secret))
	m.Write(body)
	if !hmac.Equal(m.Sum(nil), got) {
		return ErrForged
	}
	return nil
}

func hashOf(method string) func() hash.Hash {
	switch method {
	case "sha256":
		return sha256.New
	case "sha384":
		return sha512.New384
	case "sha512":
		return sha512.New
	}
	return nil
}

// find gives the subscription behind a callback's address.
func (s *Subscriber) find(ctx context.Context, feed, token string) (Subscription, error) {
	if !kulkul.ValidID(feed) {
		return Subscription{}, ErrUnknown
	}
	sub, revision, err := s.get(ctx, feed)
	if err != nil {
		return sub, err
	}
	if revision == 0 || subtle.ConstantTimeCompare([]byte(sub.Token), []byte(token)) != 1 {
		return sub, ErrUnknown
	}
	if sub.State == Unwanted {
		return sub, ErrEnded
	}
	return sub, nil
}
