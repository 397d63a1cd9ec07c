package store

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Candidates for a page come from item_tags where tags select, and from items
// otherwise. Both are read in windows of the day of
// entry, newest first: what is frequent fills the page from the last days.
// How much the last window held says how wide the next one is; where it held
// nothing, the indexes are asked how many rows there are and since when.
//
// Versions are not compared here: FINAL has the engine read the columns that an
// index could have answered for. A row that a later version has replaced is
// found out when the page's rows are read by their keys (heads.go); the later
// version, where it is selected, is a candidate itself, at its own place.
const (
	// The identity keeps the engine from reading in the order of the key, which
	// opens every month at once.
	sqlPlaces = `
SELECT entered, toUnixTimestamp64Milli(at) AS ms, {id}, version, {head}
FROM {table}
WHERE NOT {gone} AND {where}
ORDER BY identity(entered) DESC, ms DESC, {id} DESC
LIMIT {limit:UInt32}`

	// Rows of old versions are counted with the others: there may be less, and
	// never more.
	sqlOutlook = `
SELECT count(), {extent}
FROM {table}
WHERE {where}`

	// The days of the rows cost as much again as counting them; where words are
	// asked for, that is not repaid.
	outlookDays = "min(entered), max(entered)"
	noDays      = "toDate32('1970-01-01'), toDate32('1970-01-01')"

	withinDays = "entered BETWEEN toDate32({first:String}) AND toDate32({last:String})"
)

const (
	// firstWindow is how many days the first window has; those that follow the
	// outlook grow by windowGrowth.
	firstWindow  = 3
	windowGrowth = 4
	// phraseGranules is how many granules of granule rows one window may read
	// in search of a phrase, and patience how long windows are then added to a
	// page that is not full.
	phraseGranules = 500
	granule        = 64
	patience       = 150 * time.Millisecond
)

// scan is one question on its way through the windows.
type scan struct {
	store  *Store
	query  ItemQuery
	text   textQuery
	byTags bool  // candidates come from item_tags
	after  place // where the cursor stands
	// oldest and newest bound the days still to be read. They and rows, which are
	// those of the whole table, may be a little old: the window of the newest days
	// is open above while open is set, that of the oldest always below.
	oldest, newest kulkul.Day
	open           bool
	rows           uint64
	width          kulkul.Day // of the next window
	heads          bool       // story, owner and country are wanted
}

// places finds the first n places of the question, in order. Where patience
// ended before the page was full, more is where to go on.
func (s *Store) places(ctx context.Context, q ItemQuery, n int, heads bool) (found []Head, more *place, err error) {
	c := scan{store: s, query: q, heads: heads, byTags: q.byTags(), width: firstWindow}
	if q.Text != "" {
		if c.text, err = parseText(q.Text); err != nil {
			return nil, nil, err
		}
	}
	if err := c.begin(ctx); err != nil {
		return nil, nil, err
	}
	start, first := time.Now(), c.newest
	foreseen := false
	for windows := 0; c.newest >= c.oldest && len(found) < n; windows++ {
		switch {
		case windows == 0 && !c.past():
		case len(found) > 0 && len(c.text.patterns) == 0:
			c.width = c.wide(n, len(found), first-c.newest)
		case !foreseen:
			foreseen = true
			err = c.foresee(ctx, n-len(found))
		case len(c.text.patterns) == 0:
			c.width *= windowGrowth
		case time.Since(start) > patience:
			return found, &place{c.newest, math.MaxInt64, "~"}, nil
		}
		if err != nil || c.newest < c.oldest {
			return found, nil, err
		}
		from := max(c.oldest, c.newest-min(c.width, c.newest-c.oldest+1)+1)
		some, err := c.window(ctx, from, n-len(found))
		if err != nil {
			return nil, nil, err
		}
		found, c.newest, c.open = append(found, some...), from-1, false
	}
	return found, nil, nil
}

// past reports whether the days asked for lie so far back that the newest days
// of entry can hold little of them.
func (c *scan) past() bool { return c.query.To != 0 && c.query.To < c.newest-firstWindow }

// wide is how many days should hold twice what is missing of n, after some days
// have held as many as found; the windows grow all the same, since what is found
// late may have become rare.
func (c *scan) wide(n, found int, days kulkul.Day) kulkul.Day {
	return max(c.width, kulkul.Day(2*float64(n-found)*float64(days)/float64(found))+1)
}

// begin sets the bounds.
func (c *scan) begin(ctx context.Context) error {
	e, err := c.store.itemExtent(ctx)
	if err != nil || e.rows == 0 {
		c.oldest, c.newest = 0, -1
		return err
	}
	c.oldest, c.newest, c.rows, c.open = e.oldest, e.newest, e.rows, true
	if c.query.Cursor != "" {
		if c.after, err = parseCursor(c.query.Cursor); err != nil {
			return err
		}
		c.newest, c.open = c.after.entered, false
		c.oldest = min(c.oldest, c.newest)
	}
	return nil
}

// outlook is what the indexes foresee.
type outlook struct {
	rows     uint64
	from, to time.Time
}

// foresee asks the indexes what is left, and sets bounds and width so that the
// next window should hold twice the n rows that are wanted.
func (c *scan) foresee(ctx context.Context, n int) error {
	if !c.query.byTags() && c.query.Text == "" && c.query.From == 0 && c.query.To == 0 {
		c.width *= windowGrowth
		return nil // no index knows
	}
	days := float64(c.newest - c.oldest + 1)
	perDay := float64(c.rows) / days
	granulesPerDay := perDay / granule
	o, err := c.outlook(ctx)
	if err != nil {
		return err
	}
	if o.rows == 0 {
		c.newest = c.oldest - 1
		return nil
	}
	if c.dated() {
		c.oldest, c.newest = kulkul.DayOf(o.from), kulkul.DayOf(o.to)
	}
	perDay *= float64(o.rows) / float64(c.rows)
	width := 2 * float64(n) / perDay
	if len(c.text.patterns) > 0 {
		width = phraseGranules / min(perDay, granulesPerDay)
	}
	c.width = kulkul.Day(min(max(width, firstWindow), days))
	return nil
}

// dated reports whether the days of the rows left are worth asking for.
func (c *scan) dated() bool { return c.query.Text == "" || c.query.From != 0 || c.query.To != 0 }

// outlook asks the indexes of one table what is left.
func (c *scan) outlook(ctx context.Context) (outlook, error) {
	var w where
	c.indexed(&w)
	if !c.open {
		c.days(&w, c.oldest)
	}
	extent := noDays
	if c.dated() {
		extent = outlookDays
	}
	sql := strings.Replace(c.sql(&w, sqlOutlook), "{extent}", extent, 1)
	got, err := query(ctx, c.store, "item_outlook", sql, w.args, func(r driver.Rows, o *outlook) error {
		return r.Scan(&o.rows, &o.from, &o.to)
	})
	if err != nil {
		return outlook{}, err
	}
	return got[0], nil
}

// window finds the first n places among the items that came in from that day
// to the newest one left.
func (c *scan) window(ctx context.Context, from kulkul.Day, n int) ([]Head, error) {
	var w where
	c.indexed(&w)
	c.days(&w, from)
	c.query.common(&w)
	for i, p := range c.text.patterns {
		w.like(i, p)
	}
	if c.query.Cursor != "" {
		w.and("(entered, ms, {id}) < (toDate32({after_day:String}), {after_ms:Int64}, {after_id:String})")
		w.bind("after_day", bound(c.after.entered))
		w.bind("after_ms", c.after.at)
		w.bind("after_id", c.after.id)
	}
	w.limit(n)
	head := "'', '', ''"
	if c.heads {
		head = "story, owner, country"
	}
	sql := strings.Replace(c.sql(&w, sqlPlaces), "{head}", head, 1)
	return query(ctx, c.store, "item_places", sql, w.args, func(r driver.Rows, h *Head) error {
		var entered time.Time
		var ms int64
		err := r.Scan(&entered, &ms, &h.ID, &h.version, &h.Story, &h.Owner, &h.Country)
		h.Entered, h.At, h.tagged = kulkul.DayOf(entered), time.UnixMilli(ms).UTC(), c.byTags
		return err
	})
}

// indexed adds the conditions that an index answers.
func (c *scan) indexed(w *where) {
	c.query.dates(w)
	if c.byTags {
		c.query.tags(w)
	}
	if len(c.text.words) > 0 {
		w.and("hasAllTokens(search, {words:Array(String)})")
		w.bind("words", c.text.words)
	}
	if len(c.text.stems) > 0 {
		w.and("hasAllTokens(stems, {stems:Array(String)})")
		w.bind("stems", c.text.stems)
	}
}

// days adds the days of entry from that day to the newest one left.
func (c *scan) days(w *where, from kulkul.Day) {
	last := c.newest
	if from <= c.oldest {
		from = math.MinInt32
	}
	if c.open {
		last = math.MaxInt32
	}
	w.and(withinDays)
	w.bind("first", bound(from))
	w.bind("last", bound(last))
}

// sql is the question over the table that the candidates come from.
func (c *scan) sql(w *where, text string) string {
	table, id, gone := "items", "id", "withdrawn"
	if c.byTags {
		table, id, gone = "item_tags", "item", "deleted"
	}
	return strings.NewReplacer("{table}", table, "{id}", id, "{gone}", gone).Replace(w.sql(text))
}
