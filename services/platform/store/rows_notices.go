package store

import (
	"context"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteNotices records notices.
func (w *Writer) WriteNotices(ctx context.Context, notices []kulkul.Notice) error {
	type row = *kulkul.Notice
	return w.store.insert(ctx, "notices", len(notices), []column{
		col("id", notices, func(n row) string { return n.ID }),
		col("at", notices, func(n row) time.Time { return instant(n.At) }),
		col("kind", notices, func(n row) string { return n.Kind }),
		col("flashpoint", notices, func(n row) string { return n.Flashpoint }),
		col("source", notices, func(n row) string { return n.Source }),
		col("text", notices, func(n row) string { return n.Text }),
	})
}
