package store

import (
	"context"
	"iter"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// EachItem streams items whole, with their tags under the taxonomy version
// (none where it is empty), by the day on which they came in, from from to to,
// both included; for re-tagging and export. After an error it ends.
func (s *Store) EachItem(ctx context.Context, v View, taxonomy string, from, to kulkul.Day) iter.Seq2[kulkul.Tagged, error] {
	return func(yield func(kulkul.Tagged, error) bool) {
		days, err := s.daysOfEntry(ctx, from, to)
		if err != nil {
			yield(kulkul.Tagged{}, err)
			return
		}
		for _, day := range days {
			if !s.eachOfDay(ctx, v, taxonomy, day, yield) {
				return
			}
		}
	}
}

const (
	ofDay = "entered = toDate32({day:String})"

	sqlItemsOfDay = `
SELECT id, document, text
FROM items FINAL
PREWHERE ` + ofDay + `
WHERE {where}
ORDER BY id`
)

// eachOfDay streams one day's items; false ends the stream.
func (s *Store) eachOfDay(ctx context.Context, v View, taxonomy string, day kulkul.Day, yield func(kulkul.Tagged, error) bool) bool {
	tags := map[string]said{}
	if taxonomy != "" {
		var w where
		w.equal("taxonomy = {taxonomy:String}", "taxonomy", taxonomy)
		w.and(ofDay)
		w.bind("day", bound(day))
		for t, err := range each(ctx, s, "tags_of_day", w.sql(sqlTags), w.args, scanTagging) {
			if err != nil {
				yield(kulkul.Tagged{}, err)
				return false
			}
			tags[t.item] = t
		}
	}
	var w where
	w.bind("day", bound(day))
	v.conditions(&w)
	for d, err := range each(ctx, s, "items_of_day", w.sql(sqlItemsOfDay), w.args, scanDocument) {
		if err != nil {
			yield(kulkul.Tagged{}, err)
			return false
		}
		item := d.doc.untagged()
		if t, ok := tags[item.Item.ID]; ok {
			item = t.of(taxonomy, item.Item)
		}
		if !yield(item, nil) {
			return false
		}
	}
	return true
}
