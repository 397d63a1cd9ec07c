package store

import (
	"context"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteHealth records judgements on sources.
func (w *Writer) WriteHealth(ctx context.Context, health []kulkul.Health) error {
	type row = *kulkul.Health
	return w.store.insert(ctx, "health", len(health), []column{
		col("source", health, func(h row) string { return h.Source }),
		col("feed", health, func(h row) string { return h.Feed }),
		col("at", health, func(h row) time.Time { return instant(h.At) }),
		col("state", health, func(h row) string { return h.State }),
		col("since", health, func(h row) time.Time { return instant(h.Since) }),
		col("last_item", health, func(h row) time.Time { return instant(h.LastItem) }),
		col("last_ok", health, func(h row) time.Time { return instant(h.LastOK) }),
		col("failures", health, func(h row) uint32 { return uint32(h.Failures) }),
		col("text", health, func(h row) string { return h.Text }),
	})
}
