package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sqlCounted reads what is counted. The counting itself is done here, and so is
// the sorting: the engine takes more than twice as long for either.
//
// Its values are bound in the text (@name), as those of lists may be many.
const sqlCounted = `
SELECT entered, day, collected, item, story, if(owner = '', source, owner) AS voice, weight,
       arrayStringConcat(arrayMap(t -> concat(t.flashpoint, '/', t.area), tags), ' ') AS pairs
FROM item_tags FINAL
WHERE {where}`

// storyReach is how many days before a chart begins an item may have been
// published whose story then does not count as new in it.
const storyReach = 60

// CountFilter narrows counts. Empty fields select everything.
type CountFilter struct {
	Flashpoints []string // kulkul.Any asks for the regional totals
	Areas       []string // kulkul.Any asks for the flashpoint totals
	// Collected bounds when the items came in, as in ObservationFilter; joins
	// made at Collected.To or later are left out with them.
	Collected Span
	Live      bool // leaves out imported history
	// Since is the day from which each source's items count, for sources that
	// have one (kulkul.Source.Since).
	Since map[string]kulkul.Day
}

// DayCount is one day of one series.
type DayCount struct {
	Pair  kulkul.Pair
	Day   kulkul.Day
	Count kulkul.Count
}

// Counts gives the counts of the series for charts, from from to to, both
// included, by series and day; days without a story have no row.
func (s *Store) Counts(ctx context.Context, taxonomy string, from, to kulkul.Day, f CountFilter) ([]DayCount, error) {
	aliases, err := s.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	if !f.Collected.To.IsZero() {
		aliases = slices.DeleteFunc(aliases, func(a kulkul.StoryAlias) bool { return !a.At.Before(f.Collected.To) })
	}
	var w where
	w.and("taxonomy = @taxonomy AND notEmpty(tags) AND day >= toDate32(@reach)")
	w.bind("taxonomy", taxonomy)
	w.bind("reach", bound(from-storyReach))
	f.conditions(&w)
	c := newCounting(roots(aliases), f)
	for o, err := range each(ctx, s, "counts", w.sql(sqlCounted), w.args, scanRow) {
		if err != nil {
			return nil, err
		}
		c.take(o)
	}
	return c.days(from, to), nil
}

// row is one item as it is read.
type row struct {
	entered, day              kulkul.Day
	collected                 time.Time
	item, story, voice, pairs string
	weight                    float64
}

func scanRow(r driver.Rows, o *row) error {
	var entered, day time.Time
	err := r.Scan(&entered, &day, &o.collected, &o.item, &o.story, &o.voice, &o.weight, &o.pairs)
	o.entered, o.day = kulkul.DayOf(entered), kulkul.DayOf(day)
	return err
}

// counted is one item as it counts: story and voice by their numbers.
type counted struct {
	entered, day kulkul.Day
	collected    int64 // milliseconds since 1970
	item         string
	story, voice uint32
	series       []uint32
	weight       float64
}

// firstSeen orders items as a story's first one is sought.
func firstSeen(a, b counted) int {
	return cmp.Or(cmp.Compare(a.entered, b.entered), cmp.Compare(a.day, b.day),
		cmp.Compare(a.collected, b.collected), cmp.Compare(a.item, b.item))
}

// counting counts as the series do: a story counts once in a series, on the
// publication day of the item of that series that came in first (by day of
// entry, publication day, instant of collection, id); its voice is that item's
// owner, its weight that of its heaviest item. Stories, voices and series are
// known by number, for there may be a million.
type counting struct {
	filter   CountFilter
	resolved map[string]string // stories known by another's id
	stories  map[string]uint32
	voices   map[string]uint32
	series   map[kulkul.Pair]uint32
	pairs    []kulkul.Pair       // by number
	of       map[string][]uint32 // the series of a text of pairs
	items    []counted
}

// told is one story in one series.
type told struct {
	series, voice uint32
	day           kulkul.Day
	weight        float64
}

func newCounting(resolved map[string]string, f CountFilter) *counting {
	return &counting{filter: f, resolved: resolved, stories: map[string]uint32{}, voices: map[string]uint32{},
		series: map[kulkul.Pair]uint32{}, of: map[string][]uint32{}}
}

// take takes one item in, in any order.
func (c *counting) take(o row) {
	series := c.seriesOf(o.pairs)
	if len(series) == 0 {
		return
	}
	if into, ok := c.resolved[o.story]; ok {
		o.story = into
	}
	c.items = append(c.items, counted{entered: o.entered, day: o.day, collected: o.collected.UnixMilli(), item: o.item,
		story: number(c.stories, o.story), voice: number(c.voices, o.voice), series: series, weight: o.weight})
}

// tell gives each story of each series once.
func (c *counting) tell() []told {
	slices.SortFunc(c.items, firstSeen)
	var list []told
	at := map[uint64]uint32{} // (series, story) → list
	for _, o := range c.items {
		for _, series := range o.series {
			key := uint64(series)<<32 | uint64(o.story)
			if i, ok := at[key]; ok {
				list[i].weight = max(list[i].weight, o.weight)
				continue
			}
			at[key] = uint32(len(list))
			list = append(list, told{series, o.voice, o.day, o.weight})
		}
	}
	return list
}

// seriesOf lists the series that an item of these pairs counts in, once each:
// the pairs themselves, their flashpoints' totals and the region's.
func (c *counting) seriesOf(pairs string) []uint32 {
	if list, ok := c.of[pairs]; ok {
		return list
	}
	var list []uint32
	for _, p := range parsePairs(pairs) {
		for _, in := range []kulkul.Pair{p, {Flashpoint: p.Flashpoint, Area: kulkul.Any}, {Flashpoint: kulkul.Any, Area: p.Area}} {
			if !c.filter.selects(in) {
				continue
			}
			n := number(c.series, in)
			if int(n) == len(c.pairs) {
				c.pairs = append(c.pairs, in)
			}
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	}
	c.of[pairs] = list
	return list
}

// selects reports whether a series is asked for.
func (f CountFilter) selects(p kulkul.Pair) bool {
	return p.Flashpoint != kulkul.None && p.Area != kulkul.None &&
		(len(f.Flashpoints) == 0 || slices.Contains(f.Flashpoints, p.Flashpoint)) &&
		(len(f.Areas) == 0 || slices.Contains(f.Areas, p.Area))
}

// days sums up by series and day.
func (c *counting) days(from, to kulkul.Day) []DayCount {
	type cell struct {
		series uint32
		day    kulkul.Day
	}
	type voiced struct {
		cell
		voice uint32
	}
	cells, heard := map[cell]*DayCount{}, map[voiced]bool{}
	var out []*DayCount
	for _, t := range c.tell() {
		if t.day < from || t.day > to {
			continue
		}
		at := cell{t.series, t.day}
		d := cells[at]
		if d == nil {
			d = &DayCount{Pair: c.pairs[t.series], Day: t.day}
			cells[at], out = d, append(out, d)
		}
		d.Count.Stories++
		d.Count.Weight += t.weight
		if v := (voiced{at, t.voice}); !heard[v] {
			heard[v] = true
			d.Count.Owners++
		}
	}
	slices.SortFunc(out, func(a, b *DayCount) int {
		return cmp.Or(cmp.Compare(a.Pair.Flashpoint, b.Pair.Flashpoint), cmp.Compare(a.Pair.Area, b.Pair.Area), cmp.Compare(a.Day, b.Day))
	})
	var list []DayCount
	for _, d := range out {
		list = append(list, *d)
	}
	return list
}

// number gives each value a number of its own, from 0 on.
func number[K comparable](numbers map[K]uint32, value K) uint32 {
	n, ok := numbers[value]
	if !ok {
		n = uint32(len(numbers))
		numbers[value] = n
	}
	return n
}

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

func (f CountFilter) conditions(w *where) {
	if len(f.Flashpoints) > 0 && !slices.Contains(f.Flashpoints, kulkul.Any) {
		w.and("hasAny(tags.flashpoint, @flashpoints)") // which the index answers
		w.bind("flashpoints", clickhouse.ArraySet(anys(f.Flashpoints)))
	}
	if len(f.Areas) > 0 && !slices.Contains(f.Areas, kulkul.Any) {
		w.and("hasAny(tags.area, @areas)")
		w.bind("areas", clickhouse.ArraySet(anys(f.Areas)))
	}
	if !f.Collected.From.IsZero() {
		w.and("collected >= fromUnixTimestamp64Milli(toInt64(@collected_from), 'UTC')")
		w.bind("collected_from", instant(f.Collected.From).UnixMilli())
	}
	if !f.Collected.To.IsZero() {
		w.and("collected < fromUnixTimestamp64Milli(toInt64(@collected_to), 'UTC')")
		w.bind("collected_to", instant(f.Collected.To).UnixMilli())
	}
	if f.Live {
		w.and("NOT retrospective")
	}
	if len(f.Since) > 0 {
		sources := slices.Sorted(maps.Keys(f.Since))
		days := make([]string, len(sources))
		for i, source := range sources {
			days[i] = bound(f.Since[source])
		}
		w.and("toString(day) >= transform(toString(source), @since_sources, @since_days, '')")
		w.bind("since_sources", clickhouse.ArraySet(anys(sources)))
		w.bind("since_days", clickhouse.ArraySet(anys(days)))
	}
}
