package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// model is the store as it ought to be, in memory and by the book: of every
// (taxonomy, item) the state with the highest version.
type model map[[2]string]kulkul.Tagged

// deliver takes one delivery in, in any order, any number of times.
func (m model) deliver(t kulkul.Tagged) {
	key := [2]string{t.Taxonomy, t.Item.ID}
	if have, ok := m[key]; !ok || t.Item.Version().Compare(have.Item.Version()) > 0 {
		m[key] = t
	}
}

// observations are those of one taxonomy that were not withdrawn, by item.
func (m model) observations(taxonomy string) []kulkul.Observation {
	var out []kulkul.Observation
	for key, t := range m {
		if key[0] != taxonomy || t.Item.Withdrawn || len(t.Pairs()) == 0 {
			continue
		}
		out = append(out, kulkul.Observation{
			Item: t.Item.ID, Story: t.Story, Source: t.Item.Source, Owner: t.Owner, Country: t.Country,
			Day: t.Item.Day(), Entered: t.Item.Entered, Collected: t.Item.Collected.Truncate(time.Millisecond),
			Weight: t.Weight, Retrospective: t.Item.Retrospective, Pairs: t.Pairs(),
		})
	}
	return byItem(out)
}

func byItem(list []kulkul.Observation) []kulkul.Observation {
	slices.SortFunc(list, func(a, b kulkul.Observation) int { return cmp.Compare(a.Item, b.Item) })
	return list
}

// countByHand counts observations as a person would who reads the definition:
// take each series, sort its items by when they came in, note each story at
// its first item.
func countByHand(observations []kulkul.Observation, aliases []kulkul.StoryAlias, from, to kulkul.Day) []DayCount {
	group := func(story string) string { // smallest story reachable over joins
		reached := map[string]bool{story: true}
		for grew := true; grew; {
			grew = false
			for _, a := range aliases {
				if reached[a.Story] != reached[a.Into] {
					reached[a.Story], reached[a.Into], grew = true, true, true
				}
			}
		}
		names := []string{}
		for s := range reached {
			names = append(names, s)
		}
		return slices.Min(names)
	}
	sorted := slices.Clone(observations)
	slices.SortFunc(sorted, func(a, b kulkul.Observation) int {
		return cmp.Or(cmp.Compare(a.Entered, b.Entered), cmp.Compare(a.Day, b.Day),
			a.Collected.Compare(b.Collected), cmp.Compare(a.Item, b.Item))
	})
	type noted struct {
		day    kulkul.Day
		owner  string
		weight float64
	}
	series := map[kulkul.Pair]map[string]*noted{}
	for _, o := range sorted {
		for _, p := range memberships(o.Pairs) {
			if series[p] == nil {
				series[p] = map[string]*noted{}
			}
			s := group(o.Story)
			if series[p][s] == nil {
				series[p][s] = &noted{day: o.Day, owner: cmp.Or(o.Owner, o.Source)}
			}
			series[p][s].weight = max(series[p][s].weight, o.Weight)
		}
	}
	var out []DayCount
	for pair, stories := range series {
		for d := from; d <= to; d++ {
			c := DayCount{Pair: pair, Day: d}
			owners := map[string]bool{}
			for _, n := range stories {
				if n.day == d {
					c.Count.Stories++
					c.Count.Weight += n.weight
					owners[n.owner] = true
				}
			}
			if c.Count.Owners = len(owners); c.Count.Stories > 0 {
				out = append(out, c)
			}
		}
	}
	slices.SortFunc(out, func(a, b DayCount) int {
		return cmp.Or(cmp.Compare(a.Pair.Flashpoint, b.Pair.Flashpoint), cmp.Compare(a.Pair.Area, b.Pair.Area), cmp.Compare(a.Day, b.Day))
	})
	return out
}

// memberships are the series that an item with these pairs belongs to.
func memberships(pairs []kulkul.Pair) []kulkul.Pair {
	set := map[kulkul.Pair]bool{}
	for _, p := range pairs {
		hasF, hasA := p.Flashpoint != kulkul.None, p.Area != kulkul.None
		if hasF && hasA {
			set[p] = true
		}
		if hasF {
			set[kulkul.Pair{Flashpoint: p.Flashpoint, Area: kulkul.Any}] = true
		}
		if hasA {
			set[kulkul.Pair{Flashpoint: kulkul.Any, Area: p.Area}] = true
		}
	}
	var out []kulkul.Pair
	for p := range set {
		out = append(out, p)
	}
	return out
}
