package series

import (
	"maps"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Table holds observations and the counts made of them, kept equal at every
// step: adding, replacing and removing in any order gives what Build gives for
// the result. It is not safe for concurrent use.
type Table struct {
	collection Collection
	items      map[string][]kulkul.Observation // of one item: one a publisher
	parent     map[string]string               // story joins, as a forest
	stories    map[string]*story               // by root
	lines      map[kulkul.Pair]line
	joins      map[string]kulkul.Day // what joined gave; nil: to be found anew
}

// line is one series: its stories by day and root.
type line map[kulkul.Day]map[string]*entry

// story is one resolved story with where it counts.
type story struct {
	items  []string
	placed []place
}

// put adds an item once.
func (s *story) put(item string) {
	if !slices.Contains(s.items, item) {
		s.items = append(s.items, item)
	}
}

type place struct {
	pair kulkul.Pair
	day  kulkul.Day
}

// New gives an empty table.
func New(c Collection) *Table {
	return &Table{collection: c, items: map[string][]kulkul.Observation{}, parent: map[string]string{},
		stories: map[string]*story{}, lines: map[kulkul.Pair]line{}}
}

// Build counts at once what was known at an instant: observations collected and
// joins made after asOf are left out. A zero asOf knows everything.
func Build(c Collection, observations []kulkul.Observation, aliases []kulkul.StoryAlias, asOf time.Time) *Table {
	t := New(c)
	known := func(at time.Time) bool { return asOf.IsZero() || !at.After(asOf) }
	for _, a := range aliases {
		if known(a.At) {
			t.Join(a)
		}
	}
	var obs []kulkul.Observation
	for _, o := range observations {
		if known(o.Collected) {
			obs = append(obs, o)
		}
	}
	t.Add(obs...)
	return t
}

// Collection is what the table counts by.
func (t *Table) Collection() Collection { return t.collection }

// SetCollection counts everything anew by c where that may change a count.
func (t *Table) SetCollection(c Collection) {
	same := maps.Equal(c.Since, t.collection.Since) && maps.EqualFunc(c.Gaps, t.collection.Gaps, slices.Equal)
	t.collection, t.joins = c, nil
	if same {
		return // the rest of it is asked when reading
	}
	for root := range t.stories {
		t.recount(root)
	}
}

// Add takes observations in. Several of one item are its publishers; together
// they replace what was known of the item.
func (t *Table) Add(observations ...kulkul.Observation) {
	fresh := map[string]bool{}
	changed := map[string]struct{}{}
	for _, o := range observations {
		if o.Retrospective {
			t.joins = nil
		}
		if !fresh[o.Item] {
			fresh[o.Item] = true
			t.take(o.Item, changed)
		}
		t.items[o.Item] = append(t.items[o.Item], o)
		root := t.root(o.Story)
		s := t.stories[root]
		if s == nil {
			s = &story{}
			t.stories[root] = s
		}
		s.put(o.Item)
		changed[root] = struct{}{}
	}
	t.recountAll(changed)
}

// Remove forgets items.
func (t *Table) Remove(items ...string) {
	changed := map[string]struct{}{}
	for _, id := range items {
		t.take(id, changed)
	}
	t.recountAll(changed)
}

// Replace makes the observations given all that is known of publication days
// from that day on: what the table holds of those days and is not among them
// goes. It is how a table follows a store.
func (t *Table) Replace(from kulkul.Day, observations []kulkul.Observation) {
	keep := make(map[string]bool, len(observations))
	for _, o := range observations {
		keep[o.Item] = true
	}
	var gone []string
	for id, obs := range t.items {
		if !keep[id] && obs[0].Day >= from {
			gone = append(gone, id)
		}
	}
	t.Remove(gone...)
	t.Add(observations...)
}

// Join records that stories turned out to be one.
func (t *Table) Join(aliases ...kulkul.StoryAlias) {
	changed := map[string]struct{}{}
	for _, a := range aliases {
		into, from := t.root(a.Into), t.root(a.Story)
		if into == from {
			continue
		}
		// The smaller id leads, so that the order of joins does not matter.
		if from < into {
			into, from = from, into
		}
		t.parent[from] = into
		moved := t.stories[from]
		if moved == nil {
			continue
		}
		t.unplace(from, moved)
		delete(t.stories, from)
		delete(changed, from)
		s := t.stories[into]
		if s == nil {
			s = &story{}
			t.stories[into] = s
		}
		for _, id := range moved.items {
			s.put(id)
		}
		changed[into] = struct{}{}
	}
	t.recountAll(changed)
}

// root resolves a story's id.
func (t *Table) root(id string) string {
	for {
		p, has := t.parent[id]
		if !has {
			return id
		}
		if g, has := t.parent[p]; has {
			t.parent[id] = g // halve the path for the next one who asks
		}
		id = p
	}
}

// take forgets one item and notes the story that must be counted anew.
func (t *Table) take(id string, changed map[string]struct{}) {
	for _, o := range t.items[id] {
		if o.Retrospective {
			t.joins = nil
		}
		root := t.root(o.Story)
		if s := t.stories[root]; s != nil {
			s.items = slices.DeleteFunc(s.items, func(item string) bool { return item == id })
			changed[root] = struct{}{}
		}
	}
	delete(t.items, id)
}
