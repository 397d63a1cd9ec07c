package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Candidates for a page come from item_tags where tags select and no text
// does, and from items otherwise. Both are read in windows of the day of
// entry, newest first, so that a page of what is frequent costs a few days'
// rows and only what is rare costs the whole table's index.
const (
	sqlPlacesByTags = `
SELECT entered, toUnixTimestamp64Milli(at) AS ms, item
FROM item_tags FINAL
WHERE {where}
ORDER BY entered DESC, ms DESC, item DESC
LIMIT {limit:UInt32}`

	sqlPlaces = `
SELECT entered, toUnixTimestamp64Milli(at) AS ms, id
FROM items FINAL
WHERE {where}
ORDER BY entered DESC, ms DESC, id DESC
LIMIT {limit:UInt32}`

	tagsWithinItems = `(entered, id) IN (
    SELECT entered, item FROM item_tags FINAL WHERE {where})`

	sqlBounds = "SELECT min(entered), max(entered), count() FROM items"
)

// The first window is this many days; each that follows is wider by the factor.
const (
	firstWindow  = 3
	windowGrowth = 4
)

// places finds the first n places of the question, in order.
func (s *Store) places(ctx context.Context, q ItemQuery, n int) ([]place, error) {
	after := place{}
	if q.Cursor != "" {
		var err error
		if after, err = parseCursor(q.Cursor); err != nil {
			return nil, err
		}
	}
	var text textQuery
	if q.Text != "" {
		var err error
		if text, err = parseText(q.Text); err != nil {
			return nil, err
		}
	}
	oldest, newest, err := s.bounds(ctx)
	if err != nil {
		return nil, err
	}
	if q.Cursor != "" {
		newest = min(newest, after.entered)
	}
	var out []place
	for width := kulkul.Day(firstWindow); newest >= oldest && len(out) < n; width *= windowGrowth {
		from := max(oldest, newest-width+1)
		found, err := s.window(ctx, q, text, after, from, newest, n-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
		newest = from - 1
	}
	return out, nil
}

// bounds gives the first and last day of entry; last is before first where the
// store is empty.
func (s *Store) bounds(ctx context.Context) (oldest, newest kulkul.Day, err error) {
	type answer struct {
		from, to time.Time
		rows     uint64
	}
	rows, err := query(ctx, s, "item_bounds", sqlBounds, nil, func(r driver.Rows, a *answer) error {
		return r.Scan(&a.from, &a.to, &a.rows)
	})
	if err != nil || len(rows) == 0 || rows[0].rows == 0 {
		return 0, -1, err
	}
	return kulkul.DayOf(rows[0].from), kulkul.DayOf(rows[0].to), nil
}

// window finds the first n places among the items that came in from from to
// to, both included.
func (s *Store) window(ctx context.Context, q ItemQuery, text textQuery, after place, from, to kulkul.Day, n int) ([]place, error) {
	var w where
	days := func(w *where) {
		w.and("entered BETWEEN toDate32({first:String}) AND toDate32({last:String})")
	}
	w.bind("first", bound(from))
	w.bind("last", bound(to))
	sql := sqlPlaces
	switch {
	case q.byTags() && q.Text == "":
		sql = sqlPlacesByTags
		q.tags(&w)
	case q.byTags():
		var inner where
		q.tags(&inner)
		days(&inner)
		w.and(inner.sql(tagsWithinItems))
		w.args = append(w.args, inner.args...)
	}
	days(&w)
	q.common(&w)
	if q.Text != "" {
		text.conditions(&w)
	}
	if q.Cursor != "" {
		id := "id"
		if sql == sqlPlacesByTags {
			id = "item"
		}
		w.and("(entered, toUnixTimestamp64Milli(at), " + id + ") < (toDate32({after_day:String}), {after_ms:Int64}, {after_id:String})")
		w.bind("after_day", bound(after.entered))
		w.bind("after_ms", after.at)
		w.bind("after_id", after.id)
	}
	w.limit(n)
	return query(ctx, s, "item_places", w.sql(sql), w.args, func(r driver.Rows, p *place) error {
		var entered time.Time
		err := r.Scan(&entered, &p.at, &p.id)
		p.entered = kulkul.DayOf(entered)
		return err
	})
}
