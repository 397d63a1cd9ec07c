package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// What goes in comes out, field by field, for a full item and an empty one.
func TestItemRoundTrip(t *testing.T) {
	s := migrated(t)
	full := sample(t, 1, "2026-01-05")
	full.Item.PublishedDay, full.Item.Truncated, full.Item.Retrospective, full.Corrected = true, true, true, true
	full.Item.Handling = kulkul.EEPs
	full.Item.Embargo = instantOf(t, "2026-01-06 08:00")
	full.Item.Amendment = 77
	bare := kulkul.Tagged{Item: kulkul.Item{ID: "bare", Source: "s", Title: "t", Revision: 1,
		Collected: instantOf(t, "2026-01-05"), Entered: day(t, "2026-01-05")}, Taxonomy: "t1", Story: "x"}
	hostile := sample(t, 2, "2026-01-05")
	hostile.Item.Title = "a'b\\c\"d\x00e\n\tf {where} {x:String} ? @y \u202e \U0001F6A8"
	hostile.Item.Source = "q'; DROP TABLE items; --"
	must(t, s.Writer().WriteItems(t.Context(), []kulkul.Tagged{full, bare, hostile}))
	for _, want := range []kulkul.Tagged{full, bare, hostile} {
		got, err := s.Item(t.Context(), All(), "t1", want.Item.ID)
		must(t, err)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("item %s (-want +got):\n%s", want.Item.ID, diff)
		}
	}
	page, err := s.Items(t.Context(), ItemQuery{View: All(), Taxonomy: "t1", Sources: []string{hostile.Item.Source}})
	must(t, err)
	if len(page.Items) != 1 {
		t.Errorf("hostile source: %d items, want 1", len(page.Items))
	}
}

// Times that the database cannot hold move to the nearest it can.
func TestTimesOutOfRange(t *testing.T) {
	s := migrated(t)
	early, late := sample(t, 1, "2026-01-05"), sample(t, 2, "2026-01-05")
	early.Item.Published = time.Date(30, 1, 1, 0, 0, 0, 0, time.UTC)
	late.Item.Updated = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	must(t, s.Writer().WriteItems(t.Context(), []kulkul.Tagged{early, late}))
	got, err := s.Item(t.Context(), All(), "t1", early.Item.ID)
	must(t, err)
	if !got.Item.Published.Equal(firstInstant) {
		t.Errorf("published %s, want %s", got.Item.Published, firstInstant)
	}
	got, err = s.Item(t.Context(), All(), "t1", late.Item.ID)
	must(t, err)
	if !got.Item.Updated.Equal(lastInstant) {
		t.Errorf("updated %s, want %s", got.Item.Updated, lastInstant)
	}
	observations, err := s.Observations(t.Context(), "t1", day(t, "1900-01-01"), day(t, "1900-01-01"), ObservationFilter{})
	must(t, err)
	if len(observations) != 1 || observations[0].Item != early.Item.ID {
		t.Errorf("observations of the first day: %v", observations)
	}
}

func TestItemNotFound(t *testing.T) {
	s := migrated(t)
	if _, err := s.Item(t.Context(), All(), "t1", "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
