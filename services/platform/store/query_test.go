package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// ids are the items' ids in order.
func ids(items []kulkul.Tagged) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Item.ID)
	}
	return out
}

// shelf writes ten items, each unlike the others in one way, named by it.
func shelf(t testing.TB, s *Store) {
	t.Helper()
	var out []kulkul.Tagged
	for n, c := range []struct {
		id     string
		change func(*kulkul.Tagged)
	}{
		{"plain", func(i *kulkul.Tagged) {}},
		{"source", func(i *kulkul.Tagged) { i.Item.Source = "harbour-post" }},
		{"country", func(i *kulkul.Tagged) { i.Country = "VN" }},
		{"track", func(i *kulkul.Tagged) { i.Track = kulkul.Track2 }},
		{"language", func(i *kulkul.Tagged) { i.Item.Language = "zh-TW" }},
		{"area", func(i *kulkul.Tagged) { i.Areas = []kulkul.Tag{{ID: "terrorism", Score: 1}} }},
		{"flashpoint", func(i *kulkul.Tagged) { i.Flashpoints = []kulkul.Tag{{ID: "papua", Score: 1}} }},
		{"untagged", func(i *kulkul.Tagged) { i.Areas, i.Flashpoints = nil, nil }},
		{"story", func(i *kulkul.Tagged) { i.Story = "the-story" }},
		{"old", func(i *kulkul.Tagged) { i.Item.Published = i.Item.Published.AddDate(0, 0, -20) }},
	} {
		i := sample(t, n, "2026-01-05")
		i.Item.ID, i.Story = c.id, c.id
		c.change(&i)
		out = append(out, i)
	}
	must(t, s.Writer().WriteItems(t.Context(), out))
}

func TestItemFilters(t *testing.T) {
	s := migrated(t)
	shelf(t, s)
	all := []string{"area", "country", "flashpoint", "language", "old", "plain", "source", "story", "track", "untagged"}
	but := func(id string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == id })
	}
	for name, c := range map[string]struct {
		query ItemQuery
		want  []string
	}{
		"all":             {ItemQuery{}, all},
		"source":          {ItemQuery{Sources: []string{"harbour-post", "none"}}, []string{"source"}},
		"country":         {ItemQuery{Countries: []string{"VN"}}, []string{"country"}},
		"track":           {ItemQuery{Tracks: []kulkul.Track{kulkul.Track2, kulkul.Track1}}, []string{"track"}},
		"language exact":  {ItemQuery{Languages: []string{"zh-TW"}}, []string{"language"}},
		"language base":   {ItemQuery{Languages: []string{"zh"}}, []string{"language"}},
		"area":            {ItemQuery{Areas: []string{"terrorism"}}, []string{"area"}},
		"flashpoint":      {ItemQuery{Flashpoints: []string{"papua", "sabah"}}, []string{"flashpoint"}},
		"both":            {ItemQuery{Flashpoints: []string{"papua"}, Areas: []string{"terrorism"}}, nil},
		"tagged":          {ItemQuery{Tagged: true}, but("untagged")},
		"story":           {ItemQuery{Stories: []string{"the-story", "story-x"}}, []string{"story"}},
		"from":            {ItemQuery{From: day(t, "2026-01-01")}, but("old")},
		"to":              {ItemQuery{To: day(t, "2026-01-01")}, []string{"old"}},
		"area and source": {ItemQuery{Areas: []string{"maritime-security"}, Sources: []string{"harbour-post"}}, []string{"source"}},
		"text":            {ItemQuery{Text: "radio fishermen"}, all},
		"text and tag":    {ItemQuery{Text: "radio", Areas: []string{"terrorism"}}, []string{"area"}},
		"text and all":    {ItemQuery{Text: `"coast guards" shoal`, Tagged: true, To: day(t, "2026-01-01"), Languages: []string{"en"}}, []string{"old"}},
		"no such word":    {ItemQuery{Text: "volcano"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.query.View, c.query.Taxonomy = All(), "t1"
			page, err := s.Items(t.Context(), c.query)
			must(t, err)
			got := ids(page.Items)
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for _, i := range page.Items {
				if i.Item.Text != "" {
					t.Errorf("a list carries text")
				}
			}
		})
	}
}

func TestBadQueries(t *testing.T) {
	s := migrated(t)
	shelf(t, s)
	for name, q := range map[string]ItemQuery{
		"tags without taxonomy": {Areas: []string{"terrorism"}},
		"cursor":                {Cursor: "zz!"},
		"cursor content":        {Cursor: "YWJj"},
		"no word":               {Text: "—…!"},
		"short beginning":       {Text: "pro*"},
		"one Han character":     {Text: "海"},
	} {
		if _, err := s.Items(t.Context(), q); !errors.Is(err, ErrQuery) {
			t.Errorf("%s: got %v, want ErrQuery", name, err)
		}
	}
}

// Pages follow each other without a gap or an overlap, newest first, over
// months, windows and items of one instant, however long they are.
func TestPages(t *testing.T) {
	s := migrated(t)
	var items []kulkul.Tagged
	var want []string
	for n := range 137 {
		d := day(t, "2024-03-01") + kulkul.Day(n*n/10) // ever longer gaps
		i := sample(t, n, d.String())
		i.Item.Published = d.Start().Add(time.Duration(n%3) * time.Hour)
		items = append(items, i)
	}
	sorted := slices.Clone(items)
	slices.SortFunc(sorted, func(a, b kulkul.Tagged) int { return newer(placeOf(&a.Item), placeOf(&b.Item)) })
	want = ids(sorted)
	must(t, s.Writer().WriteItems(t.Context(), items))
	for _, limit := range []int{1, 29, 137, 1000} {
		for name, q := range map[string]ItemQuery{"plain": {}, "text": {Text: "fishermen"}, "tags": {Tagged: true}} {
			t.Run(fmt.Sprint(name, " ", limit), func(t *testing.T) {
				q.View, q.Taxonomy, q.Limit = All(), "t1", limit
				var got []string
				for pages := 0; pages == 0 || q.Cursor != ""; pages++ {
					if limit == 1 && pages == 5 {
						want = want[:5]
						break
					}
					page, err := s.Items(t.Context(), q)
					must(t, err)
					got, q.Cursor = append(got, ids(page.Items)...), page.Next
				}
				if !slices.Equal(got, want[:len(got)]) || (limit > 1 && len(got) != len(items)) {
					t.Errorf("%d items, want %d; or another order", len(got), len(items))
				}
			})
		}
		want = ids(sorted)
	}
}

// Handling and embargo hold on every way to an item.
func TestViews(t *testing.T) {
	s := migrated(t)
	now := instantOf(t, "2026-01-10")
	var items []kulkul.Tagged
	for n, h := range []kulkul.Handling{"", kulkul.Public, kulkul.Members, kulkul.EEPs, kulkul.Unit, "secret"} {
		i := sample(t, n, "2026-01-05")
		i.Item.ID, i.Item.Handling, i.Story = "h-"+string(h), h, "s"
		items = append(items, i)
	}
	past, future := sample(t, 10, "2026-01-05"), sample(t, 11, "2026-01-05")
	past.Item.ID, past.Item.Embargo, past.Story = "past", now.Add(-time.Second), "s"
	future.Item.ID, future.Item.Embargo, future.Story = "future", now.Add(time.Second), "s"
	items = append(items, past, future)
	must(t, s.Writer().WriteItems(t.Context(), items))
	for name, c := range map[string]struct {
		view View
		want []string
	}{
		"zero":    {View{}, []string{"h-", "h-public"}},
		"public":  {View{Now: now}, []string{"h-", "h-public", "past"}},
		"members": {View{Handling: kulkul.Members, Now: now}, []string{"h-", "h-members", "h-public", "past"}},
		"eeps":    {View{Handling: kulkul.EEPs, Now: now}, []string{"h-", "h-eeps", "h-members", "h-public", "past"}},
		"unit":    {View{Handling: kulkul.Unit, Now: now}, []string{"h-", "h-eeps", "h-members", "h-public", "h-secret", "h-unit", "past"}},
		"lifted":  {View{Now: now, Embargoed: true}, []string{"future", "h-", "h-public", "past"}},
		"all":     {All(), []string{"future", "h-", "h-eeps", "h-members", "h-public", "h-secret", "h-unit", "past"}},
	} {
		t.Run(name, func(t *testing.T) { checkView(t, s, c.view, ids(items), c.want) })
	}
}

func checkView(t *testing.T, s *Store, v View, all, want []string) {
	t.Helper()
	ctx := t.Context()
	check := func(way string, got []kulkul.Tagged, err error) {
		t.Helper()
		must(t, err)
		list := ids(got)
		slices.Sort(list)
		if !slices.Equal(list, want) {
			t.Errorf("%s: got %v, want %v", way, list, want)
		}
	}
	for way, q := range map[string]ItemQuery{"list": {}, "text": {Text: "radio"}, "tags": {Tagged: true}, "both": {Text: "radio", Tagged: true}} {
		q.View, q.Taxonomy = v, "t1"
		page, err := s.Items(ctx, q)
		check(way, page.Items, err)
	}
	items, err := s.ItemsByID(ctx, v, "t1", all)
	check("by id", items, err)
	items, err = s.Story(ctx, v, "t1", "s", sample(t, 1, "2026-01-05").Item.Entered)
	check("story", items, err)
	items = nil
	for i, err := range s.EachItem(ctx, v, "t1", day(t, "2026-01-01"), day(t, "2026-01-31")) {
		must(t, err)
		items = append(items, i)
	}
	check("stream", items, nil)
	items = nil
	for _, id := range all {
		if i, err := s.Item(ctx, v, "t1", id); err == nil {
			items = append(items, i)
		} else if !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
	}
	check("item", items, nil)
}
