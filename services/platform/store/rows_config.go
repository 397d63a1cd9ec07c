package store

import (
	"context"
	"time"
)

// WriteConfigVersions records versions of the running configuration.
func (w *Writer) WriteConfigVersions(ctx context.Context, versions []ConfigVersion) error {
	type row = *ConfigVersion
	return w.store.insert(ctx, "config_versions", len(versions), []column{
		col("version", versions, func(v row) uint64 { return v.Version }),
		col("at", versions, func(v row) time.Time { return instant(v.At) }),
		col("by", versions, func(v row) string { return v.By }),
		col("why", versions, func(v row) string { return v.Why }),
		col("digest", versions, func(v row) string { return v.Digest }),
		col("content", versions, func(v row) string { return v.Content }),
	})
}
