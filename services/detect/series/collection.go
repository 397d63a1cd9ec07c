package series

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Collection is what is known of how the items were collected. It decides whose
// items count, and on which days the collection itself was blind. The zero
// value knows nothing: everything counts, no day is blind.
type Collection struct {
	// Since is the day from which a source's items count at all, for sources
	// that have one.
	Since map[string]kulkul.Day
	// First is the day on which a source's first item came in.
	First map[string]kulkul.Day
	// Daily is how many items came in on each day, of all sources, tagged or
	// not.
	Daily map[kulkul.Day]int
	// Settle is how many days a source must have been collected before its
	// stories count in tests; a source added to a running collection would
	// else look like a burst.
	Settle int
	// Gaps are the stretches over which a source brought nothing although it
	// usually does, oldest first.
	Gaps map[string][]Gap
}

// Gap is a stretch of a source's silence: its first day without items and the
// day on which items came in again (0: none have).
type Gap struct{ From, Back kulkul.Day }

// Arrival is how many items of one source came in on one day.
type Arrival struct {
	Source string
	Day    kulkul.Day
	Items  int
}

// grace is how many days after the collection began a source may appear and
// still count as one of the first.
const grace = 3

// NewCollection reads the registered sources and what came in of each. settle
// is Collection.Settle.
func NewCollection(sources []kulkul.Source, arrivals []Arrival, settle int) Collection {
	c := Collection{Since: map[string]kulkul.Day{}, First: map[string]kulkul.Day{},
		Daily: map[kulkul.Day]int{}, Settle: settle, Gaps: map[string][]Gap{}}
	for _, s := range sources {
		if !s.Since.IsZero() {
			c.Since[s.ID] = kulkul.DayOf(s.Since)
		}
	}
	days := map[string][]kulkul.Day{}
	var last kulkul.Day
	for _, a := range arrivals {
		c.Arrived(a)
		if a.Items > 0 {
			days[a.Source] = append(days[a.Source], a.Day)
			last = max(last, a.Day)
		}
	}
	for source, list := range days {
		if found := gaps(list, last); len(found) > 0 {
			c.Gaps[source] = found
		}
	}
	return c
}

// Arrived records one more arrival.
func (c Collection) Arrived(a Arrival) {
	if a.Items <= 0 {
		return
	}
	c.Daily[a.Day] += a.Items
	if first, known := c.First[a.Source]; !known || a.Day < first {
		c.First[a.Source] = a.Day
	}
}

// Renew gives the collection with the arrivals as all that came in since a day:
// what it holds of those days goes, and sources not heard of before are known
// from then on. Gaps stay as they were found.
func (c Collection) Renew(since kulkul.Day, arrivals []Arrival) Collection {
	c.First, c.Daily = maps.Clone(c.First), maps.Clone(c.Daily)
	maps.DeleteFunc(c.Daily, func(day kulkul.Day, _ int) bool { return day >= since })
	for _, a := range arrivals {
		c.Arrived(a)
	}
	return c
}

// counts reports whether a source's item of that day counts at all.
func (c Collection) counts(source string, day kulkul.Day) bool {
	since, has := c.Since[source]
	return !has || day >= since
}

// Blind reports whether the collection saw nothing on that day although it
// usually does: no item came in, while the median of the four weeks up to the
// last day on which something did is at least five. On such a day a count of
// zero says nothing, however long the silence has lasted.
func (c Collection) Blind(day kulkul.Day) bool {
	const back, usual, young = 28, 5, 3
	start, known := earliest(c.First)
	if c.Daily[day] > 0 || !known || day <= start {
		return false
	}
	last := day - 1
	for c.Daily[last] == 0 && last > start {
		last--
	}
	if last-start < young-1 {
		return false // too young to have a usual day
	}
	var before []int
	for d := max(start, last-back+1); d <= last; d++ {
		before = append(before, c.Daily[d])
	}
	slices.Sort(before)
	return before[len(before)/2] >= usual
}

// ComparePairs orders series: by flashpoint, then area, totals after parts.
func ComparePairs(a, b kulkul.Pair) int {
	return cmp.Or(compareID(a.Flashpoint, b.Flashpoint), compareID(a.Area, b.Area))
}

func compareID(a, b string) int {
	if (a == kulkul.Any) != (b == kulkul.Any) {
		if a == kulkul.Any {
			return 1
		}
		return -1
	}
	return cmp.Compare(a, b)
}
