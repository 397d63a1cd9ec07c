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
