package detector_test

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detector/counts"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// A source whose first item comes in after everything was read, and be it into a
// store that was empty then, is as new as it would be had all been read later.
func TestASourceHeardAfterTheReadingIsNew(t *testing.T) {
	w := open(t)
	today := kulkul.DayOf(noon)
	pair := kulkul.Pair{Flashpoint: "sabah", Area: "maritime-security"}
	scope := counts.Scope{Taxonomy: "t1", History: 90, Settle: 14}
	followed := counts.New(w.store)
	if err := followed.Refresh(t.Context(), scope, noon); err != nil {
		t.Fatal(err)
	}
	item := func(source string, at time.Time, imported bool) kulkul.Tagged {
		id := kulkul.ItemID(source, at.String())
		return kulkul.Tagged{Taxonomy: "t1", Story: kulkul.Hash("story", id), Owner: source, Country: "SG", Weight: 0.8, TaggedAt: noon,
			Areas: []kulkul.Tag{{ID: pair.Area, Score: 1}}, Flashpoints: []kulkul.Tag{{ID: pair.Flashpoint, Score: 1}},
			Item: kulkul.Item{ID: id, Source: source, Title: "Report", Revision: 1, Published: at, Collected: at, Entered: kulkul.DayOf(at),
				Handling: kulkul.Public, Retrospective: imported}}
	}
	if err := w.store.Writer().WriteItems(t.Context(), []kulkul.Tagged{
		item("known", noon.AddDate(0, 0, -60), true), item("known", noon, false), item("new", noon, false)}); err != nil {
		t.Fatal(err)
	}
	if err := followed.Update(t.Context(), today-90, noon); err != nil {
		t.Fatal(err)
	}
	fresh := counts.New(w.store)
	if err := fresh.Refresh(t.Context(), scope, noon); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*counts.Counts{"followed": followed, "read anew": fresh} {
		if got := c.Table().Window(pair, today, today, today); got.Stories != 1 || got.Unsettled != 1 {
			t.Errorf("%s: %d stories count and %d of new sources do not, want 1 and 1", name, got.Stories, got.Unsettled)
		}
	}
}
