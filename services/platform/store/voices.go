package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const sqlVoices = `
SELECT flashpoint, source, count() AS items
FROM item_tags FINAL
ARRAY JOIN arrayDistinct(tags.flashpoint) AS flashpoint
WHERE {where}
GROUP BY flashpoint, source
ORDER BY flashpoint, source`

// Voice is how many items one source gave about one flashpoint.
type Voice struct {
	Flashpoint, Source string
	Items              int
}

// Voices gives who spoke of which flashpoint on the days of entry from from to
// to, both included, under one taxonomy version, imported history left out.
func (s *Store) Voices(ctx context.Context, taxonomy string, from, to kulkul.Day) ([]Voice, error) {
	var w where
	w.equal("taxonomy = {taxonomy:String}", "taxonomy", taxonomy)
	w.and("entered BETWEEN toDate32({first:String}) AND toDate32({last:String})")
	w.bind("first", bound(from))
	w.bind("last", bound(to))
	w.and("NOT retrospective")
	w.and("flashpoint != '_'")
	return query(ctx, s, "voices", w.sql(sqlVoices), w.args, func(r driver.Rows, v *Voice) error {
		var items uint64
		err := r.Scan(&v.Flashpoint, &v.Source, &items)
		v.Items = int(items)
		return err
	})
}
