package series

import (
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Weekday gives the factors, Monday first and 1 on average, by which the days
// of the week differ: pooled over the flashpoint totals from from to to, both
// included, and drawn towards 1 as far as there is little to go by (as though
// 50 more stories had come in on each weekday alike).
func (t *Table) Weekday(from, to kulkul.Day) [7]float64 {
	const prior = 50.0
	var stories, days [7]float64
	for day := from; day <= to; day++ {
		days[monday(day)]++
	}
	for pair, l := range t.lines {
		if pair.Area != kulkul.Any {
			continue
		}
		for day := from; day <= to; day++ {
			stories[monday(day)] += float64(len(l[day]))
		}
	}
	var all, n float64
	for i := range stories {
		all, n = all+stories[i], n+days[i]
	}
	factors := [7]float64{1, 1, 1, 1, 1, 1, 1}
	if all == 0 {
		return factors
	}
	var sum float64
	for i := range factors {
		factors[i] = (stories[i] + prior) / (all*days[i]/n + prior)
		sum += factors[i]
	}
	for i := range factors {
		factors[i] *= 7 / sum
	}
	return factors
}

// monday is the day's place in the week: 0 Monday to 6 Sunday.
func monday(d kulkul.Day) int { return (int(d.Weekday()) + 6) % 7 }

// Completeness gives the share of a day's items that is known k days after it,
// for k from 0 to the largest delay given, learned from the live items
// published from from to to. It is 1 throughout where fewer than 30 items
// teach it.
func (t *Table) Completeness(from, to kulkul.Day, delays int) []float64 {
	known := make([]float64, delays+1)
	var all float64
	for _, obs := range t.items {
		o := obs[0]
		if o.Retrospective || o.Day < from || o.Day > to {
			continue
		}
		all++
		for k := max(0, int(o.Entered-o.Day)); k < len(known); k++ {
			known[k]++
		}
	}
	for k := range known {
		if all < 30 {
			known[k] = 1
		} else {
			known[k] /= all
		}
	}
	return known
}

// Nowcast corrects counts, the last of which is the day tested, for what has
// yet to come in: each is divided by the completeness of its delay, which is
// taken as no less than a quarter. It is used where low counts would calm an
// alert, never where high ones would raise it.
func Nowcast(counts []int, completeness []float64) []float64 {
	out := make([]float64, len(counts))
	for i, n := range counts {
		out[i] = float64(n)
		if k := len(counts) - 1 - i; k < len(completeness) {
			out[i] /= max(completeness[k], 0.25)
		}
	}
	return out
}

// Pairs lists the series that hold anything, sorted.
func (t *Table) Pairs() []kulkul.Pair {
	out := make([]kulkul.Pair, 0, len(t.lines))
	for p := range t.lines {
		out = append(out, p)
	}
	slices.SortFunc(out, ComparePairs)
	return out
}
