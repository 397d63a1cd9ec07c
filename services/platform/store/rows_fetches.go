package store

import (
	"context"
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
