package kulkul

import (
	"slices"
	"time"
)

// Evidence is one place in an item's text that speaks for a tag.
type Evidence struct {
	Field string `json:"field"` // title, summary, text, or a context such as source
	// Start and End are byte offsets into the UTF-8 field, End exclusive.
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
	Rule  string `json:"rule"` // the rule that matched, as the taxonomy names it
}

// Tag is one area or flashpoint assigned to an item.
type Tag struct {
	ID       string     `json:"id"`
	Score    float64    `json:"score"` // 0 to 1; a person's correction scores 1
	Evidence []Evidence `json:"evidence"`
}

// Tagged is an item with all that the tagger knows of it under one taxonomy
// version. It is what TAGGED carries and what the store keeps.
type Tagged struct {
	Item Item `json:"item"`
	// Taxonomy is the version of the taxonomy that tagged the item.
	Taxonomy string `json:"taxonomy"`
	// Story is the id the item's story was given at first sight.
	Story string `json:"story"`
	// Aliases are the story joins that this item made known.
	Aliases []StoryAlias `json:"aliases,omitempty"`
	// Owner, Country, Track and Weight are the source's, as they stood when the
	// item was tagged.
	Owner       string    `json:"owner"`
	Country     string    `json:"country,omitempty"`
	Track       Track     `json:"track,omitempty"`
	Weight      float64   `json:"weight"`
	Areas       []Tag     `json:"areas"`
	Flashpoints []Tag     `json:"flashpoints"`
	Corrected   bool      `json:"corrected,omitempty"` // a person's tags, not the rules'
	TaggedAt    time.Time `json:"tagged_at"`
}

// Pairs lists the (flashpoint, area) pairs the item counts in: every
// combination of its flashpoints and areas, None standing for a missing side.
// An item with neither has no pairs.
func (t Tagged) Pairs() []Pair {
	if len(t.Areas) == 0 && len(t.Flashpoints) == 0 {
		return nil
	}
	one := []Tag{{ID: None}}
	areas, flashpoints := t.Areas, t.Flashpoints
	if len(areas) == 0 {
		areas = one
	}
	if len(flashpoints) == 0 {
		flashpoints = one
	}
	pairs := make([]Pair, 0, len(areas)*len(flashpoints))
	for _, f := range flashpoints {
		for _, a := range areas {
			pairs = append(pairs, Pair{Flashpoint: f.ID, Area: a.ID})
		}
	}
	return pairs
}

// Found reports whether one of the rules given speaks for a tag of the item; they
// are named as evidence names them.
func (t Tagged) Found(rules []string) bool {
	speaks := func(tag Tag) bool {
		return slices.ContainsFunc(tag.Evidence, func(e Evidence) bool { return slices.Contains(rules, e.Rule) })
	}
	return slices.ContainsFunc(t.Areas, speaks) || slices.ContainsFunc(t.Flashpoints, speaks)
}

// StoryAlias records that two stories turned out to be one: Story reads as
// Into from then on. Aliases are append-only; readers resolve them.
type StoryAlias struct {
	Story string    `json:"story"`
	Into  string    `json:"into"`
	At    time.Time `json:"at"`
}
