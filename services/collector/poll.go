package collector

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
	"github.com/kulkul-ews/kulkul/services/collector/health"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// poll asks one feed once and does all that follows from it. ctx ends the
// asking, work the rest.
func (s *Service) poll(ctx, work context.Context, f *subject) {
	f.asked.Store(true)
	defer f.asked.Store(false)
	r, _ := f.state()
	now := s.deps.Now()
	res := s.fetcher.Do(ctx, s.question(f, r, now))
	defer res.Release()
	if ctx.Err() != nil && res.Err != nil {
		return // stopped, not failed: asked again after the next start
	}
	select {
	case s.workers <- struct{}{}:
	case <-work.Done():
		return
	}
	got, err := s.take(work, f, r, res)
	<-s.workers
	if err != nil {
		return // only where work has ended
	}
	done := s.conclude(f, r, res, got)
	s.save(work, f, done)
	f.asked.Store(false)
	if !s.roster.current(f) {
		s.pause(work, f)
		return
	}
	if !done.record.over() {
		s.queue.Put(f.id(), f.host(), done.record.Next)
	}
}

// question is what the feed is asked: with validators, except where they are
// switched off or a whole answer is due again.
func (s *Service) question(f *subject, r record, now time.Time) fetch.Request {
	q := fetch.Request{URL: r.address(), Turns: turns{s}}
	if !f.feed.Unconditional && now.Sub(r.Whole) < s.config.WholeEvery {
		q.ETag, q.LastModified = r.ETag, r.LastModified
	}
	return q
}

// turns are the queue's, with patience bounded by the policy.
type turns struct{ s *Service }

func (t turns) Enter(ctx context.Context, host string) error { return t.s.queue.Enter(ctx, host) }
func (t turns) Leave(host string)                            { t.s.queue.Leave(host) }
func (t turns) Hold(host string, pause time.Duration) {
	t.s.queue.Hold(host, t.s.deps.Now().Add(min(pause, t.s.config.Schedule.Patience)))
}

// haul is what a poll took in.
type haul struct {
	fault     string // why the body could not be used; "" where it could
	text      string // the same in words
	read      bool   // the body was read, and all of it is durable
	body      string // its hash
	learn     func(*record)
	items     int         // entries
	published []time.Time // of each new item
	revised   int
	problems  int // entries set aside
}

// conclusion is what a poll comes to.
type conclusion struct {
	record record
	fetch  kulkul.Fetch
	judged string // the new state of health in words, "" where it has not changed
}

// conclude decides what is remembered, how the feed is, and when it is asked
// again.
func (s *Service) conclude(f *subject, r record, res fetch.Result, got haul) conclusion {
	now := s.deps.Now().UTC()
	conditional := r.ETag != "" || r.LastModified != ""
	fault, text := string(res.Fault), got.text
	if res.Err != nil {
		text = res.Err.Error()
	}
	fault = first(fault, got.fault)
	r.At, r.Fault, r.Schedule = now, fault, f.feed.Schedule
	s.moves(&r, res)
	s.gone(&r, res)
	if got.fault != "" {
		r.Broken = got.body
	}
	if got.read {
		r.Broken = ""
		r.ETag, r.LastModified, r.Body = res.ETag, res.LastModified, got.body
		if got.learn != nil {
			got.learn(&r)
		}
	}
	if fault == "" && (res.Status == 200 || !conditional) {
		r.Whole = now
	}
	var judged string
	r.Health, judged = s.config.Health.Judge(r.Health, health.Observation{At: now, Fault: fault, Gone: r.Retired, New: got.published})
	wishes := r.wishes(now)
	wishes.Fresh, wishes.RetryAfter = res.Fresh, res.RetryAfter
	r.Next, r.Why = s.config.Schedule.Next(f.rule, wishes, now, s.deps.Random())
	if r.Retired {
		r.Next, r.Why = time.Time{}, "retired: the publisher says that the feed is gone for good"
	}
	return conclusion{record: r, judged: judged, fetch: kulkul.Fetch{
		ID: kulkul.Hash("fetch", f.id(), now.Format(time.RFC3339Nano)), Source: f.source.ID, Feed: f.id(), URL: res.Final,
		At: now, Took: res.Took, Status: res.Status, Bytes: res.Sizes.Decoded, Items: got.items, New: len(got.published),
		Revised: got.revised, Problems: got.problems, Error: text, Next: r.Next, Why: r.Why}}
}

// moves adopts the address that permanent redirects lead to once they have led
// there often enough, and drops an adopted one that turns out to be wrong.
func (s *Service) moves(r *record, res fetch.Result) {
	if r.Moved != "" && res.Fault != "" && res.Fault != fetch.Limited && r.Health.Failures+1 >= s.config.AdoptAfter {
		r.Moved, r.Candidate, r.Seen = "", "", 0
		return
	}
	if res.Fault != "" {
		return
	}
	if res.Moved == "" || res.Moved != r.Candidate {
		r.Candidate, r.Seen = res.Moved, 0
	}
	if res.Moved == "" {
		return
	}
	if r.Seen++; r.Seen >= s.config.AdoptAfter {
		r.Moved, r.Candidate, r.Seen = res.Moved, "", 0
	}
}

// gone counts answers of 410 and retires the feed when there were enough.
func (s *Service) gone(r *record, res fetch.Result) {
	if res.Fault != fetch.Gone {
		r.Gone = 0
		return
	}
	r.Gone++
	r.Retired = r.Gone >= s.config.GoneAfter
}

func bodyHash(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:16])
}
