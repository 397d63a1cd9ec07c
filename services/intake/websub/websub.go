// Package websub subscribes to the hubs that feeds name (W3C WebSub), so that
// their publishers' news come at once; polling goes on as the safety net.
//
// In: what the collector learnt of each feed's hub and topic; the hubs' calls.
// Out: subscriptions asked for, confirmed and renewed before they end; the
// judgement whether a delivery is a hub's own. Called by the intake, which
// alone writes the hubs bucket. All it asks goes through the guarded dialer.
package websub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// States of a subscription.
const (
	Requested = "requested" // the hub was asked and has not confirmed yet
	Active    = "active"
	Denied    = "denied"
	Failed    = "failed"   // the hub could not be asked
	Unwanted  = "unwanted" // the feed is no longer read, or names no hub any more
)

// Subscription is what the hubs bucket keeps under a feed's id.
type Subscription struct {
	Hub   string `json:"hub"`
	Topic string `json:"topic"`
	// Token makes the callback's address one that only the hub knows; Secret is
	// what the hub signs with.
	Token    string    `json:"token"`
	Secret   string    `json:"secret"`
	State    string    `json:"state"`
	Asked    time.Time `json:"asked"` // when the hub was last asked
	Until    time.Time `json:"until,omitzero"`
	Failures int       `json:"failures,omitempty"`
	Error    string    `json:"error,omitempty"`
}

// Deps are the parts a subscriber works with.
type Deps struct {
	Bus *bus.Bus
	// Client asks hubs; its transport is the guarded dialer's.
	Client *http.Client
	// Callback is the address that hubs call for a feed, without its token.
	Callback func(feed string) string
	// Wanted reports whether a feed is read.
	Wanted func(feed string) bool
	Log    *slog.Logger
	Now    func() time.Time
}

// Subscriber keeps subscriptions alive. Safe for concurrent use.
type Subscriber struct {
	config Config
	deps   Deps
	hubs   *bus.Bucket
	polls  *bus.Outbox
}

// Open makes a subscriber.
func Open(ctx context.Context, c Config, d Deps) (*Subscriber, error) {
	hubs, err := d.Bus.Bucket(ctx, bus.BucketHubs)
	if err != nil {
		return nil, err
	}
	polls, err := d.Bus.Bucket(ctx, bus.BucketPolls)
	if err != nil {
		return nil, err
	}
	return &Subscriber{config: c, deps: d, hubs: hubs, polls: bus.NewOutbox(polls)}, nil
}

// Run subscribes and renews until ctx ends.
func (s *Subscriber) Run(ctx context.Context) {
	t := time.NewTicker(s.config.Every)
	defer t.Stop()
	for {
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			s.deps.Log.Warn("subscriptions not refreshed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// learnt is the part of the collector's record of a feed that says where it
// may be subscribed to.
type learnt struct {
	Hub   string `json:"hub"`
	Topic string `json:"topic"`
}

// Shared gives the guids of a feed that the collector found to stand for several
// things.
func (s *Subscriber) Shared(ctx context.Context, feed string) ([]string, error) {
	var known struct {
		Shared []string `json:"shared"`
	}
	if _, err := s.polls.Get(ctx, feed, &known); err != nil {
		return nil, err
	}
	return known.Shared, nil
}

// Refresh asks every hub that is due to be asked.
func (s *Subscriber) Refresh(ctx context.Context) error {
	feeds := map[string]learnt{}
	err := s.polls.Load(ctx, ">", func(feed string, state json.RawMessage, _ uint64) error {
		var l learnt
		if err := json.Unmarshal(state, &l); err != nil {
			return fmt.Errorf("read poll record %s: %w", feed, err)
		}
		feeds[feed] = l
		return nil
	})
	if err != nil {
		return err
	}
	entries, err := s.hubs.Load(ctx, ">")
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(entries))
	for _, e := range entries {
		known[e.Key] = true
	}
	var failed error
	for feed, l := range feeds {
		if l.Hub == "" && !known[feed] {
			continue
		}
		failed = errors.Join(failed, s.tend(ctx, feed, l))
	}
	return failed
}

// tend brings one subscription to what it should be.
func (s *Subscriber) tend(ctx context.Context, feed string, l learnt) error {
	sub, revision, err := s.get(ctx, feed)
	if err != nil {
		return err
	}
	if l.Hub == "" || !s.deps.Wanted(feed) {
		if revision == 0 || sub.State == Unwanted {
			return nil
		}
		sub.State = Unwanted // the next delivery is answered with 410, which ends it
		return s.put(ctx, feed, sub, revision)
	}
	now := s.deps.Now().UTC()
	if sub.Hub != l.Hub || sub.Topic != l.Topic || sub.State == Unwanted {
		sub = Subscription{Hub: l.Hub, Topic: l.Topic, Token: secret(), Secret: secret()}
	} else if !s.due(sub, now) {
		return nil
	}
	if sub.State != Active {
		sub.State = Requested
	}
	sub.Asked = now
	// The record comes first: a hub may ask back before it has answered.
	if _, err = s.hubs.UpdateJSON(ctx, feed, sub, revision); err != nil {
		return err
	}
	if err := s.ask(ctx, feed, sub); err != nil {
		s.deps.Log.Warn("hub not subscribed to", "feed", feed, "hub", sub.Hub, "error", err)
		return s.update(ctx, feed, func(sub *Subscription) {
			sub.Failures++
			sub.Error = err.Error()
			if sub.State != Active {
				sub.State = Failed
			}
		})
	}
	return nil
}

// due reports whether the hub is to be asked (again): before the lease ends,
// and after a pause that doubles from an hour to a day where it was not
// confirmed.
func (s *Subscriber) due(sub Subscription, now time.Time) bool {
	pause := min(time.Hour<<min(sub.Failures, 5), 24*time.Hour)
	if sub.State == Active {
		lease := sub.Until.Sub(sub.Asked)
		ending := sub.Until.Sub(now) < max(lease/5, 2*s.config.Every)
		return ending && (sub.Failures == 0 || now.Sub(sub.Asked) >= pause)
	}
	return now.Sub(sub.Asked) >= pause
}

func (s *Subscriber) get(ctx context.Context, feed string) (Subscription, uint64, error) {
	var sub Subscription
	revision, err := s.hubs.GetJSON(ctx, feed, &sub)
	return sub, revision, err
}

func (s *Subscriber) put(ctx context.Context, feed string, sub Subscription, revision uint64) error {
	_, err := s.hubs.UpdateJSON(ctx, feed, sub, revision)
	return err
}

// update changes a subscription, whoever else does at the same time.
func (s *Subscriber) update(ctx context.Context, feed string, change func(*Subscription)) error {
	for {
		sub, revision, err := s.get(ctx, feed)
		if err != nil {
			return err
		}
		change(&sub)
		if err = s.put(ctx, feed, sub, revision); !errors.Is(err, bus.ErrConflict) {
			return err
		}
	}
}

// secret makes 32 random bytes, in hexadecimal.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return hex.EncodeToString(b[:])
}
