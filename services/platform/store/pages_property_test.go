package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Whatever versions lie in the table, merged or not, in whatever order and how
// often they came, paging gives each item once, as it is now, in order, whether
// tags select or not.
func TestPagesOverRandomHistories(t *testing.T) {
	s := migrated(t)
	ctx := t.Context()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		taxonomy := fmt.Sprint("pages-", seed)
		history := randomHistory(t, r, taxonomy)
		deliveries := slices.Concat(history, history)
		r.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		want := model{}
		for some := range slices.Chunk(deliveries, 1+r.IntN(20)) {
			for _, d := range some {
				want.deliver(d)
			}
			must(t, s.Writer().WriteItems(ctx, some))
		}
		if r.IntN(3) == 0 {
			must(t, s.conn.Exec(ctx, "OPTIMIZE TABLE items FINAL"))
		}
		var stories []string
		for _, d := range history {
			stories = append(stories, d.Story) // of this case alone
		}
		flashpoint := kulkul.Flashpoints()[0]
		for _, q := range []ItemQuery{
			{View: All(), Taxonomy: taxonomy, Stories: stories},
			{View: All(), Taxonomy: taxonomy, Stories: stories, Tagged: true},
			{View: All(), Taxonomy: taxonomy, Stories: stories, Flashpoints: []string{flashpoint}},
		} {
			expected := want.page(taxonomy, func(i kulkul.Tagged) bool {
				tagged := len(i.Areas)+len(i.Flashpoints) > 0
				return (!q.Tagged || tagged) && (len(q.Flashpoints) == 0 ||
					slices.ContainsFunc(i.Flashpoints, func(f kulkul.Tag) bool { return f.ID == flashpoint }))
			})
			var got []string
			for q.Limit = 1 + r.IntN(4); ; {
				page, err := s.Items(ctx, q)
				must(t, err)
				if page.Next != "" && len(page.Items) < q.Limit {
					t.Errorf("seed %d: a page of %d with a next one, limit %d", seed, len(page.Items), q.Limit)
				}
				for _, i := range page.Items {
					got = append(got, line(i))
				}
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Fatalf("seed %d, tagged %v, flashpoints %v (-want +got):\n%s", seed, q.Tagged, q.Flashpoints, diff)
			}
			heads, err := s.Heads(ctx, q)
			must(t, err)
			items, err := s.ItemsOf(ctx, All(), taxonomy, heads)
			must(t, err)
			if !slices.IsSortedFunc(items, func(a, b kulkul.Tagged) int { return newer(placeOf(&a.Item), placeOf(&b.Item)) }) || len(items) > len(expected) {
				t.Fatalf("seed %d: items of heads are doubled or out of order", seed)
			}
		}
	}
}

// page lists the items that a filter keeps as pages do.
func (m model) page(taxonomy string, keep func(kulkul.Tagged) bool) []string {
	var list []kulkul.Tagged
	for key, t := range m {
		if key[0] == taxonomy && !t.Item.Withdrawn && keep(t) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b kulkul.Tagged) int { return newer(placeOf(&a.Item), placeOf(&b.Item)) })
	var lines []string
	for _, t := range list {
		lines = append(lines, line(t))
	}
	return lines
}

// line is an item's id, version and tags.
func line(t kulkul.Tagged) string {
	ids := func(tags []kulkul.Tag) (out []string) {
		for _, tag := range tags {
			out = append(out, tag.ID)
		}
		slices.Sort(out)
		return out
	}
	return fmt.Sprint(t.Item.ID, t.Item.Version(), ids(t.Areas), ids(t.Flashpoints))
}

// Whatever period, source and words are asked for, and however late items came
// in, paging gives what the question selects, each item once, in order, however
// the windows fall.
func TestPagesOfRandomQuestions(t *testing.T) {
	s := migrated(t)
	r := rand.New(rand.NewPCG(11, 4))
	newest := day(t, "2026-03-01")
	var all []kulkul.Tagged
	for n := range 600 {
		i := sample(t, n, "2026-03-01")
		i.Item.Entered = newest - kulkul.Day(r.ExpFloat64()*120)
		late := kulkul.Day(0)
		if r.IntN(5) == 0 {
			late = kulkul.Day(r.IntN(200) - 20) // or dated ahead
		}
		i.Item.Published = (i.Item.Entered - late).Start().Add(time.Duration(r.IntN(24)) * time.Hour)
		i.Item.Collected = i.Item.Entered.Start().Add(23 * time.Hour)
		i.Item.Source = []string{"often", "often", "often", "seldom"}[r.IntN(4)]
		i.Item.Title = []string{"Harbour quiet", "Quiet harbour watch", "Bridge quiet"}[r.IntN(3)]
		if r.IntN(4) > 0 {
			i.Areas, i.Flashpoints = nil, nil
		}
		all = append(all, i)
	}
	must(t, s.Writer().WriteItems(t.Context(), all))
	slices.SortFunc(all, func(a, b kulkul.Tagged) int { return newer(placeOf(&a.Item), placeOf(&b.Item)) })
	for n := range 120 {
		q := ItemQuery{View: All(), Taxonomy: all[0].Taxonomy, Tagged: r.IntN(3) == 0, Limit: 1 + r.IntN(40)}
		if r.IntN(2) == 0 {
			q.From = newest - kulkul.Day(r.IntN(500))
		}
		if r.IntN(2) == 0 {
			q.To = max(q.From, newest-kulkul.Day(r.IntN(500)))
		}
		if r.IntN(3) == 0 {
			q.Sources = []string{"seldom"}
		}
		if r.IntN(3) == 0 {
			q.PerDay = r.ExpFloat64() // right or wrong
		}
		word, phrase := "", ""
		switch r.IntN(4) {
		case 0:
			word, q.Text = "arbour", "harbour"
		case 1:
			phrase, q.Text = "Harbour quiet", `"harbour quiet"`
		}
		var want, got []string
		for _, i := range all {
			d := i.Item.Day()
			if (q.From == 0 || d >= q.From) && (q.To == 0 || d <= q.To) && (len(q.Sources) == 0 || i.Item.Source == q.Sources[0]) &&
				(!q.Tagged || len(i.Areas)+len(i.Flashpoints) > 0) && strings.Contains(i.Item.Title, word) && strings.Contains(i.Item.Title, phrase) {
				want = append(want, i.Item.ID)
			}
		}
		for {
			page, err := s.Items(t.Context(), q)
			must(t, err)
			got = append(got, ids(page.Items)...)
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("question %d, %+v (-want +got):\n%s", n, q, diff)
		}
	}
}
