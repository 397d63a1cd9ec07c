package store

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteReviews records reviews of every verdict.
func (w *Writer) WriteReviews(ctx context.Context, reviews []kulkul.Review) error {
	whole, err := jsonColumn("review", reviews)
	if err != nil {
		return fmt.Errorf("write reviews: %w", err)
	}
	return w.store.insert(ctx, "reviews", len(reviews), append(reviewColumns(reviews), whole))
}

func reviewColumns(reviews []kulkul.Review) []column {
	type row = *kulkul.Review
	return []column{
		col("id", reviews, func(r row) string { return r.ID }),
		col("at", reviews, func(r row) time.Time { return instant(r.At) }),
		col("verdict", reviews, func(r row) string { return string(r.Verdict) }),
		col("by", reviews, func(r row) string { return r.By }),
		col("role", reviews, func(r row) string { return r.Role }),
		col("via", reviews, func(r row) string { return r.Via }),
		col("key", reviews, func(r row) string {
			if r.Alert == (kulkul.AlertKey{}) {
				return ""
			}
			return r.Alert.ID()
		}),
		col("flashpoint", reviews, func(r row) string { return r.Alert.Flashpoint }),
		col("area", reviews, func(r row) string { return r.Alert.Area }),
		col("indicator_group", reviews, func(r row) string { return r.Alert.Group }),
		col("episode", reviews, func(r row) uint32 { return uint32(r.Episode) }),
		col("item", reviews, func(r row) string {
			if r.Item == nil {
				return ""
			}
			return r.Item.ID
		}),
		col("opinion", reviews, func(r row) string { return assessed(r).Opinion }),
		col("as_party", reviews, func(r row) bool { return assessed(r).AsParty }),
		col("country", reviews, func(r row) string { return assessed(r).Country }),
		col("text", reviews, func(r row) string {
			if t := assessed(r).Text; t != "" {
				return t
			}
			return r.Text
		}),
	}
}

// assessed is the review's assessment, empty where it has none.
func assessed(r *kulkul.Review) kulkul.Assessment {
	if r.Assessment == nil {
		return kulkul.Assessment{}
	}
	return *r.Assessment
}

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
