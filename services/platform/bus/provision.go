package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// prepare makes sure that every stream, durable and bucket exists before
// anything is published: an interest stream without its durables would forget
// at once. It creates them, or waits for another process to.
func (b *Bus) prepare(ctx context.Context) error {
	for {
		err := b.provision(ctx)
		if err == nil {
			return nil
		}
		var api *jetstream.APIError
		if errors.As(err, &api) && api.Code == 400 {
			return err // the server refuses the configuration: waiting won't mend it
		}
		if wait(ctx, 500*time.Millisecond) != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}

func (b *Bus) provision(ctx context.Context) error {
	streams, buckets := Topology()
	for _, s := range streams {
		if err := b.provisionStream(ctx, s); err != nil {
			return err
		}
	}
	for _, k := range buckets {
		if err := b.provisionBucket(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) provisionStream(ctx context.Context, s Stream) error {
	if !b.config.Provision {
		for _, d := range s.Durables {
			if _, err := b.js.Consumer(ctx, s.Name, d.Name); err != nil {
				return fmt.Errorf("wait for consumer %s of %s: %w", d.Name, s.Name, err)
			}
		}
		return nil
	}
	if size := b.config.MaxBytes[s.Name]; size > 0 {
		s.MaxBytes = size
	}
	stream, err := b.js.CreateOrUpdateStream(ctx, s.config(b.config.Replicas))
	if err != nil {
		return fmt.Errorf("create stream %s: %w", s.Name, err)
	}
	for _, d := range s.Durables {
		if _, err := stream.CreateOrUpdateConsumer(ctx, d.config()); err != nil {
			return fmt.Errorf("create consumer %s of %s: %w", d.Name, s.Name, err)
		}
	}
	return nil
}

func (b *Bus) provisionBucket(ctx context.Context, k BucketSpec) error {
	if !b.config.Provision {
		if _, err := b.js.KeyValue(ctx, k.Name); err != nil {
			return fmt.Errorf("wait for bucket %s: %w", k.Name, err)
		}
		return nil
	}
	_, err := b.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: k.Name, Storage: jetstream.FileStorage, Replicas: b.config.Replicas,
		TTL: k.TTL, History: max(k.History, 1), MaxBytes: k.MaxBytes,
	})
	if err != nil {
		return fmt.Errorf("create bucket %s: %w", k.Name, err)
	}
	return nil
}
