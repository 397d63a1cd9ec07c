package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// tagPair is one element of the column tags.
type tagPair struct {
	Flashpoint string  `ch:"flashpoint"`
	Area       string  `ch:"area"`
	Score      float32 `ch:"score"`
}

// tagging is the column of that name: what one taxonomy version says of an item,
// but for its weight, which need not be a number that JSON knows.
type tagging struct {
	Areas       []kulkul.Tag `json:"areas,omitempty"`
	Flashpoints []kulkul.Tag `json:"flashpoints,omitempty"`
	Story       string       `json:"story"`
	Owner       string       `json:"owner,omitempty"`
	Country     string       `json:"country,omitempty"`
	Track       kulkul.Track `json:"track,omitempty"`
	Corrected   bool         `json:"corrected,omitempty"`
	TaggedAt    time.Time    `json:"tagged_at,omitzero"`
}

func tagColumns(items []kulkul.Tagged, words wording) ([]column, error) {
	type row = *kulkul.Tagged
	said, err := taggings(items)
	if err != nil {
		return nil, err
	}
	return []column{
		col("taxonomy", items, func(t row) string { return t.Taxonomy }),
		col("entered", items, func(t row) time.Time { return date(t.Item.Entered) }),
		col("item", items, func(t row) string { return t.Item.ID }),
		col("version", items, func(t row) uint64 { return t.Item.Version().Number() }),
		col("deleted", items, func(t row) uint8 { return bit(t.Item.Withdrawn) }),
		col("day", items, func(t row) time.Time { return date(t.Item.Day()) }),
		col("at", items, func(t row) time.Time { return at(&t.Item) }),
		col("collected", items, func(t row) time.Time { return instant(t.Item.Collected) }),
		col("source", items, func(t row) string { return t.Item.Source }),
		col("owner", items, func(t row) string { return t.Owner }),
		col("country", items, func(t row) string { return t.Country }),
		col("track", items, func(t row) string { return string(t.Track) }),
		col("language", items, func(t row) string { return t.Item.Language }),
		col("handling", items, func(t row) string { return string(t.Item.Handling) }),
		col("embargo", items, func(t row) time.Time { return instant(t.Item.Embargo) }),
		col("story", items, func(t row) string { return t.Story }),
		col("weight", items, func(t row) float64 { return t.Weight }),
		col("retrospective", items, func(t row) bool { return t.Item.Retrospective }),
		col("tagged_at", items, func(t row) time.Time { return instant(t.TaggedAt) }),
		col("tags", items, tagPairs),
		col("head", items, taggedHead),
		said,
		{"search", ofTagged(items, words.search)},
		{"stems", ofTagged(items, words.stems)},
	}, nil
}

// taggedHead is the head of an item that has tags, with the taxonomy version at its
// end, and empty otherwise: nothing else is sought among tags, and most items have
// none.
func taggedHead(t *kulkul.Tagged) string {
	if len(t.Areas) == 0 && len(t.Flashpoints) == 0 {
		return ""
	}
	head := headOf(t)
	if head == "" {
		return ""
	}
	return head + toldUnder(t.Taxonomy)
}

// toldUnder is what the heads of items tagged under a taxonomy version end with.
func toldUnder(taxonomy string) string { return headMark + taxonomy }

// tagPairs lists the pairs an item counts in, each scored as the weaker of its
// two sides.
func tagPairs(t *kulkul.Tagged) []tagPair {
	if len(t.Areas) == 0 && len(t.Flashpoints) == 0 {
		return nil
	}
	whole := []kulkul.Tag{{ID: kulkul.None, Score: 1}}
	areas, flashpoints := t.Areas, t.Flashpoints
	if len(areas) == 0 {
		areas = whole
	}
	if len(flashpoints) == 0 {
		flashpoints = whole
	}
	pairs := make([]tagPair, 0, len(areas)*len(flashpoints))
	for _, f := range flashpoints {
		for _, a := range areas {
			pairs = append(pairs, tagPair{f.ID, a.ID, float32(min(f.Score, a.Score))})
		}
	}
	return pairs
}

// ofTagged is the values of the items that have tags, and nothing for others.
func ofTagged(items []kulkul.Tagged, values []string) []string {
	out := make([]string, len(items))
	for i := range items {
		if len(items[i].Areas)+len(items[i].Flashpoints) > 0 {
			out[i] = values[i]
		}
	}
	return out
}

func taggings(items []kulkul.Tagged) (column, error) {
	values := make([]string, len(items))
	for i := range items {
		t := &items[i]
		b, err := json.Marshal(tagging{t.Areas, t.Flashpoints, t.Story, t.Owner, t.Country, t.Track,
			t.Corrected, moment(instant(t.TaggedAt))})
		if err != nil {
			return column{}, fmt.Errorf("write tagging of item %s: %w", t.Item.ID, err)
		}
		values[i] = string(b)
	}
	return column{"tagging", values}, nil
}
