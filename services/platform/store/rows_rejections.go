package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

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
