package store

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// everyKind is a history in which all that can happen to an item happens, in
// the order in which it happened.
func everyKind(t testing.TB) []kulkul.Tagged {
	t.Helper()
	var out []kulkul.Tagged
	item := func(n int, on string) kulkul.Tagged { return sample(t, n, on) }

	plain := item(1, "2026-01-05")
	out = append(out, plain)

	edited := item(2, "2026-01-05") // the edit says it is about something else
	out = append(out, edited)
	edited.Item.Revision, edited.Item.Title = 2, "Ferries resume after talks"
	edited.Areas = []kulkul.Tag{{ID: "political-legal-disputes", Score: 0.4}}
	out = append(out, edited)

	moved := item(3, "2026-01-05") // its date changes; the day on which it came in does not
	out = append(out, moved)
	moved.Item.Revision, moved.Item.Published = 2, moved.Item.Published.AddDate(0, 0, -3)
	out = append(out, moved)
	moved.Item.Revision, moved.Item.Published = 3, time.Time{}
	moved.Item.Collected = moved.Item.Collected.AddDate(0, 1, 0)
	out = append(out, moved)

	corrected := item(4, "2026-01-06") // a person sets its tags
	out = append(out, corrected)
	corrected.Item.Amendment, corrected.Corrected = 12, true
	corrected.Areas = []kulkul.Tag{{ID: "environment", Score: 1}, {ID: "human-rights", Score: 1}}
	corrected.Flashpoints = []kulkul.Tag{{ID: "mekong-basin", Score: 1}, {ID: "rakhine", Score: 1}}
	out = append(out, corrected)

	cleared := item(5, "2026-01-06") // a person says it is about nothing
	out = append(out, cleared)
	cleared.Item.Amendment, cleared.Corrected, cleared.Areas, cleared.Flashpoints = 13, true, nil, nil
	out = append(out, cleared)

	withdrawn := item(6, "2026-01-06")
	out = append(out, withdrawn)
	withdrawn.Item.Amendment, withdrawn.Item.Withdrawn = 14, true
	out = append(out, withdrawn)

	returned := item(7, "2026-01-06") // withdrawn, then published anew
	out = append(out, returned)
	returned.Item.Amendment, returned.Item.Withdrawn = 15, true
	out = append(out, returned)
	returned.Item.Revision, returned.Item.Withdrawn = 2, false
	out = append(out, returned)

	joined := item(8, "2026-01-31") // two stories prove to be one, over a month's end
	joined.Owner = "bay-media"
	out = append(out, joined)
	joiner := item(9, "2026-02-01")
	joiner.Aliases = []kulkul.StoryAlias{{Story: joiner.Story, Into: joined.Story, At: joiner.TaggedAt}}
	joiner.Weight = 0.9
	out = append(out, joiner)

	lone := item(10, "2026-02-01") // an area without a place, and a place without an area
	lone.Flashpoints = nil
	out = append(out, lone)
	lone = item(11, "2026-02-01")
	lone.Areas = nil
	out = append(out, lone)

	history := item(12, "2019-06-03")
	history.Item.Retrospective = true
	out = append(out, history)

	// All of it is tagged again under a second taxonomy, which finds less.
	for _, old := range slices.Clone(out) {
		old.Taxonomy, old.Aliases = "t2", nil
		if len(old.Areas) > 0 && !old.Corrected {
			old.Areas = []kulkul.Tag{{ID: "terrorism", Score: 0.9}}
		}
		out = append(out, old)
	}
	return out
}

// Everything comes twice, out of order and with old revisions late; every count
// of every series and day is as if each item had come once, in its last state.
// Before the database merges its parts as after.
func TestEveryDeliveryTwiceInAnyOrder(t *testing.T) {
	history := everyKind(t)
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		deliveries := slices.Concat(history, history)
		switch seed {
		case 0: // as it happened, then all of it again
		case 1: // backwards: each item's last state first
			slices.Reverse(deliveries)
		default:
			r.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		}
		checkDeliveries(t, r, deliveries)
	}
}

func checkDeliveries(t *testing.T, r *rand.Rand, deliveries []kulkul.Tagged) {
	t.Helper()
	s := migrated(t)
	ctx := t.Context()
	want := model{}
	for rest := deliveries; len(rest) > 0; {
		n := min(len(rest), 1+r.IntN(25))
		for _, d := range rest[:n] {
			want.deliver(d)
		}
		must(t, s.Writer().WriteItems(ctx, rest[:n]))
		rest = rest[n:]
	}
	checkCounts(t, s, want, "before merging")
	for _, table := range []string{"items", "item_tags", "story_aliases"} {
		must(t, s.conn.Exec(ctx, "OPTIMIZE TABLE "+table+" FINAL"))
	}
	checkCounts(t, s, want, "after merging")
	must(t, s.Writer().WriteItems(ctx, deliveries))
	checkCounts(t, s, want, "delivered once more")
}

// checkCounts compares every observation and every count under both
// taxonomies, and every document.
func checkCounts(t *testing.T, s *Store, want model, when string) {
	t.Helper()
	ctx := t.Context()
	aliases, err := s.Aliases(ctx)
	must(t, err)
	for _, taxonomy := range []string{"t1", "t2"} {
		expected := want.observations(taxonomy)
		got, err := s.Observations(ctx, taxonomy, day(t, "2019-01-01"), day(t, "2026-12-31"), ObservationFilter{})
		must(t, err)
		if diff := cmp.Diff(expected, byItem(got)); diff != "" {
			t.Fatalf("%s, %s: observations (-want +got):\n%s", when, taxonomy, diff)
		}
		for _, span := range [][2]string{{"2019-01-01", "2026-12-31"}, {"2026-01-05", "2026-01-05"}, {"2026-02-01", "2026-02-28"}} {
			from, to := day(t, span[0]), day(t, span[1])
			counts, err := s.Counts(ctx, taxonomy, from, to, CountFilter{})
			must(t, err)
			byHand := countByHand(expected, aliases, from, to)
			if diff := cmp.Diff(byHand, counts, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Fatalf("%s, %s, %v: counts (-want +got):\n%s", when, taxonomy, span, diff)
			}
		}
	}
	checkDocuments(t, s, want, when)
}

// checkDocuments compares the documents themselves.
func checkDocuments(t *testing.T, s *Store, want model, when string) {
	t.Helper()
	page, err := s.Items(t.Context(), ItemQuery{View: All(), Taxonomy: "t1", Limit: 1000, WithText: true})
	must(t, err)
	got := map[string]kulkul.Tagged{}
	for _, item := range page.Items {
		got[item.Item.ID] = item
	}
	expected := map[string]kulkul.Tagged{}
	for key, item := range want {
		if key[0] == "t1" && !item.Item.Withdrawn {
			item.Aliases = nil
			expected[key[1]] = item
		}
	}
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s: items (-want +got):\n%s", when, diff)
	}
}
