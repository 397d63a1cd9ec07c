package backtest

import (
	"cmp"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Item is one item of the history. Its Collected is the instant at which it
// became known; an item dated to the day is known from the end of that day.
type Item struct {
	Tagged kulkul.Tagged
	// Publishers are the voices that the item cites; empty: the item's own
	// owner.
	Publishers []Publisher
}

// Publisher is one voice.
type Publisher struct{ Source, Owner, Country string }

// known makes an item's observations: one a publisher. talks are the rules that
// find items which speak of talks.
func (i Item) known(talks []string) []kulkul.Observation {
	t := i.Tagged
	o := kulkul.Observation{Item: t.Item.ID, Story: t.Story, Source: t.Item.Source, Owner: t.Owner, Country: t.Country,
		Day: t.Item.Day(), Entered: t.Item.Entered, Collected: t.Item.Collected, Weight: t.Weight, Talks: t.Found(talks), Pairs: t.Pairs()}
	if t.Item.PublishedDay {
		// Known at the day's end, and of that day, however the instant reads.
		o.Day = kulkul.DayOf(t.Item.Published)
		o.Entered = o.Day
	}
	if len(i.Publishers) == 0 {
		return []kulkul.Observation{o}
	}
	out := make([]kulkul.Observation, 0, len(i.Publishers))
	for _, p := range i.Publishers {
		o.Source, o.Owner, o.Country = p.Source, p.Owner, p.Country
		out = append(out, o)
	}
	return out
}

// inOrder sorts items by the instant at which they became known.
func inOrder(items []Item) []Item {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b Item) int {
		x, y := a.Tagged.Item, b.Tagged.Item
		return cmp.Or(x.Collected.Compare(y.Collected), cmp.Compare(x.ID, y.ID))
	})
	return items
}
