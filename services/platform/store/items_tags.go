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
SELECT item, version, weight, tagging
FROM item_tags FINAL
PREWHERE {where}`

// said is what one taxonomy version says of one item.
type said struct {
	item    string
	version uint64
	tagged  kulkul.Tagged
}

// of is what is said, put on its item.
func (s said) of(taxonomy string, item kulkul.Item) kulkul.Tagged {
	t := s.tagged
	t.Item, t.Taxonomy = item, taxonomy
	return t
}

func scanTagging(r driver.Rows, s *said) error {
	var weight float64
	var column []byte
	if err := r.Scan(&s.item, &s.version, &weight, &column); err != nil {
		return err
	}
	var t tagging
	if err := json.Unmarshal(column, &t); err != nil {
		return fmt.Errorf("read tagging of item %s: %w", s.item, err)
	}
	s.tagged = kulkul.Tagged{Story: t.Story, Owner: t.Owner, Country: t.Country, Track: t.Track, Weight: weight,
		Areas: t.Areas, Flashpoints: t.Flashpoints, Corrected: t.Corrected, TaggedAt: t.TaggedAt}
	return nil
}

// addTags fills in what a taxonomy version says of the items. An item that the
// version has not tagged yet stays as it is.
func (s *Store) addTags(ctx context.Context, taxonomy string, items []kulkul.Tagged) error {
	for some := range slices.Chunk(items, maxPage) {
		keys := make([]place, len(some))
		for i := range some {
			keys[i] = placeOf(&some[i].Item)
		}
		found, err := s.taggingsAt(ctx, taxonomy, keys)
		if err != nil {
			return err
		}
		for i := range some {
			if t, ok := found[some[i].Item.ID]; ok {
				some[i] = t.of(taxonomy, some[i].Item)
			}
		}
	}
	return nil
}

// taggingsAt reads what a taxonomy version says of the items at places, by id;
// nothing where no version is named.
func (s *Store) taggingsAt(ctx context.Context, taxonomy string, keys []place) (map[string]said, error) {
	if taxonomy == "" || len(keys) == 0 {
		return nil, nil
	}
	var w where
	w.equal("taxonomy = {taxonomy:String}", "taxonomy", taxonomy)
	w.and("(entered, item) IN {keys:Array(Tuple(Date32, String))}")
	w.bind("keys", keySet(keys))
	list, err := query(ctx, s, "item_tags", w.sql(sqlTags), w.args, scanTagging)
	if err != nil {
		return nil, err
	}
	out := make(map[string]said, len(list))
	for _, t := range list {
		out[t.item] = t
	}
	return out, nil
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
