package bus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrFull is returned when a stream that keeps everything has reached its
// limit: the publisher waits and tries again, nothing is lost.
var ErrFull = errors.New("stream is full")

// Message is something to publish.
type Message struct {
	Subject string `json:"subject"`
	// ID is the Nats-Msg-Id: what JetStream deduplicates by within a stream's
	// window. Empty: no deduplication (series.touched).
	ID string `json:"id,omitempty"`
	// Body is JSON. NewMessage makes it from a domain value.
	Body json.RawMessage `json:"body"`
	// Trace is a W3C traceparent; empty: none.
	Trace string `json:"trace,omitempty"`
	// Version of the payload: a message that rests in an outbox over an upgrade
	// still says which program wrote it. Empty: PayloadVersion.
	Version string `json:"version,omitempty"`
}

// NewMessage encodes v, versioned JSON of a domain type, for a subject. Values
// of the domain always encode; the error is for NaN and infinities.
func NewMessage(subject, id string, v any) (Message, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Message{}, fmt.Errorf("encode message for %s: %w", subject, err)
	}
	return Message{Subject: subject, ID: id, Body: body, Version: PayloadVersion}, nil
}

// Header names beside the body.
const (
	headerTrace   = "traceparent"
	headerVersion = "Kulkul-Payload"
	// PayloadVersion grows when a payload changes in a way old readers would
	// misread; fields are added without it. oldestPayload is the oldest version
	// that is still read: the one before, so that what waited on the bus over an
	// upgrade is taken in.
	PayloadVersion = "1"
	newestPayload  = 1
	oldestPayload  = 1
)

func (m Message) msg() *nats.Msg {
	h := nats.Header{headerVersion: []string{cmp.Or(m.Version, PayloadVersion)}}
	if m.ID != "" {
		h[jetstream.MsgIDHeader] = []string{m.ID}
	}
	if m.Trace != "" {
		h[headerTrace] = []string{m.Trace}
	}
	return &nats.Msg{Subject: m.Subject, Header: h, Data: m.Body}
}

// Publish sends messages and returns when the server has stored every one, or
// an error that names the first that was not. They are in flight together; on
// an error any of them may have been stored, so the caller repeats all.
func (b *Bus) Publish(ctx context.Context, messages ...Message) error {
	start := time.Now()
	futures := make([]jetstream.PubAckFuture, len(messages))
	var first error
	for i, m := range messages {
		f, err := b.js.PublishMsgAsync(m.msg())
		if err != nil {
			first = fmt.Errorf("publish %s: %w", m.Subject, err)
			break
		}
		futures[i] = f
	}
	for i, f := range futures {
		if f == nil {
			break
		}
		select {
		case <-f.Ok():
		case err := <-f.Err():
			first = errors.Join(first, fmt.Errorf("publish %s: %w", messages[i].Subject, published(err)))
		case <-ctx.Done():
			first = errors.Join(first, fmt.Errorf("publish %s: %w", messages[i].Subject, ctx.Err()))
		}
		if first != nil {
			break
		}
	}
	b.metrics.published(len(messages), time.Since(start), first)
	return first
}

// published names the server's refusals that callers act on.
func published(err error) error {
	var api *jetstream.APIError
	if errors.As(err, &api) && (api.ErrorCode == codeMaxBytes || api.ErrorCode == codeStoreFailed) {
		return fmt.Errorf("%w: %s", ErrFull, api.Description)
	}
	return err
}

// JetStream API error codes (nats-server errors.json).
const (
	codeStoreFailed   = 10077 // stream store failed: maximum messages or bytes exceeded
	codeMaxBytes      = 10047 // insufficient storage resources available
	codeWrongSequence = 10071 // wrong last sequence
)
