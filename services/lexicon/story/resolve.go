package story

import (
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Resolver reads aliases: which story a story id belongs to in the end.
type Resolver map[string]string

// NewResolver takes in aliases, in any order. The resolved id of a story is the
// smallest id among those joined.
func NewResolver(aliases []kulkul.StoryAlias) Resolver {
	r := Resolver{}
	for _, a := range aliases {
		x, y := r.Resolve(a.Story), r.Resolve(a.Into)
		if x != y {
			r[max(x, y)] = min(x, y)
		}
	}
	return r
}

// Resolve gives the story that an id reads as.
func (r Resolver) Resolve(story string) string {
	for {
		into, joined := r[story]
		if !joined {
			return story
		}
		story = into
	}
}

// Telling is one item of a story: who told it, and when.
type Telling struct {
	Owner     string
	Published time.Time
}

// Origins tells who originated a story, the owner of its earliest telling, and
// which other owners reprinted it, in order of their first telling.
func Origins(tellings []Telling) (originated string, reprinted []string) {
	sorted := slices.SortedStableFunc(slices.Values(tellings), func(a, b Telling) int {
		if c := a.Published.Compare(b.Published); c != 0 {
			return c
		}
		if a.Owner < b.Owner {
			return -1
		}
		return 1
	})
	for i, t := range sorted {
		switch {
		case i == 0:
			originated = t.Owner
		case t.Owner != originated && !slices.Contains(reprinted, t.Owner):
			reprinted = append(reprinted, t.Owner)
		}
	}
	return originated, reprinted
}
