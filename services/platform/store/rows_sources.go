package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteFetches records fetches.
func (w *Writer) WriteFetches(ctx context.Context, fetches []kulkul.Fetch) error {
	type row = *kulkul.Fetch
	return w.store.insert(ctx, "fetches", len(fetches), []column{
		col("feed", fetches, func(f row) string { return f.Feed }),
		col("at", fetches, func(f row) time.Time { return instant(f.At) }),
		col("id", fetches, func(f row) string { return f.ID }),
		col("source", fetches, func(f row) string { return f.Source }),
		col("url", fetches, func(f row) string { return f.URL }),
		col("took", fetches, func(f row) int64 { return int64(f.Took) }),
		col("status", fetches, func(f row) uint16 { return uint16(f.Status) }),
		col("bytes", fetches, func(f row) int64 { return f.Bytes }),
		col("items", fetches, func(f row) uint32 { return uint32(f.Items) }),
		col("new", fetches, func(f row) uint32 { return uint32(f.New) }),
		col("revised", fetches, func(f row) uint32 { return uint32(f.Revised) }),
		col("problems", fetches, func(f row) uint32 { return uint32(f.Problems) }),
		col("error", fetches, func(f row) string { return f.Error }),
		col("next", fetches, func(f row) time.Time { return instant(f.Next) }),
		col("why", fetches, func(f row) string { return f.Why }),
	})
}

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

// WriteRejections records rejections.
func (w *Writer) WriteRejections(ctx context.Context, rejections []kulkul.Rejection) error {
	items := make([]string, len(rejections))
	for i, r := range rejections {
		if r.Item == nil {
			continue
		}
		b, err := json.Marshal(r.Item)
		if err != nil {
			return fmt.Errorf("write rejection %s: %w", r.ID, err)
		}
		items[i] = string(b)
	}
	type row = *kulkul.Rejection
	return w.store.insert(ctx, "rejections", len(rejections), []column{
		col("at", rejections, func(r row) time.Time { return instant(r.At) }),
		col("id", rejections, func(r row) string { return r.ID }),
		col("stage", rejections, func(r row) string { return r.Stage }),
		col("source", rejections, func(r row) string { return r.Source }),
		col("feed", rejections, func(r row) string { return r.Feed }),
		col("place", rejections, func(r row) string { return r.Where }),
		col("reason", rejections, func(r row) string { return r.Reason }),
		col("code", rejections, func(r row) string { return r.Code }),
		col("quarantined", rejections, func(r row) bool { return r.Quarantined }),
		col("payload", rejections, func(r row) string { return string(r.Payload) }),
		{"item", items},
	})
}
