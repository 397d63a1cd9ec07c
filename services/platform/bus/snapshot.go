package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
)

// Snapshot is what a stream or bucket was when it was written out: what
// JetStream wants to hear when it is brought back.
type Snapshot struct {
	Name   string          `json:"name"`
	Config json.RawMessage `json:"config"`
	State  json.RawMessage `json:"state"`
}

// SnapshotOrder names every stream and bucket that is worth keeping, in the
// order in which a snapshot of a running flow takes them: what a publisher
// remembers of having published before the stream it publishes into, and a
// stream before what its consumers remember of having done. What moves on
// meanwhile is then in at least one of them, and every effect may be repeated.
// Leases are left out: whoever held them is gone. A test holds the order
// against the topology.
func SnapshotOrder() []string {
	return []string{
		kv(BucketConfig), kv(BucketUsers), kv(BucketKeys), kv(BucketBulletins), Reviews,
		kv(BucketHubs), kv(BucketHeld), kv(BucketReceipts), kv(BucketPolls), kv(BucketRevisions), Collected, Jobs,
		kv(BucketStories), kv(BucketTagger), TaggedItem, Rejected, Health, Touched,
		kv(BucketAlerts), Alerts, kv(BucketLedger), Deliveries,
	}
}

// kv is the stream under a bucket.
func kv(bucket string) string { return "KV_" + bucket }

// Snapshots use JetStream's own protocol (stream snapshot and restore, as the
// nats command does), which keeps sequences, revisions and how far each durable
// is. The library that speaks it, jsm.go, brings the whole server along.
const (
	snapshotSubject = "$JS.API.STREAM.SNAPSHOT."
	restoreSubject  = "$JS.API.STREAM.RESTORE."
	snapshotChunk   = 128 << 10
	// snapshotSilence is how long the server may say nothing in between.
	snapshotSilence = time.Minute
	// restoreLimit is how long it may take to read in what it was sent.
	restoreLimit = time.Hour
)

// apiAnswer is what JetStream's interface answers with.
type apiAnswer struct {
	Error *struct {
		Code        int    `json:"code"`
		Description string `json:"description"`
	} `json:"error"`
	Config  json.RawMessage `json:"config"`
	State   json.RawMessage `json:"state"`
	Deliver string          `json:"deliver_subject"`
}

// Snapshot writes a stream with its durables into w, as of one moment.
// ErrNotFound where there is no such stream.
func (b *Bus) Snapshot(ctx context.Context, name string, w io.Writer) (Snapshot, error) {
	inbox := b.conn.NewRespInbox()
	chunks, err := b.conn.SubscribeSync(inbox)
	if err != nil {
		return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
	}
	defer func() { _ = chunks.Unsubscribe() }() // fails only on a closed connection
	if err := chunks.SetPendingLimits(-1, -1); err != nil {
		return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
	}
	answer, err := b.api(ctx, snapshotSubject+name, map[string]any{"deliver_subject": inbox, "chunk_size": snapshotChunk, "jsck": true})
	if err != nil {
		return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
	}
	for {
		m, err := next(ctx, chunks)
		if err != nil {
			return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
		}
		if len(m.Data) == 0 { // the end, with 204, or a fault
			if status := m.Header.Get("Status"); status != "" && status != "204" {
				return Snapshot{}, fmt.Errorf("snapshot %s: server says %s %s", name, status, m.Header.Get("Description"))
			}
			return Snapshot{Name: name, Config: answer.Config, State: answer.State}, nil
		}
		if _, err := w.Write(m.Data); err != nil {
			return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
		}
		if m.Reply != "" {
			if err := m.Respond(nil); err != nil {
				return Snapshot{}, fmt.Errorf("snapshot %s: %w", name, err)
			}
		}
	}
}

func next(ctx context.Context, chunks *nats.Subscription) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, snapshotSilence, errors.New("the server fell silent"))
	defer cancel()
	m, err := chunks.NextMsgWithContext(ctx)
	if err != nil {
		return nil, errors.Join(err, context.Cause(ctx))
	}
	return m, nil
}

// Restore brings a stream back from what Snapshot wrote. It must not exist. The
// number of replicas is this bus's own.
func (b *Bus) Restore(ctx context.Context, s Snapshot, r io.Reader) error {
	var config map[string]any
	if err := json.Unmarshal(s.Config, &config); err != nil {
		return fmt.Errorf("restore %s: read its configuration: %w", s.Name, err)
	}
	config["num_replicas"] = max(b.config.Replicas, 1)
	answer, err := b.api(ctx, restoreSubject+s.Name, map[string]any{"config": config, "state": s.State})
	if err != nil {
		return fmt.Errorf("restore %s: %w", s.Name, err)
	}
	chunk := make([]byte, snapshotChunk)
	for {
		n, err := io.ReadFull(r, chunk)
		if n > 0 {
			if _, err := b.request(ctx, answer.Deliver, chunk[:n], snapshotSilence); err != nil {
				return fmt.Errorf("restore %s: %w", s.Name, err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("restore %s: %w", s.Name, err)
		}
	}
	if _, err := b.request(ctx, answer.Deliver, nil, restoreLimit); err != nil {
		return fmt.Errorf("restore %s: %w", s.Name, err)
	}
	return nil
}

// Occupied gives the streams and buckets of the topology that exist.
func (b *Bus) Occupied(ctx context.Context) ([]string, error) {
	var out []string
	for _, name := range SnapshotOrder() {
		_, err := b.api(ctx, "$JS.API.STREAM.INFO."+name, nil)
		switch {
		case err == nil:
			out = append(out, name)
		case !errors.Is(err, ErrNotFound):
			return nil, fmt.Errorf("look for %s: %w", name, err)
		}
	}
	return out, nil
}

// api asks JetStream's interface.
func (b *Bus) api(ctx context.Context, subject string, body any) (apiAnswer, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return apiAnswer{}, fmt.Errorf("encode request: %w", err)
		}
	}
	return b.request(ctx, subject, raw, b.config.Timeout)
}

// request asks once; a refusal in the answer is an error.
func (b *Bus) request(ctx context.Context, subject string, body []byte, limit time.Duration) (apiAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var answer apiAnswer
	m, err := b.conn.RequestWithContext(ctx, subject, body)
	if err != nil || len(m.Data) == 0 {
		return answer, err
	}
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		return answer, fmt.Errorf("read the server's answer: %w", err)
	}
	if answer.Error != nil {
		if answer.Error.Code == 404 {
			return answer, fmt.Errorf("%w: %s", ErrNotFound, answer.Error.Description)
		}
		return answer, errors.New(answer.Error.Description)
	}
	return answer, nil
}
