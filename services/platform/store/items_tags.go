package store

import (
	"context"
	"encoding/json"
	"fmt"
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

// stored is an item as it lies in the tables.
type stored struct {
	doc  document
	item kulkul.Tagged // the document, with what a taxonomy version says
	// version is that of the row of items, tagged that of the row of item_tags.
	version, tagged uint64
}

// tagged gives those of the documents that are not withdrawn and that the view
// may see, by id, with what the taxonomy version says of them; nothing where none
// is named, or where it has not tagged the item yet.
func (s *Store) tagged(ctx context.Context, v View, taxonomy string, documents []stored) (map[string]stored, error) {
	out := make(map[string]stored, len(documents))
	var others []place // tagged under another version when they were written
	for _, d := range documents {
		if d.doc.Item.Withdrawn || !v.sees(&d.doc.Item) {
			continue
		}
		switch taxonomy {
		case "":
			d.item = d.doc.untagged()
		case d.doc.Taxonomy:
			var err error
			if d.item, err = d.doc.tagged(); err != nil {
				return nil, fmt.Errorf("read document of item %s: %w", d.doc.Item.ID, err)
			}
			d.tagged = d.version
		default:
			d.item = d.doc.untagged()
			others = append(others, placeOf(&d.doc.Item))
		}
		out[d.doc.Item.ID] = d
	}
	taggings, err := s.taggingsAt(ctx, taxonomy, others)
	for id, t := range taggings {
		d := out[id]
		d.item, d.tagged = t.of(taxonomy, d.doc.Item), t.version
		out[id] = d
	}
	return out, err
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
