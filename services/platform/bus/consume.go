package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Delivered is one message handed to a consumer.
type Delivered struct {
	Subject string
	ID      string
	Trace   string
	Body    []byte
	// Sequence is the message's place in its stream, Sent when the stream
	// stored it (UTC), Attempt how often it was delivered, this time included.
	Sequence uint64
	Sent     time.Time
	Attempt  uint64

	msg jetstream.Msg
}

// Decode reads the body into v. A payload of a version that is no longer read
// is an error, as is one that cannot be read at all.
func (d Delivered) Decode(v any) error {
	n, err := d.version()
	if err != nil || n < oldestPayload {
		return fmt.Errorf("decode %s #%d: payload version %q is not read any more; version %d and later are", d.Subject, d.Sequence, d.msg.Headers().Get(headerVersion), oldestPayload)
	}
	if err := json.Unmarshal(d.Body, v); err != nil {
		return fmt.Errorf("decode %s #%d: %w", d.Subject, d.Sequence, err)
	}
	return nil
}

// version of the payload; without a header the first.
func (d Delivered) version() (int, error) {
	said := d.msg.Headers().Get(headerVersion)
	if said == "" {
		return 1, nil
	}
	return strconv.Atoi(said)
}

// ErrNewerPayload is reported of a message that a newer program wrote.
var ErrNewerPayload = errors.New("message of a newer version waits on the bus for the upgrade")

// newerPause is how long such a message rests before it is asked for again.
const newerPause = 30 * time.Second

// Ack says that the message's effect is durable.
func (d Delivered) Ack() error { return acknowledged(d, d.msg.Ack()) }

// Retry asks for the message again after a delay.
func (d Delivered) Retry(after time.Duration) error {
	return acknowledged(d, d.msg.NakWithDelay(after))
}

// Reject says that the message can never be handled; the caller has published
// it to REJECTED before.
func (d Delivered) Reject(reason string) error { return acknowledged(d, d.msg.TermWithReason(reason)) }

func acknowledged(d Delivered, err error) error {
	if err != nil {
		return fmt.Errorf("acknowledge %s #%d: %w", d.Subject, d.Sequence, err)
	}
	return nil
}

// Batch says how messages are gathered before a handler sees them: at most Size
// messages, and no more than Linger after the first.
type Batch struct {
	Size   int
	Linger time.Duration
}

// Consume hands the messages of a stream's durable consumer to handle, batch by
// batch, one at a time, until ctx ends. Nothing but the batch in hand is taken
// from the bus, and the bus is told that it is being worked on for as long as
// that is so: what a crash leaves comes again, here or elsewhere, after the
// durable's AckWait, however long a handler may take. The handler acknowledges
// each message (Ack, Retry or Reject); when it returns an error all that it left
// open are asked for again after a pause that grows from 250 ms to 30 s, and
// Consume goes on. report, which may be nil, is told of such errors. A message
// that a newer program wrote is not handed over: it stays on the bus and holds
// no other back. Consume returns nil when ctx ends.
func (b *Bus) Consume(ctx context.Context, stream, durable string, batch Batch,
	handle func(context.Context, []Delivered) error, report func(error)) error {
	consumer, err := b.js.Consumer(ctx, stream, durable)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("consume %s as %s: %w", stream, durable, err)
	}
	watching, unwatch := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { b.watchLag(watching, stream, durable, consumer) })
	defer watch.Wait()
	defer unwatch()
	failures := 0
	for ctx.Err() == nil {
		hold := newHold(consumer.CachedInfo().Config.AckWait)
		got, err := gather(ctx, consumer, batch, hold)
		if err != nil {
			hold.release()
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, nats.ErrConnectionClosed) {
				return fmt.Errorf("consume %s as %s: %w", stream, durable, err)
			}
			if wait(ctx, pause(failures)) != nil {
				return nil
			}
			failures++
			continue
		}
		ok := true
		if got = b.known(stream, durable, got, report); len(got) > 0 {
			ok = b.deliver(ctx, stream, durable, got, hold, handle, report, pause(failures))
		}
		hold.release()
		if ok {
			failures = 0
			continue
		}
		if wait(ctx, pause(failures)) != nil {
			return nil
		}
		failures++
	}
	return nil
}

// known leaves out the messages of newer versions, which are asked for again.
func (b *Bus) known(stream, durable string, got []Delivered, report func(error)) []Delivered {
	return slices.DeleteFunc(got, func(d Delivered) bool {
		n, err := d.version()
		if err != nil || n <= newestPayload {
			return false
		}
		b.metrics.newer.WithLabelValues(stream, durable).Inc()
		if report != nil && d.Attempt == 1 {
			report(fmt.Errorf("%s #%d: payload version %d, this program reads up to %d: %w", d.Subject, d.Sequence, n, newestPayload, ErrNewerPayload))
		}
		_ = d.msg.NakWithDelay(newerPause) // if that is lost it comes again all the same
		return true
	})
}

// deliver runs the handler over one batch and reports whether it succeeded.
func (b *Bus) deliver(ctx context.Context, stream, durable string, got []Delivered, hold *hold,
	handle func(context.Context, []Delivered) error, report func(error), retry time.Duration) bool {
	start := time.Now()
	err := handle(ctx, got)
	b.metrics.consumed(stream, durable, len(got), time.Since(start), err)
	if err == nil {
		return true
	}
	if report != nil && ctx.Err() == nil {
		report(fmt.Errorf("handle %d messages of %s: %w", len(got), stream, err))
	}
	hold.release() // or it could ask for time after the message was given back
	for _, d := range got {
		// Those already acknowledged answer with an error that means just that.
		_ = d.msg.NakWithDelay(retry)
	}
	return false
}

// A request for a first message waits so long on the bus; that it is still there
// is heard from the bus at least every beat, so that a restarted server is asked
// again within two of them.
const (
	firstWait = 20 * time.Second
	beat      = 2 * time.Second
)

// gather waits for one message and takes what follows within the linger. Nothing
// within firstWait is no message and no error.
func gather(ctx context.Context, c jetstream.Consumer, batch Batch, hold *hold) ([]Delivered, error) {
	asking, cancel := context.WithTimeout(ctx, firstWait)
	defer cancel()
	got := make([]Delivered, 0, max(batch.Size, 1))
	take := func(b jetstream.MessageBatch, err error) error {
		if err != nil {
			return err
		}
		for m := range b.Messages() {
			d := delivered(m)
			got = append(got, d)
			hold.add(d)
		}
		return b.Error()
	}
	if err := take(c.Fetch(1, jetstream.FetchContext(asking), jetstream.FetchHeartbeat(beat))); len(got) == 0 {
		if ctx.Err() == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)) {
			err = nil
		}
		return nil, err
	}
	if rest := batch.Size - 1; rest > 0 && batch.Linger > 0 {
		_ = take(c.Fetch(rest, jetstream.FetchMaxWait(batch.Linger))) // what was taken is handed over; the fault shows when next asked
	} else if rest > 0 {
		_ = take(c.FetchNoWait(rest))
	}
	return got, nil
}

func delivered(m jetstream.Msg) Delivered {
	d := Delivered{
		Subject: m.Subject(), Body: m.Data(), msg: m,
		ID: m.Headers().Get(jetstream.MsgIDHeader), Trace: m.Headers().Get(headerTrace),
	}
	if meta, err := m.Metadata(); err == nil {
		d.Sequence, d.Sent, d.Attempt = meta.Sequence.Stream, meta.Timestamp.UTC(), meta.NumDelivered
	}
	return d
}

// pause is how long to wait after n failures in a row.
func pause(n int) time.Duration {
	return min(250*time.Millisecond<<min(n, 10), 30*time.Second)
}

// flush waits until the server has what was sent to it.
func (b *Bus) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.config.Timeout)
	defer cancel()
	return b.conn.FlushWithContext(ctx)
}

// Follow hands every message published on the subjects from now on to handle,
// until ctx ends. It is a plain subscription: it acknowledges nothing, holds
// nothing back and misses what is published while the connection is away, so
// its callers show and never count; what is published again under an id that the
// stream knows is seen again. A slow handler loses messages, not memory. standing,
// where not nil, is called once the server has the subscriptions: what is
// published afterwards is seen.
func (b *Bus) Follow(ctx context.Context, standing func(), handle func(subject string, body []byte), subjects ...string) error {
	ch := make(chan *nats.Msg, 1024)
	for _, s := range subjects {
		sub, err := b.conn.ChanSubscribe(s, ch)
		if err != nil {
			return fmt.Errorf("follow %s: %w", s, err)
		}
		defer func() { _ = sub.Unsubscribe() }() // fails only on a closed connection
	}
	if standing != nil {
		if err := b.flush(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("follow %s: %w", strings.Join(subjects, ", "), err)
		}
		standing()
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-ch:
			handle(m.Subject, m.Data)
		}
	}
}
