package series

import (
	"cmp"
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
}

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
		Daily: map[kulkul.Day]int{}, Settle: settle}
	for _, s := range sources {
		if !s.Since.IsZero() {
			c.Since[s.ID] = kulkul.DayOf(s.Since)
		}
	}
	for _, a := range arrivals {
		c.Arrived(a)
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

// counts reports whether a source's item of that day counts at all.
func (c Collection) counts(source string, day kulkul.Day) bool {
	since, has := c.Since[source]
	return !has || day >= since
}

// start is the day on which collecting began; ok is false where nothing is
// known.
func (c Collection) start() (first kulkul.Day, ok bool) {
	for _, d := range c.First {
		if !ok || d < first {
			first, ok = d, true
		}
	}
	return first, ok
}

// settled gives the test of whether a source has been collected for long
// enough on the day at. A source of which nothing came in before that day is
// as new as can be.
func (c Collection) settled(at kulkul.Day) func(source string) bool {
	start, known := c.start()
	if !known || c.Settle == 0 {
		return func(string) bool { return true }
	}
	return func(source string) bool {
		first, has := c.First[source]
		if !has {
			first = at
		}
		_, stated := c.Since[source] // somebody has decided
		return stated || first-start <= grace || int(at-first) >= c.Settle
	}
}

// Blind reports whether the collection saw nothing on that day although it
// usually does: no item came in while the median of the four weeks before is
// at least five. On such a day a count of zero says nothing.
func (c Collection) Blind(day kulkul.Day) bool {
	const back, usual = 28, 5
	if c.Daily[day] > 0 || len(c.Daily) == 0 {
		return false
	}
	before := make([]int, 0, back)
	for d := day - back; d < day; d++ {
		before = append(before, c.Daily[d])
	}
	slices.Sort(before)
	if before[back/2] >= usual {
		return true
	}
	// A young collection: judged by the days that it has.
	start, known := c.start()
	if !known || day-start >= back || day-start < 3 {
		return false
	}
	young := before[back-int(day-start):]
	return young[len(young)/2] >= usual
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
