package series

import (
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestGaps(t *testing.T) {
	every := func(step, n int, skip ...kulkul.Day) []kulkul.Day {
		var out []kulkul.Day
		for i := range n {
			d := day0 + kulkul.Day(step*i)
			if len(skip) == 2 && d >= skip[0] && d < skip[1] {
				continue
			}
			out = append(out, d)
		}
		return out
	}
	for _, c := range []struct {
		name string
		days []kulkul.Day
		last kulkul.Day
		want []Gap
	}{
		{"daily, none", every(1, 40), day0 + 39, nil},
		{"daily, two days are a weekend", every(1, 40, day0+20, day0+22), day0 + 39, nil},
		{"daily, five days away", every(1, 40, day0+20, day0+25), day0 + 39, []Gap{{day0 + 20, day0 + 25}}},
		{"daily, still away", every(1, 30), day0 + 40, []Gap{{day0 + 30, 0}}},
		{"weekly, three weeks are its way", every(7, 20, day0+70, day0+91), day0 + 133, nil},
		{"weekly, six weeks away", every(7, 30, day0+70, day0+112), day0 + 203, []Gap{{day0 + 64, day0 + 112}}},
		{"too young to tell", every(1, 5), day0 + 30, nil},
		{"in any order, twice", append(every(1, 30), every(1, 30)...), day0 + 31, nil},
		{"nothing", nil, day0, nil},
	} {
		if got := gaps(c.days, c.last); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// steady has each source bring so many stories a day of one series, from its
// first day to the last, its gaps left out.
func steady(p kulkul.Pair, days int, rates map[string]int, first map[string]kulkul.Day, away map[string][2]kulkul.Day) *Table {
	var obs []kulkul.Observation
	var arrivals []Arrival
	for source, n := range rates {
		for d := first[source]; d < day0+kulkul.Day(days); d++ {
			if gap, has := away[source]; has && d >= gap[0] && d < gap[1] {
				continue
			}
			arrivals = append(arrivals, Arrival{source, d, n})
			for k := range n {
				id := fmt.Sprint(source, d, k)
				obs = append(obs, kulkul.Observation{Item: id, Story: id, Source: source, Owner: source, Day: d, Entered: d,
					Collected: d.Start().Add(time.Hour), Pairs: []kulkul.Pair{p}})
			}
		}
	}
	return Build(NewCollection(nil, arrivals, 28), obs, nil, time.Time{})
}

// TestExposureMakesDaysComparable: whatever joins, leaves or pauses, counts over
// exposure are what today's sources report.
func TestExposureMakesDaysComparable(t *testing.T) {
	p := pair("papua", "terrorism")
	const days = 150
	at := day0 + days - 1
	rates := map[string]int{"old": 2, "young": 3, "gone": 1}
	start := map[string]kulkul.Day{"old": day0, "young": day0 + 60, "gone": day0}
	for _, c := range []struct {
		name string
		away map[string][2]kulkul.Day
		now  float64 // stories a day of those alive at the end
	}{
		{"one joined", nil, 6},
		{"one joined, one left", map[string][2]kulkul.Day{"gone": {day0 + 100, at + 1}}, 5},
		{"one joined, one paused", map[string][2]kulkul.Day{"gone": {day0 + 90, day0 + 110}}, 6},
	} {
		table := steady(p, days, rates, start, c.away)
		exposure := table.Panel(day0, at).Exposure(p, day0, at)
		counts := table.Counts(p, day0, at, at)
		if len(exposure) != len(counts) {
			t.Fatalf("%s: %d exposures of %d days", c.name, len(exposure), len(counts))
		}
		for i, n := range counts {
			if got := float64(n) / exposure[i]; math.Abs(got-c.now) > 0.35 {
				t.Errorf("%s: day %d: %d stories at exposure %.2f are %.2f of today's, want %g", c.name, i, n, exposure[i], got, c.now)
				break
			}
		}
	}
	if e := steady(p, days, map[string]int{"old": 2}, start, nil).Panel(day0, at).Exposure(p, day0, at); e != nil {
		t.Errorf("one source throughout has exposure %v", e)
	}
	if e := Build(Collection{}, nil, nil, time.Time{}).Panel(day0, at).Exposure(p, day0, at); e != nil {
		t.Errorf("nothing has exposure %v", e)
	}
}

// TestHistoryBeginsWithTheCollection: what a new feed lists of earlier months is
// no history; what was imported is.
func TestHistoryBeginsWithTheCollection(t *testing.T) {
	p := pair("papua", "terrorism")
	listed := obs("i1", "s1", "a", day0-90, p)
	listed.Entered, listed.Source = day0, "a"
	imported := obs("i2", "s2", "b", day0-300, p)
	imported.Retrospective, imported.Source = true, "b"
	c := NewCollection(nil, []Arrival{{"a", day0, 3}, {"b", day0 + 1, 2}}, 28)
	table := Build(c, []kulkul.Observation{listed}, nil, time.Time{})
	if got, ok := table.Begin(); got != day0 || !ok {
		t.Errorf("begins on %s, want the collection's first day, %s", got, day0)
	}
	table.Add(imported)
	if got, _ := table.Begin(); got != day0-300 {
		t.Errorf("with imported history: begins on %s, want %s", got, day0-300)
	}
	table.Remove("i2")
	if got, _ := table.Begin(); got != day0 {
		t.Errorf("without it again: %s", got)
	}
	stated := NewCollection([]kulkul.Source{{ID: "a", Since: (day0 - 40).Start()}}, []Arrival{{"a", day0, 3}}, 28)
	if got, _ := Build(stated, []kulkul.Observation{listed, obs("i3", "s3", "a", day0, p)}, nil, time.Time{}).Begin(); got != day0 {
		t.Errorf("with a day stated: %s, want the first day that counts", got)
	}
}

// TestTheEndOfAGapIsSeenAtOnce: a detector that reads the collection once a day
// does not know yet that a source is back.
func TestTheEndOfAGapIsSeenAtOnce(t *testing.T) {
	open := Collection{Gaps: map[string][]Gap{"a": {{From: day0 - 9}}}}
	blind := Collection{First: map[string]kulkul.Day{"b": day0 - 40}, Daily: map[kulkul.Day]int{}}
	for d := day0 - 40; d < day0-3; d++ {
		blind.Daily[d] = 20
	}
	blind.Daily[day0], blind.Daily[day0+1] = 60, 20
	for _, c := range []struct {
		name       string
		collection Collection
		source     string
		entered    kulkul.Day
		want       bool
	}{
		{"in a gap without an end", open, "a", day0, true},
		{"before it", open, "a", day0 - 10, false},
		{"another source", open, "b", day0, false},
		{"after three blind days", blind, "b", day0, true},
		{"the day after", blind, "b", day0 + 1, true},
		{"later", blind, "b", day0 + 2, false},
		{"before them", blind, "b", day0 - 4, false},
	} {
		if got := c.collection.returned(c.source, c.entered); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

func TestWhatCameLateOrFromTheSilentIsNotFirm(t *testing.T) {
	p := pair("papua", "terrorism")
	at := func(o kulkul.Observation, source string, entered kulkul.Day) kulkul.Observation {
		o.Source, o.Entered, o.Collected = source, entered, entered.Start().Add(9*time.Hour)
		return o
	}
	c := Collection{Gaps: map[string][]Gap{"back": {{From: day0 - 10, Back: day0}}}}
	fresh := at(obs("i1", "s1", "a", day0, p), "steady", day0)
	filled := at(obs("i2", "s2", "b", day0-2, p), "steady", day0)
	dump := at(obs("i3", "s3", "c", day0, p), "back", day0+1)
	later := at(obs("i4", "s4", "d", day0+2, p), "back", day0+2)
	both := []kulkul.Observation{at(obs("i5", "s5", "e", day0, p), "back", day0), at(obs("i6", "s5", "f", day0, p), "steady", day0)}
	table := Build(c, append(both, fresh, filled, dump, later), nil, time.Time{})
	w := table.Window(p, day0-6, day0+2, day0+2)
	if w.Stories != 5 || w.Firm.Stories != 3 || !reflect.DeepEqual(w.Backlog, []string{"s2", "s3"}) || !reflect.DeepEqual(w.Returned, []string{"back"}) {
		t.Errorf("window %+v: want five stories, three of them firm, s2 and s3 backlog, of which one from the source that came back", w)
	}
	if !reflect.DeepEqual(w.Firm.Owners, []string{"a", "d", "e"}) || w.Carried != 2 {
		t.Errorf("firm owners %v, one story carried by %d", w.Firm.Owners, w.Carried)
	}
}
