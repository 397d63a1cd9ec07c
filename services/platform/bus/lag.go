package bus

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// lagEvery is how often the bus is asked how far a consumer is behind.
const lagEvery = 10 * time.Second

// watchLag keeps the metric of what waits for a consumer until ctx ends, also
// while its handler stands still. A bus that does not answer leaves the last
// value.
func (b *Bus) watchLag(ctx context.Context, stream, durable string, c jetstream.Consumer) {
	gauge := b.metrics.waiting.WithLabelValues(stream, durable)
	for {
		if info, err := c.Info(ctx); err == nil {
			gauge.Set(float64(info.NumPending) + float64(info.NumAckPending))
		}
		if wait(ctx, lagEvery) != nil {
			return
		}
	}
}
