package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// Working asks for more time.
func (d Delivered) Working() error { return acknowledged(d, d.msg.InProgress()) }

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
// batch, one at a time, until ctx ends. The handler acknowledges each message
// (Ack, Retry or Reject); when it returns an error all that it left open are
// asked for again after a pause that grows from 250 ms to 30 s, and Consume goes
// on. report, which may be nil, is told of such errors. A message that a newer
// program wrote is not handed over: it stays on the bus and holds no other back.
// Consume returns nil when ctx ends.
func (b *Bus) Consume(ctx context.Context, stream, durable string, batch Batch,
	handle func(context.Context, []Delivered) error, report func(error)) error {
	consumer, err := b.js.Consumer(ctx, stream, durable)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("consume %s as %s: %w", stream, durable, err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(2 * max(batch.Size, 1)))
	if err != nil {
		return fmt.Errorf("consume %s as %s: %w", stream, durable, err)
	}
	defer messages.Stop()
	watching, unwatch := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { b.watchLag(watching, stream, durable, consumer) })
	defer watch.Wait()
	defer unwatch()
	failures := 0
	for ctx.Err() == nil { // what was fetched already would be handed over even after the end
		got, err := gather(ctx, messages, batch)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, jetstream.ErrMsgIteratorClosed) || errors.Is(err, jetstream.ErrConsumerDeleted) {
				return fmt.Errorf("consume %s as %s: %w", stream, durable, err)
			}
			if wait(ctx, pause(failures)) != nil {
				return nil
			}
			failures++
			continue
		}
		if got = b.known(stream, durable, got, report); len(got) == 0 {
			continue
		}
		if b.deliver(ctx, stream, durable, got, handle, report, pause(failures)) {
			failures = 0
		} else {
			failures++
			if wait(ctx, pause(failures)) != nil {
				return nil
			}
		}
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
func (b *Bus) deliver(ctx context.Context, stream, durable string, got []Delivered,
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
	for _, d := range got {
		// Those already acknowledged answer with an error that means just that.
		_ = d.msg.NakWithDelay(retry)
	}
	return false
}

// gather waits for one message and takes what follows within the linger.
func gather(ctx context.Context, messages jetstream.MessagesContext, batch Batch) ([]Delivered, error) {
	m, err := messages.Next(jetstream.NextContext(ctx))
	if err != nil {
		return nil, err
	}
	got := append(make([]Delivered, 0, max(batch.Size, 1)), delivered(m))
	deadline := time.Now().Add(batch.Linger)
	for len(got) < batch.Size {
		left := time.Until(deadline)
		if left <= 0 {
			break
		}
		m, ok := within(messages, left)
		if !ok {
			break
		}
		got = append(got, m)
	}
	return got, nil
}

// within waits a while for one more message. What stands against it is a
// time-out, or a fault that the next gather meets again.
func within(messages jetstream.MessagesContext, wait time.Duration) (Delivered, bool) {
	m, err := messages.Next(jetstream.NextMaxWait(wait))
	if err != nil {
		return Delivered{}, false
	}
	return delivered(m), true
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

// Follow hands every message published on the subjects from now on to handle,
// until ctx ends. It is a plain subscription: it acknowledges nothing, holds
// nothing back and misses what is published while the connection is away, so
// its callers show and never count. A slow handler loses messages, not memory.
func (b *Bus) Follow(ctx context.Context, handle func(subject string, body []byte), subjects ...string) error {
	ch := make(chan *nats.Msg, 1024)
	for _, s := range subjects {
		sub, err := b.conn.ChanSubscribe(s, ch)
		if err != nil {
			return fmt.Errorf("follow %s: %w", s, err)
		}
		defer func() { _ = sub.Unsubscribe() }() // fails only on a closed connection
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
