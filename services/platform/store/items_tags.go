package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sqlTags is asked for keys alone, which may be compared before versions are.
const sqlTags = `
SELECT item, story, owner, country, track, weight, corrected, tagged_at, evidence
FROM item_tags FINAL
PREWHERE {where}`

// tagging is what one taxonomy version says of one item.
type tagging struct {
	item   string
	tagged kulkul.Tagged
}

func scanTagging(r driver.Rows, t *tagging) error {
	g := &t.tagged
	var track, proof string
	err := r.Scan(&t.item, &g.Story, &g.Owner, &g.Country, &track, &g.Weight, &g.Corrected, &g.TaggedAt, &proof)
	if err != nil {
		return err
	}
	g.Track, g.TaggedAt = kulkul.Track(track), moment(g.TaggedAt)
	if proof == "" {
		return nil
	}
	var e evidence
	if err := json.Unmarshal([]byte(proof), &e); err != nil {
		return fmt.Errorf("read evidence of item %s: %w", t.item, err)
	}
	g.Areas, g.Flashpoints = e.Areas, e.Flashpoints
	return nil
}

// addTags fills in what a taxonomy version says of the items. An item that the
// version has not tagged yet stays as it is.
func (s *Store) addTags(ctx context.Context, taxonomy string, items []kulkul.Tagged) error {
	if taxonomy == "" {
		return nil
	}
	for some := range slices.Chunk(items, maxPage) {
		var w where
		w.equal("taxonomy = {taxonomy:String}", "taxonomy", taxonomy)
		keys := make([]place, len(some))
		for i := range some {
			keys[i] = placeOf(&some[i].Item)
		}
		w.and("(entered, item) IN {keys:Array(Tuple(Date32, String))}")
		w.bind("keys", keySet(keys))
		found, err := query(ctx, s, "item_tags", w.sql(sqlTags), w.args, scanTagging)
		if err != nil {
			return err
		}
		join(taxonomy, some, found)
	}
	return nil
}

// join puts taggings on their items.
func join(taxonomy string, items []kulkul.Tagged, found []tagging) {
	byItem := make(map[string]*tagging, len(found))
	for i := range found {
		byItem[found[i].item] = &found[i]
	}
	for i := range items {
		if t, ok := byItem[items[i].Item.ID]; ok {
			item := items[i].Item
			items[i] = t.tagged
			items[i].Item, items[i].Taxonomy = item, taxonomy
		}
	}
}

// daysOfEntry lists the days on which items came in, from from to to.
func (s *Store) daysOfEntry(ctx context.Context, from, to kulkul.Day) ([]kulkul.Day, error) {
	var w where
	w.and("entered BETWEEN toDate32({first:String}) AND toDate32({last:String})")
	w.bind("first", bound(from))
	w.bind("last", bound(to))
	return query(ctx, s, "item_days", w.sql("SELECT DISTINCT entered FROM items WHERE {where} ORDER BY entered"),
		w.args, func(r driver.Rows, d *kulkul.Day) error {
			var t time.Time
			err := r.Scan(&t)
			*d = kulkul.DayOf(t)
			return err
		})
}
