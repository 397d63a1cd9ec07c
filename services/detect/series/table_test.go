package series

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const day0 = kulkul.Day(20000)

func pair(f, a string) kulkul.Pair { return kulkul.Pair{Flashpoint: f, Area: a} }

// obs is one observation: item i of story s by owner o, published and entered
// on the day given.
func obs(item, story, owner string, day kulkul.Day, pairs ...kulkul.Pair) kulkul.Observation {
	return kulkul.Observation{Item: item, Story: story, Source: "src-" + owner, Owner: owner, Country: "C" + owner,
		Day: day, Entered: day, Collected: day.Start().Add(time.Hour), Weight: 0.6, Pairs: pairs}
}

func TestCountsOfPairsAndTotals(t *testing.T) {
	scs, mar := "south-china-sea", "maritime-security"
	table := New(Collection{})
	table.Add(
		obs("i1", "s1", "a", day0, pair(scs, mar), pair(scs, "territorial-disputes")),
		obs("i2", "s1", "b", day0+1, pair(scs, mar)), // the same story, printed again
		obs("i3", "s2", "b", day0+1, pair(scs, kulkul.None)),
		obs("i4", "s3", "c", day0+1, pair(kulkul.None, mar)),
		obs("i5", "s4", "c", day0+1), // neither
	)
	for _, c := range []struct {
		pair kulkul.Pair
		want []int
	}{
		{pair(scs, mar), []int{1, 0}},
		{pair(scs, "territorial-disputes"), []int{1, 0}},
		{pair(scs, kulkul.Any), []int{1, 1}},
		{pair(kulkul.Any, mar), []int{1, 1}},
		{pair(kulkul.Any, "territorial-disputes"), []int{1, 0}},
		{pair("papua", mar), []int{0, 0}},
	} {
		if got := table.Counts(c.pair, day0, day0+1, day0+1); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.pair, got, c.want)
		}
	}
	w := table.Window(pair(scs, mar), day0, day0+1, day0+1)
	if w.Stories != 1 || !reflect.DeepEqual(w.Owners, []string{"a"}) || !reflect.DeepEqual(w.Items, []string{"i2", "i1"}) {
		t.Errorf("a wire story printed twice: %+v, want one story, one voice, both items", w)
	}
}

func TestPublishersOfOneItemAreVoicesOfTheirOwn(t *testing.T) {
	p := pair("papua", "terrorism")
	table := New(Collection{})
	table.Add(obs("i1", "s1", "a", day0, p), obs("i1", "s1", "b", day0, p))
	w := table.Window(p, day0, day0, day0)
	if w.Stories != 1 || !reflect.DeepEqual(w.Owners, []string{"a", "b"}) || len(w.Items) != 1 {
		t.Errorf("got %+v, want one story of two voices", w)
	}
}

func TestJoinedStoriesCountOnceOnTheDayFirstSeen(t *testing.T) {
	p := pair("papua", "terrorism")
	table := New(Collection{})
	table.Add(obs("i1", "s1", "a", day0, p), obs("i2", "s2", "b", day0+3, p))
	table.Join(kulkul.StoryAlias{Story: "s1", Into: "s2"})
	if got, want := table.Counts(p, day0, day0+3, day0+3), []int{1, 0, 0, 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestBuildKnowsNothingOfTheFuture(t *testing.T) {
	p := pair("papua", "terrorism")
	late := obs("i2", "s2", "b", day0, p) // published on day0, came in two days later
	late.Collected, late.Entered = (day0 + 2).Start(), day0+2
	all := []kulkul.Observation{obs("i1", "s1", "a", day0, p), late}
	join := []kulkul.StoryAlias{{Story: "s2", Into: "s1", At: (day0 + 4).Start()}}
	for _, c := range []struct {
		asOf kulkul.Day
		want int
	}{{day0, 1}, {day0 + 1, 1}, {day0 + 2, 2}, {day0 + 3, 2}, {day0 + 4, 1}} {
		table := Build(Collection{}, all, join, c.asOf.End().Add(-time.Second))
		if got := table.Counts(p, day0, day0, day0)[0]; got != c.want {
			t.Errorf("as of %s: %d, want %d", c.asOf, got, c.want)
		}
	}
}

func TestNewSourcesAndImportedHistory(t *testing.T) {
	p := pair("papua", "terrorism")
	old, young, partner := obs("i1", "s1", "old", day0, p), obs("i2", "s2", "young", day0, p), obs("i3", "s3", "decided", day0, p)
	early := obs("i4", "s4", "later", day0, p)
	history := obs("i5", "s5", "old", day0-1, p)
	history.Retrospective = true
	c := NewCollection([]kulkul.Source{{ID: "src-decided", Since: (day0 - 1).Start()}, {ID: "src-later", Since: (day0 + 5).Start()}},
		[]Arrival{{"src-old", day0 - 60, 1}, {"src-young", day0 - 5, 1}, {"src-decided", day0 - 1, 4}}, 28)
	table := Build(c, []kulkul.Observation{old, young, partner, early, history}, nil, time.Time{})
	for _, tc := range []struct {
		name string
		at   kulkul.Day
		want []int
	}{
		{"the day itself: neither the new source nor history", day0, []int{0, 2}},
		{"history is baseline once it is old", day0 + 14, []int{1, 2}},
		{"the new source has settled", day0 + 23, []int{1, 3}},
	} {
		if got := table.Counts(p, day0-1, day0, tc.at); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	if w := table.Window(p, day0, day0, day0); w.Unsettled != 1 {
		t.Errorf("%d stories of new sources left out, want 1", w.Unsettled)
	}
	young.Story, young.Item = "s1", "i9" // a new source that repeats an old one takes nothing away
	table.Add(young)
	if got := table.Counts(p, day0, day0, day0); !reflect.DeepEqual(got, []int{2}) {
		t.Errorf("with a repeat: %v, want [2]", got)
	}
}

// naive counts a series straight from the definition.
func naive(all map[string]kulkul.Observation, joins []kulkul.StoryAlias, p kulkul.Pair, from, to kulkul.Day) []int {
	group := map[string]string{}
	name := func(s string) string {
		if g, ok := group[s]; ok {
			return g
		}
		return s
	}
	for _, j := range joins {
		a, b := name(j.Story), name(j.Into)
		for s, g := range group {
			if g == a {
				group[s] = b
			}
		}
		group[j.Story], group[a] = b, b
	}
	first := map[string]kulkul.Observation{}
	for _, o := range all {
		if !slices.Contains(memberships(o.Pairs), p) {
			continue
		}
		g := name(o.Story)
		if f, ok := first[g]; !ok || firstSeen(o, f) < 0 {
			first[g] = o
		}
	}
	out := make([]int, to-from+1)
	for _, o := range first {
		if o.Day >= from && o.Day <= to {
			out[o.Day-from]++
		}
	}
	return out
}

// TestEveryOrderGivesTheSameCounts edits, re-dates, withdraws and joins at
// random and compares the table, step by step kept, with one built at once and
// with the plain definition.
func TestEveryOrderGivesTheSameCounts(t *testing.T) {
	flashpoints, areas := []string{"f1", "f2", kulkul.None}, []string{"a1", "a2", kulkul.None}
	var series []kulkul.Pair
	for _, f := range []string{"f1", "f2", kulkul.Any} {
		for _, a := range []string{"a1", "a2", kulkul.Any} {
			if f != kulkul.Any || a != kulkul.Any {
				series = append(series, pair(f, a))
			}
		}
	}
	const days = 12
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		table, now := New(Collection{}), map[string]kulkul.Observation{}
		var joins []kulkul.StoryAlias
		for range 120 {
			id := fmt.Sprint("i", r.IntN(40))
			switch r.IntN(10) {
			case 0:
				table.Remove(id)
				delete(now, id)
			case 1:
				j := kulkul.StoryAlias{Story: fmt.Sprint("s", r.IntN(20)), Into: fmt.Sprint("s", r.IntN(20))}
				table.Join(j)
				joins = append(joins, j)
			case 2:
				from := day0 + kulkul.Day(r.IntN(days))
				var kept []kulkul.Observation
				for _, i := range slices.Sorted(maps.Keys(now)) {
					if o := now[i]; o.Day >= from {
						if r.IntN(3) == 0 {
							delete(now, i)
							continue
						}
						kept = append(kept, o)
					}
				}
				table.Replace(from, kept)
			default:
				var pairs []kulkul.Pair
				for range r.IntN(3) {
					pairs = append(pairs, pair(flashpoints[r.IntN(3)], areas[r.IntN(3)]))
				}
				o := obs(id, fmt.Sprint("s", r.IntN(20)), fmt.Sprint("o", r.IntN(4)), day0+kulkul.Day(r.IntN(days)), pairs...)
				o.Entered += kulkul.Day(r.IntN(3))
				o.Collected = o.Entered.Start().Add(time.Duration(r.IntN(20)) * time.Hour)
				table.Add(o)
				now[id] = o
			}
		}
		var all []kulkul.Observation
		for _, o := range now {
			all = append(all, o)
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		r.Shuffle(len(joins), func(i, j int) { joins[i], joins[j] = joins[j], joins[i] })
		once := Build(Collection{}, all, joins, time.Time{})
		for _, p := range series {
			want := naive(now, joins, p, day0, day0+days)
			if got := table.Counts(p, day0, day0+days, day0+days); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s, step by step: %v, want %v", seed, p, got, want)
			}
			if got := once.Counts(p, day0, day0+days, day0+days); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s, at once: %v, want %v", seed, p, got, want)
			}
			if a, b := table.Window(p, day0, day0+days, day0), once.Window(p, day0, day0+days, day0); !reflect.DeepEqual(a, b) {
				t.Fatalf("seed %d, %s: windows differ:\n%+v\n%+v", seed, p, a, b)
			}
		}
	}
}

func TestWithoutLeavesWhatNoPartExplains(t *testing.T) {
	p, q := pair("f1", "a1"), pair("f1", "a2")
	table := New(Collection{})
	table.Add(obs("i1", "s1", "a", day0, p), obs("i2", "s2", "a", day0, p, q), obs("i3", "s3", "a", day0, q))
	part := map[string]struct{}{}
	for _, r := range table.Window(p, day0, day0, day0).Roots {
		part[r] = struct{}{}
	}
	if got := table.Without(pair("f1", kulkul.Any), day0, day0, day0, part); !reflect.DeepEqual(got, []int{1}) {
		t.Errorf("%v, want [1]", got)
	}
}
