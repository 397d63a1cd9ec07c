package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Stories groups the newest items that a query selects by their story, and
// gives those carried widest, with the number of those left out.
func (r *Reader) Stories(ctx context.Context, u kulkul.User, q ItemQuery) (shown []Story, more int, err error) {
	ask := store.ItemQuery{View: r.Through(u), Taxonomy: r.Taxonomy(), From: q.From, To: q.To, Tagged: true, Limit: storyItems,
		PerDay: r.perDay(q)}
	if q.Flashpoint != "" {
		ask.Flashpoints = []string{q.Flashpoint}
	}
	if q.Area != "" {
		ask.Areas = []string{q.Area}
	}
	heads, err := r.Store.Heads(ctx, ask)
	if err != nil {
		return nil, 0, fmt.Errorf("read heads of stories: %w", err)
	}
	aliases, err := r.storyAliases(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("read story joins: %w", err)
	}
	widest := widestFirst(heads, aliases)
	if len(widest) > shownStories {
		widest, more = widest[:shownStories], len(widest)-shownStories
	}
	var chosen []store.Head
	for _, c := range widest {
		chosen = append(chosen, c.heads...)
	}
	items, err := r.Store.ItemsOf(ctx, ask.View, ask.Taxonomy, chosen)
	if err != nil {
		return nil, 0, fmt.Errorf("read items of stories: %w", err)
	}
	return group(r.listed(u, items), aliases), more, nil
}

// carried is the heads of one story.
type carried struct {
	heads  []store.Head
	owners map[string]bool
	last   time.Time
}

// widestFirst parts heads by their story, the story carried by most owners
// first, of equals the one told last.
func widestFirst(heads []store.Head, aliases Aliases) []carried {
	index := map[string]int{}
	var stories []carried
	for _, h := range heads {
		id := aliases.Resolve(h.Story)
		i, ok := index[id]
		if !ok {
			i = len(stories)
			index[id] = i
			stories = append(stories, carried{owners: map[string]bool{}})
		}
		c := &stories[i]
		c.heads = append(c.heads, h)
		c.owners[h.Owner] = true
		if h.At.After(c.last) {
			c.last = h.At
		}
	}
	slices.SortStableFunc(stories, func(a, b carried) int {
		return cmp.Or(cmp.Compare(len(b.owners), len(a.owners)), b.last.Compare(a.last))
	})
	return stories
}

// group makes stories of items.
func group(items []Listed, aliases Aliases) []Story {
	index := map[string]int{}
	var stories []Story
	for _, l := range items {
		id := aliases.Resolve(l.Story)
		i, ok := index[id]
		if !ok {
			i = len(stories)
			index[id] = i
			stories = append(stories, Story{ID: id})
		}
		stories[i].Items = append(stories[i].Items, l)
	}
	for i := range stories {
		stories[i].sum()
	}
	slices.SortStableFunc(stories, func(a, b Story) int {
		return cmp.Or(cmp.Compare(len(b.Owners), len(a.Owners)), b.Last.Compare(a.Last))
	})
	return stories
}

func (s *Story) sum() {
	slices.SortStableFunc(s.Items, func(a, b Listed) int { return Said(a.Item).Compare(Said(b.Item)) })
	first := s.Items[0]
	s.Title, s.First = first.Item.Title, Said(first.Item)
	s.Last = Said(s.Items[len(s.Items)-1].Item)
	s.Marks = first.Marks
	for _, l := range s.Items {
		if l.Owner != "" && !slices.Contains(s.Owners, l.Owner) {
			s.Owners = append(s.Owners, l.Owner)
		}
		if l.Country != "" && !slices.Contains(s.Countries, l.Country) {
			s.Countries = append(s.Countries, l.Country)
		}
	}
}

// Said is when an item was published, or collected where that is unknown or
// claims to lie later.
func Said(i kulkul.Item) time.Time {
	if i.Published.IsZero() || i.Published.After(i.Collected) {
		return i.Collected
	}
	return i.Published
}
