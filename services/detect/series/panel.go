package series

import (
	"maps"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Panel is the set of sources that counts when a day is tested, and what each of
// them stands for: what makes days comparable on which not the same sources were
// alive.
type Panel struct {
	table    *Table
	from, at kulkul.Day
	sources  []string           // that count at at, sorted
	days     map[string]float64 // on which each was alive before the last two weeks
	pooled   map[string]float64 // stories that each was first with, over all flashpoint totals
	all      float64
	uneven   bool // some source was not alive on some day
}

// guard is how many days before the tested one say nothing about what a source
// stands for, so that a burst does not count as its usual rate.
const guard = 14

// Panel gives the sources that count when the day at is tested, as known from
// the day from on.
func (t *Table) Panel(from, at kulkul.Day) *Panel {
	p := &Panel{table: t, from: from, at: at, days: map[string]float64{}, pooled: map[string]float64{}}
	settled := t.settled(at)
	for _, source := range slices.Sorted(maps.Keys(t.joined())) {
		if !settled(source) {
			continue
		}
		p.sources = append(p.sources, source)
		for d := from; d <= at; d++ {
			switch {
			case !t.alive(source, d):
				p.uneven = true
			case d < at-guard:
				p.days[source]++
			}
		}
	}
	if !p.uneven {
		return p
	}
	for _, f := range kulkul.Flashpoints() {
		for source, n := range t.firsts(kulkul.Pair{Flashpoint: f, Area: kulkul.Any}, from, at-guard) {
			p.pooled[source] += n
			p.all += n
		}
	}
	return p
}

// firsts counts the stories of a series before a day by the source that was
// first with them.
func (t *Table) firsts(p kulkul.Pair, from, before kulkul.Day) map[string]float64 {
	out := map[string]float64{}
	l := t.lines[p]
	for d := from; d < before; d++ {
		for _, e := range l[d] {
			out[e.sources[0]]++
		}
	}
	return out
}

// minExposure keeps a day of which few sources are known from counting as though
// nobody had watched; its inverse bounds the other side.
const minExposure = 0.125

// Exposure gives, for each day from from to to, how much of the reporting on a
// series the sources alive on that day stand for, over what those alive on the
// tested day stand for. Nil: the same sources throughout.
//
// What a source stands for is the rate at which it was first with a story of the
// series while it was alive, drawn towards its share of all series as though
// that had been seen in five stories more.
func (p *Panel) Exposure(pair kulkul.Pair, from, to kulkul.Day) []float64 {
	const drawn = 5
	if !p.uneven || p.all == 0 {
		return nil
	}
	own := p.table.firsts(pair, p.from, p.at-guard)
	var sum, now float64
	rates := make([]float64, len(p.sources))
	for i, source := range p.sources {
		if p.days[source] == 0 {
			continue
		}
		rates[i] = (own[source] + drawn*p.pooled[source]/p.all) / p.days[source]
		sum += rates[i]
		if p.table.alive(source, p.at) {
			now += rates[i]
		}
	}
	if sum == 0 {
		return nil
	}
	out := make([]float64, to-from+1)
	for k := range out {
		out[k] = sum
	}
	for i, source := range p.sources {
		for k := range out {
			if rates[i] > 0 && !p.table.alive(source, from+kulkul.Day(k)) {
				out[k] -= rates[i]
			}
		}
	}
	for k := range out {
		out[k] = min(max(out[k]/max(now, minExposure*sum), minExposure), 1/minExposure)
	}
	return out
}
