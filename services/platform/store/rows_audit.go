package store

import (
	"context"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteAudit records audit lines.
func (w *Writer) WriteAudit(ctx context.Context, lines []kulkul.Audit) error {
	type row = *kulkul.Audit
	return w.store.insert(ctx, "audit", len(lines), []column{
		col("at", lines, func(a row) time.Time { return instant(a.At) }),
		col("id", lines, func(a row) string { return a.ID }),
		col("service", lines, func(a row) string { return a.Service }),
		col("who", lines, func(a row) string { return a.Who }),
		col("action", lines, func(a row) string { return a.Action }),
		col("object", lines, func(a row) string { return a.Object }),
		col("detail", lines, func(a row) string { return a.Detail }),
		col("address", lines, func(a row) string { return a.Address }),
	})
}
