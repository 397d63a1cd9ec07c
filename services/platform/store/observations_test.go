package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestObservationFilters(t *testing.T) {
	s := migrated(t)
	shelf(t, s)
	history := sample(t, 20, "2026-01-05")
	history.Item.ID, history.Item.Retrospective = "history", true
	late := sample(t, 21, "2026-01-05")
	late.Item.ID, late.Item.Collected = "late", late.Item.Collected.AddDate(0, 0, 3)
	must(t, s.Writer().WriteItems(t.Context(), []kulkul.Tagged{history, late}))
	all := []string{"area", "country", "flashpoint", "history", "language", "late", "plain", "source", "story", "track"}
	but := func(ids ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(ids, s) })
	}
	noon := instantOf(t, "2026-01-05 12:00")
	for name, c := range map[string]struct {
		filter ObservationFilter
		want   []string
	}{
		"all":             {ObservationFilter{}, all},
		"untagged too":    {ObservationFilter{Untagged: true}, append(slices.Clone(all), "untagged")},
		"flashpoint":      {ObservationFilter{Flashpoint: "papua"}, []string{"flashpoint"}},
		"any flashpoint":  {ObservationFilter{Flashpoint: kulkul.Any}, all},
		"area":            {ObservationFilter{Area: "terrorism"}, []string{"area"}},
		"pair":            {ObservationFilter{Area: "maritime-security", Flashpoint: "papua"}, []string{"flashpoint"}},
		"no such pair":    {ObservationFilter{Area: "terrorism", Flashpoint: "papua"}, nil},
		"sources":         {ObservationFilter{Sources: []string{"harbour-post"}}, []string{"source"}},
		"known at noon":   {ObservationFilter{Collected: Span{To: noon}}, but("late")},
		"known from noon": {ObservationFilter{Collected: Span{From: noon}}, []string{"late"}},
		"live":            {ObservationFilter{Live: true}, but("history")},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := s.Observations(t.Context(), "t1", day(t, "2026-01-01"), day(t, "2026-01-31"), c.filter)
			must(t, err)
			var got []string
			for _, o := range rows {
				got = append(got, o.Item)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if rows, err := s.Observations(t.Context(), "t2", day(t, "2026-01-01"), day(t, "2026-01-31"), ObservationFilter{}); err != nil || rows != nil {
		t.Errorf("another taxonomy: %v %v", rows, err)
	}
}

func TestObservationsSayWhichSpeakOfTalks(t *testing.T) {
	s := migrated(t)
	rules := []string{"disputes/talks on a \"truce\"", "disputes/talks", "disputes/talks that failed"}
	for i, rule := range rules {
		item := sample(t, i, "2026-01-05")
		item.Item.ID = rule
		item.Areas[0].Evidence[0].Rule = rule
		must(t, s.Writer().WriteItems(t.Context(), []kulkul.Tagged{item}))
	}
	for _, asked := range [][]string{nil, rules[:1], rules[:2]} {
		rows, err := s.Observations(t.Context(), "t1", day(t, "2026-01-01"), day(t, "2026-01-31"), ObservationFilter{Talks: asked})
		must(t, err)
		if len(rows) != len(rules) {
			t.Errorf("asked for %q: %d observations, want all %d", asked, len(rows), len(rules))
		}
		for _, o := range rows {
			if o.Talks != slices.Contains(asked, o.Item) {
				t.Errorf("asked for %q: %s speaks of talks: %t", asked, o.Item, o.Talks)
			}
		}
	}
}

func TestRoots(t *testing.T) {
	alias := func(pairs ...string) []kulkul.StoryAlias {
		var out []kulkul.StoryAlias
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, kulkul.StoryAlias{Story: pairs[i], Into: pairs[i+1]})
		}
		return out
	}
	for name, c := range map[string]struct {
		aliases []kulkul.StoryAlias
		want    map[string]string
	}{
		"none":   {nil, map[string]string{}},
		"one":    {alias("b", "a"), map[string]string{"b": "a"}},
		"turned": {alias("a", "b"), map[string]string{"b": "a"}},
		"chain":  {alias("d", "c", "c", "b", "b", "a"), map[string]string{"b": "a", "c": "a", "d": "a"}},
		"ring":   {alias("a", "b", "b", "c", "c", "a"), map[string]string{"b": "a", "c": "a"}},
		"twice":  {alias("a", "b", "a", "b"), map[string]string{"b": "a"}},
		"itself": {alias("a", "a"), map[string]string{}},
		"fork":   {alias("b", "x", "b", "y", "z", "q"), map[string]string{"x": "b", "y": "b", "z": "q"}},
	} {
		for range 2 { // in either order
			if diff := cmp.Diff(c.want, roots(c.aliases)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			slices.Reverse(c.aliases)
		}
	}
}

// A story is all items of all the stories that it was joined with, oldest
// first, whichever of its names is asked for.
func TestStory(t *testing.T) {
	s := migrated(t)
	var items []kulkul.Tagged
	for n, name := range []string{"s-c", "s-a", "s-b", "s-c", "other"} {
		i := sample(t, n, "2026-01-05")
		i.Item.Entered += kulkul.Day(10 * n)
		i.Story = name
		items = append(items, i)
	}
	items[2].Aliases = []kulkul.StoryAlias{{Story: "s-b", Into: "s-a", At: items[2].TaggedAt}}
	items[3].Aliases = []kulkul.StoryAlias{{Story: "s-c", Into: "s-b", At: items[3].TaggedAt.Add(time.Hour)}}
	must(t, s.Writer().WriteItems(t.Context(), items))
	for _, name := range []string{"s-a", "s-b", "s-c"} {
		got, err := s.Story(t.Context(), All(), "t1", name, items[0].Item.Entered)
		must(t, err)
		if !slices.Equal(ids(got), ids(items[:4])) {
			t.Errorf("story %s: %v, want %v", name, ids(got), ids(items[:4]))
		}
	}
	aliases, err := s.Aliases(t.Context())
	must(t, err)
	if want := []kulkul.StoryAlias{items[2].Aliases[0], items[3].Aliases[0]}; !cmp.Equal(want, aliases) {
		t.Errorf("aliases (-want +got):\n%s", cmp.Diff(want, aliases))
	}
}

// A stream gives every item whole, day by day, with the tags of the version
// asked for.
func TestEachItem(t *testing.T) {
	s := migrated(t)
	var items []kulkul.Tagged
	for n, on := range []string{"2026-01-05", "2026-01-31", "2026-02-01"} {
		items = append(items, sample(t, n, on))
	}
	second := items[1]
	second.Taxonomy, second.Areas = "t2", []kulkul.Tag{{ID: "terrorism", Score: 1}}
	must(t, s.Writer().WriteItems(t.Context(), append(slices.Clone(items), second)))
	bare := slices.Clone(items)
	for i := range bare {
		bare[i].Taxonomy, bare[i].Areas, bare[i].Flashpoints = "", nil, nil
		bare[i].Weight, bare[i].TaggedAt = 0, time.Time{}
	}
	for name, c := range map[string]struct {
		taxonomy, from, to string
		want               []kulkul.Tagged
	}{
		"all":      {"t1", "2020-01-01", "2030-01-01", items},
		"bounds":   {"t1", "2026-01-31", "2026-01-31", items[1:2]},
		"none":     {"t1", "2026-01-06", "2026-01-30", nil},
		"second":   {"t2", "2020-01-01", "2030-01-01", []kulkul.Tagged{bare[0], second, bare[2]}},
		"untagged": {"", "2020-01-01", "2030-01-01", bare},
	} {
		var got []kulkul.Tagged
		for item, err := range s.EachItem(t.Context(), All(), c.taxonomy, day(t, c.from), day(t, c.to)) {
			must(t, err)
			got = append(got, item)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
