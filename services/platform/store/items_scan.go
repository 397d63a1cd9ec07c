package store

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Candidates for a page come from item_tags where tags select, and from items
// otherwise. Both are read in windows of the day of entry, newest first: what is
// frequent fills the page from the last days. How much a window held says how
// wide the next one is.
//
// Versions are not compared here: FINAL has the engine read the columns that an
// index could have answered for. A row that a later version has replaced is
// found out when the page's rows are read by their keys (heads.go); the later
// version, where it is selected, is a candidate itself, at its own place.
//
// The days of entry are a hint that leaves out parts and granules; what the
// column "head" says decides, so that the days need not be read.
const sqlPlaces = `
SELECT head
FROM {table}
WHERE indexHint(entered BETWEEN toDate32({first:String}) AND toDate32({last:String}))
  AND head >= {above:String} AND head < {below:String} AND {where}
ORDER BY head DESC
LIMIT {limit:UInt32}`

const (
	// firstWindow is how many days the first window has, and windowGrowth by how
	// much the next one is wider where that held nothing and no index selects.
	firstWindow  = 3
	windowGrowth = 4
	longestFirst = 1000 // days, where it is known how many a day has
	// late is how many days after its publication an item is thought to have come
	// in at the latest when windows are laid; nothing is missed where it is not so.
	late = 3
	// patience is how long windows are added to a page of a phrase that is not
	// full. The next one is as wide as should take what is left of it, and
	// patternGrowth times as wide as the last at most.
	patience      = 100 * time.Millisecond
	patternGrowth = 8
)

// scan is one question on its way through the windows.
type scan struct {
	store  *Store
	query  ItemQuery
	text   textQuery
	byTags bool  // candidates come from item_tags
	after  place // where the cursor stands
	// oldest and newest bound the days still to be read. They may be a little old:
	// the window of the newest days is open above while open is set, that of the
	// oldest always below.
	oldest, newest kulkul.Day
	open           bool
	width          kulkul.Day // of the next window
}

// places finds the first n places of the question, in order. Where patience
// ended before the page was full, more is where to go on.
func (s *Store) places(ctx context.Context, q ItemQuery, n int) (found []Head, more *place, err error) {
	c := scan{store: s, query: q, byTags: q.byTags(), width: firstWindow}
	if q.PerDay > 0 {
		c.width = kulkul.Day(math.Ceil(min(1.25*float64(n)/q.PerDay, longestFirst)))
	}
	if q.Text != "" {
		if c.text, err = parseText(q.Text); err != nil {
			return nil, nil, err
		}
	}
	if err := c.begin(ctx); err != nil {
		return nil, nil, err
	}
	var read kulkul.Day // days on which items may have been found
	for start := time.Now(); c.newest >= c.oldest && len(found) < n; {
		from, counts := c.next()
		days, began := c.newest-from+1, time.Now()
		some, err := c.window(ctx, from, n-len(found))
		if err != nil {
			return nil, nil, err
		}
		found = append(found, some...)
		if counts {
			read += days
			c.widen(n, len(found), read)
		}
		c.newest, c.open = from-1, false
		if len(c.text.patterns) == 0 {
			continue
		}
		left := patience - time.Since(start)
		if left <= 0 && c.newest >= c.oldest && len(found) < n {
			return found, &place{c.newest, math.MaxInt64, "~"}, nil
		}
		if counts {
			c.hold(days, left, time.Since(began))
		}
	}
	return found, nil, nil
}

// next is the first day of the next window. Days outside of those asked for, on
// which few items of theirs came in, make a window of their own that does not
// count.
func (c *scan) next() (from kulkul.Day, counts bool) {
	if until := c.query.To + late; c.query.To != 0 && until < c.newest {
		return max(c.oldest, until+1), false
	}
	from = c.newest - min(c.width, c.newest-c.oldest+1) + 1
	if c.query.From == 0 {
		return from, true
	}
	if c.newest < c.query.From {
		return c.oldest, false
	}
	return max(from, c.query.From), true
}

// widen sets the next window so that it should hold twice what is missing of n,
// after some days have held as many as found. What an index selects and is not
// among some days' items is rare enough to be asked for over all days at once.
func (c *scan) widen(n, found int, days kulkul.Day) {
	switch all := c.newest - c.oldest + 1; {
	case found > 0:
		width := 2*float64(n-found)*float64(days)/float64(found) + 1
		c.width = kulkul.Day(min(max(width, float64(c.width)), float64(all)))
	case c.selective():
		c.width = all
	default:
		c.width *= windowGrowth
	}
}

// selective reports whether indexes say which rows are asked for: all of it, since
// what an index finds often and another condition seldom is looked into row by row.
func (c *scan) selective() bool {
	q := c.query
	return len(q.Areas)+len(q.Flashpoints)+len(q.Stories)+len(c.text.words)+len(c.text.stems) > 0 &&
		len(q.Sources)+len(q.Countries)+len(q.Tracks)+len(q.Languages) == 0
}

// hold keeps the next window of a question that looks into each row as narrow
// as the time left asks, after one of so many days has taken so long.
func (c *scan) hold(days kulkul.Day, left, took time.Duration) {
	growth := min(patternGrowth, float64(left)/float64(max(took, time.Millisecond)))
	c.width = max(1, min(c.width, kulkul.Day(growth*float64(days))))
}

// begin sets the bounds.
func (c *scan) begin(ctx context.Context) error {
	e, err := c.store.itemExtent(ctx)
	if err != nil || e.rows == 0 {
		c.oldest, c.newest = 0, -1
		return err
	}
	c.oldest, c.newest, c.open = e.oldest, e.newest, true
	if c.query.Cursor != "" {
		if c.after, err = parseCursor(c.query.Cursor); err != nil {
			return err
		}
		c.newest, c.open = c.after.entered, false
		c.oldest = min(c.oldest, c.newest)
	}
	return nil
}

// window finds the first n places among the items that came in from that day
// to the newest one left.
func (c *scan) window(ctx context.Context, from kulkul.Day, n int) ([]Head, error) {
	var w where
	c.days(&w, from)
	c.selected(&w)
	c.query.common(&w)
	for i, p := range c.text.patterns {
		w.like(i, p)
	}
	w.limit(n)
	table := "items"
	if c.byTags {
		table = "item_tags"
	}
	sql := strings.Replace(w.sql(sqlPlaces), "{table}", table, 1)
	return query(ctx, c.store, "item_places", sql, w.args, scanHead(c.toldUnder()))
}

// toldUnder is what the heads that are asked for end with.
func (c *scan) toldUnder() string {
	if c.byTags {
		return toldUnder(c.query.Taxonomy)
	}
	return ""
}

// selected adds the conditions that an index answers.
func (c *scan) selected(w *where) {
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

// days binds the days of entry from that day to the newest one left, but for
// what lies before the cursor.
func (c *scan) days(w *where, from kulkul.Day) {
	first, last := from, c.newest
	if from <= c.oldest {
		first = math.MinInt32
	}
	if c.open {
		last = math.MaxInt32
	}
	below := dayHead(last) + "~" // after all digits
	if c.query.Cursor != "" && c.after.entered == c.newest {
		below = c.after.head()
	}
	w.bind("first", bound(first))
	w.bind("last", bound(last))
	w.bind("above", dayHead(first))
	w.bind("below", below)
}
