package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// randomHistory invents a few items of a few stories, each with a line of
// versions that differ in everything that may change.
func randomHistory(t testing.TB, r *rand.Rand, taxonomy string) []kulkul.Tagged {
	t.Helper()
	first := day(t, "2026-03-20")
	pick := func(ids []string) []kulkul.Tag {
		var tags []kulkul.Tag
		for _, i := range r.Perm(3)[:r.IntN(3)] {
			tags = append(tags, kulkul.Tag{ID: ids[i], Score: r.Float64()})
		}
		return tags
	}
	story := func() string { return fmt.Sprint(taxonomy, "-story-", r.IntN(4)) }
	var out []kulkul.Tagged
	for n := range 10 {
		entered := first + kulkul.Day(r.IntN(8))
		item := sample(t, n, entered.String())
		item.Taxonomy = taxonomy
		item.Item.ID = fmt.Sprint(taxonomy, "-item-", n)
		item.Story = story()
		item.Owner = []string{"", "a", "b", "c"}[r.IntN(4)]
		item.Weight = float64(r.IntN(6)) / 5
		for version := range 1 + r.IntN(4) {
			if version > 0 && r.IntN(2) == 0 {
				item.Item.Amendment += 1 + r.Uint64N(5)
			} else {
				item.Item.Revision++
			}
			item.Item.Withdrawn = version > 0 && r.IntN(4) == 0
			item.Item.Published = entered.Start().Add(-time.Duration(r.IntN(144)) * time.Hour)
			item.Item.Collected = entered.Start().Add(time.Duration(r.IntN(48)) * time.Hour)
			item.Areas, item.Flashpoints = pick(kulkul.Areas()), pick(kulkul.Flashpoints())
			item.Aliases = nil
			if a, b := story(), story(); a != b && r.IntN(4) == 0 {
				item.Aliases = []kulkul.StoryAlias{{Story: a, Into: b, At: item.Item.Collected}}
			}
			out = append(out, item)
		}
	}
	return out
}

// Whatever happened to the items and in whatever order and how often it was
// told, the counts are those of the last states. Each case has a taxonomy and
// stories of its own.
func TestRandomHistories(t *testing.T) {
	s := migrated(t)
	ctx := t.Context()
	from, to := day(t, "2026-03-01"), day(t, "2026-04-30")
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 2))
		taxonomy := fmt.Sprint("random-", seed)
		history := randomHistory(t, r, taxonomy)
		deliveries := slices.Concat(history, history)
		r.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		want := model{}
		for rest := deliveries; len(rest) > 0; {
			n := min(len(rest), 1+r.IntN(30))
			for _, d := range rest[:n] {
				want.deliver(d)
			}
			must(t, s.Writer().WriteItems(ctx, rest[:n]))
			rest = rest[n:]
		}
		if r.IntN(3) == 0 {
			must(t, s.conn.Exec(ctx, "OPTIMIZE TABLE item_tags FINAL"))
		}
		aliases, err := s.Aliases(ctx)
		must(t, err)
		got, err := s.Observations(ctx, taxonomy, from, to, ObservationFilter{})
		must(t, err)
		expected := want.observations(taxonomy)
		if diff := cmp.Diff(expected, byItem(got)); diff != "" {
			t.Fatalf("seed %d: observations (-want +got):\n%s", seed, diff)
		}
		a := from + kulkul.Day(10+r.IntN(16)) // the history lies from the 14th to the 28th
		b := a + kulkul.Day(r.IntN(20))
		counts, err := s.Counts(ctx, taxonomy, a, b, CountFilter{})
		must(t, err)
		if diff := cmp.Diff(countByHand(expected, aliases, a, b), counts, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Fatalf("seed %d: counts from %s to %s (-want +got):\n%s", seed, a, b, diff)
		}
	}
}

// A filter gives what is left after taking out by hand what it excludes.
func TestCountFilters(t *testing.T) {
	s := migrated(t)
	ctx := t.Context()
	r := rand.New(rand.NewPCG(9, 3))
	var history []kulkul.Tagged
	for i := range 12 {
		for _, item := range randomHistory(t, r, "t") {
			item.Item.ID = fmt.Sprint(i, item.Item.ID)
			item.Item.Retrospective = i%4 == 0
			item.Item.Source = fmt.Sprint("source-", i%3)
			history = append(history, item)
		}
	}
	want := model{}
	for _, d := range history {
		want.deliver(d)
	}
	must(t, s.Writer().WriteItems(ctx, history))
	aliases, err := s.Aliases(ctx)
	must(t, err)
	from, to, known := day(t, "2026-03-01"), day(t, "2026-04-30"), instantOf(t, "2026-04-01")
	for name, c := range map[string]struct {
		filter CountFilter
		item   func(kulkul.Observation) bool
		pair   func(kulkul.Pair) bool
	}{
		"live":        {CountFilter{Live: true}, func(o kulkul.Observation) bool { return !o.Retrospective }, nil},
		"known at":    {CountFilter{Collected: Span{To: known}}, func(o kulkul.Observation) bool { return o.Collected.Before(known) }, nil},
		"since":       {CountFilter{Since: map[string]kulkul.Day{"source-1": day(t, "2026-04-01")}}, func(o kulkul.Observation) bool { return o.Source != "source-1" || o.Day >= day(t, "2026-04-01") }, nil},
		"flashpoints": {CountFilter{Flashpoints: []string{"taiwan-strait", kulkul.Any}}, nil, func(p kulkul.Pair) bool { return p.Flashpoint == "taiwan-strait" || p.Flashpoint == kulkul.Any }},
		"totals":      {CountFilter{Areas: []string{kulkul.Any}}, nil, func(p kulkul.Pair) bool { return p.Area == kulkul.Any }},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Counts(ctx, "t", from, to, c.filter)
			must(t, err)
			left := slices.DeleteFunc(want.observations("t"), func(o kulkul.Observation) bool { return c.item != nil && !c.item(o) })
			joins := slices.DeleteFunc(slices.Clone(aliases), func(a kulkul.StoryAlias) bool {
				return !c.filter.Collected.To.IsZero() && !a.At.Before(c.filter.Collected.To)
			})
			byHand := slices.DeleteFunc(countByHand(left, joins, from, to), func(d DayCount) bool { return c.pair != nil && !c.pair(d.Pair) })
			if diff := cmp.Diff(byHand, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" || len(got) == 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
