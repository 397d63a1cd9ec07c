package volume

import (
	"reflect"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func plan(t *testing.T, items int) Plan {
	t.Helper()
	newest, err := kulkul.ParseDay("2026-10-31")
	if err != nil {
		t.Fatal(err)
	}
	return Plan{Seed: 1, Items: items, PerDay: 9000, Newest: newest, Taxonomy: "t1", Tagged: 0.1,
		Sources: []kulkul.Source{{ID: "a", Owner: "a", Reliability: "B"}, {ID: "b", Owner: "b", Reliability: "C"}}}
}

// The same plan gives the same items, in the number and on the days asked for,
// each once.
func TestThePlanIsKept(t *testing.T) {
	p := plan(t, Batch+5000)
	var all []kulkul.Tagged
	for batch := range NewAuthor(p).Batches() {
		all = append(all, batch...)
	}
	if len(all) != p.Items || all[0].Item.Entered != p.Newest || all[len(all)-1].Item.Entered != p.Newest-6 {
		t.Fatalf("%d items, %v to %v", len(all), all[len(all)-1].Item.Entered, all[0].Item.Entered)
	}
	seen, tagged := map[string]bool{}, 0
	for n, i := range all {
		if i.Item.ID != ID(n) || seen[i.Item.ID] || i.Item.Day() != i.Item.Entered {
			t.Fatalf("item %d: %+v", n, i.Item)
		}
		seen[i.Item.ID] = true
		if len(i.Pairs()) > 0 {
			tagged++
		}
	}
	if tagged < p.Items/11 || tagged > p.Items/9 {
		t.Errorf("%d of %d are tagged", tagged, p.Items)
	}
	for batch := range NewAuthor(p).Batches() {
		if !reflect.DeepEqual(batch, all[:Batch]) {
			t.Error("a second author writes something else")
		}
		break
	}
}
