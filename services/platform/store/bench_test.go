package store

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// crowd invents n items of some hundred days, one in four of them tagged.
func crowd(t testing.TB, n int, seed uint64) []kulkul.Tagged {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	items := make([]kulkul.Tagged, n)
	first := day(t, "2025-10-01")
	model := sample(t, 0, "2026-01-05")
	for i := range items {
		c := model
		c.Item.ID = fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
		c.Item.Entered = first + kulkul.Day(r.IntN(100))
		c.Item.Published = c.Item.Entered.Start().Add(time.Duration(r.IntN(86400)) * time.Second)
		c.Item.Collected = c.Item.Published.Add(time.Hour)
		c.Item.Source = fmt.Sprint("source-", r.IntN(200))
		c.Owner, c.Story = c.Item.Source, c.Item.ID
		if r.IntN(4) > 0 {
			c.Areas, c.Flashpoints = nil, nil
		}
		items[i] = c
	}
	return items
}

// BenchmarkWriteTags writes rows of item_tags, 100,000 in a batch.
func BenchmarkWriteTags(b *testing.B) {
	s := migrated(b)
	items := crowd(b, 100_000, 1)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		columns, err := tagColumns(items, searchOf(items))
		must(b, err)
		must(b, s.insert(b.Context(), "item_tags", len(items), columns))
		rows += len(items)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkWriteItems writes items with text, tags and words, 5,000 in a batch.
func BenchmarkWriteItems(b *testing.B) {
	s := migrated(b)
	items := crowd(b, 5_000, 2)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		must(b, s.Writer().WriteItems(b.Context(), items))
		rows += len(items)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "items/s")
}

// BenchmarkObservations reads 100,000 observations.
func BenchmarkObservations(b *testing.B) {
	s := migrated(b)
	must(b, s.Writer().WriteItems(b.Context(), crowd(b, 100_000, 3)))
	b.ReportAllocs()
	for b.Loop() {
		got, err := s.Observations(b.Context(), "t1", day(b, "2025-01-01"), day(b, "2026-12-31"), ObservationFilter{Untagged: true})
		must(b, err)
		if len(got) != 100_000 {
			b.Fatalf("%d observations", len(got))
		}
	}
}
