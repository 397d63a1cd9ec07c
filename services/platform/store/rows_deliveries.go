package store

import (
	"context"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteDeliveries records deliveries; of one delivery the latest state stays.
func (w *Writer) WriteDeliveries(ctx context.Context, deliveries []kulkul.Delivery) error {
	type row = *kulkul.Delivery
	return w.store.insert(ctx, "deliveries", len(deliveries), []column{
		col("id", deliveries, func(d row) string { return d.ID }),
		col("at", deliveries, func(d row) time.Time { return instant(d.At) }),
		col("recipient", deliveries, func(d row) string { return d.Recipient }),
		col("channel", deliveries, func(d row) string { return d.Channel }),
		col("address", deliveries, func(d row) string { return d.Address }),
		col("flashpoint", deliveries, func(d row) string { return d.Flashpoint }),
		col("episode", deliveries, func(d row) uint32 { return uint32(d.Episode) }),
		col("notification", deliveries, func(d row) string { return d.Notification }),
		col("message_id", deliveries, func(d row) string { return d.MessageID }),
		col("subject", deliveries, func(d row) string { return d.Subject }),
		col("level", deliveries, func(d row) string { return d.Level.String() }),
		col("status", deliveries, func(d row) string { return d.Status }),
		col("attempts", deliveries, func(d row) uint32 { return uint32(d.Attempts) }),
		col("error", deliveries, func(d row) string { return d.Error }),
		col("events", deliveries, func(d row) []string { return d.Events }),
	})
}
