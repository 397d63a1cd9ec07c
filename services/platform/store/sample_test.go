package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sample is an invented item with every field filled, the first of its kind on
// the day.
func sample(t testing.TB, n int, on string) kulkul.Tagged {
	t.Helper()
	d := day(t, on)
	id := kulkul.ItemID("straits-ledger", fmt.Sprint("guid-", n))
	return kulkul.Tagged{
		Item: kulkul.Item{
			ID: id, Source: "straits-ledger", Feed: "straits-ledger-world", GUID: fmt.Sprint("guid-", n),
			Link:     fmt.Sprintf("https://ledger.example/%d", n),
			Title:    fmt.Sprintf("Patrol vessels meet near shoal %d", n),
			Summary:  "Two coast guards exchanged radio calls.",
			Text:     "Two coast guards exchanged radio calls on Tuesday, fishermen said.",
			Language: "en", Authors: []string{"R. Tan", "M. Ilagan"}, Categories: []string{"sea"},
			Published: d.Start().Add(9 * time.Hour), Updated: d.Start().Add(10 * time.Hour),
			Collected: d.Start().Add(11*time.Hour + 250*time.Millisecond), Entered: d, Revision: 1,
		},
		Taxonomy: "t1", Story: kulkul.Hash("story", id), Owner: "ledger-group", Country: "SG",
		Track: kulkul.TrackMedia, Weight: 0.8,
		Areas: []kulkul.Tag{{ID: "maritime-security", Score: 0.75, Evidence: []kulkul.Evidence{
			{Field: "title", Start: 0, End: 14, Text: "Patrol vessels", Rule: "patrol"}}}},
		Flashpoints: []kulkul.Tag{{ID: "south-china-sea", Score: 0.5, Evidence: []kulkul.Evidence{
			{Field: "title", Start: 25, End: 32, Text: "shoal 1", Rule: "shoal"}}}},
		TaggedAt: d.Start().Add(11*time.Hour + time.Second),
	}
}
