package store

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// ItemQuery selects items. Empty fields select everything; the values within
// one list are alternatives, the fields together all hold.
type ItemQuery struct {
	View View
	// Taxonomy names the taxonomy version whose tags are wanted. Areas,
	// Flashpoints and the tags in the answer are those of this version; where
	// it is empty, items come without tags and cannot be selected by them.
	Taxonomy    string
	Areas       []string
	Flashpoints []string
	// Tagged leaves out items that have neither an area nor a flashpoint.
	Tagged bool
	// Text is what a person typed: words that all must occur in title, summary
	// or text, in any case and without regard to accents; a star after four
	// letters or more stands for any ending; "quotes" make a phrase. In
	// scripts without spaces any run of two characters or more is found
	// wherever it stands.
	Text      string
	Sources   []string
	Countries []string
	Tracks    []kulkul.Track
	Languages []string // BCP 47; "zh" selects zh-TW too
	// Stories selects the items of these story ids, as given at first sight.
	Stories []string
	// From and To bound the publication day, both included; zero: no bound.
	From, To kulkul.Day
	// PerDay is about how many items of a day the question selects, where whoever
	// asks knows (0: nobody does): it says how far back to look at first.
	PerDay float64
	// Limit is how many items a page holds: 50 where zero, at most 1000.
	Limit int
	// Cursor continues where the page that gave it as Next ended.
	Cursor string
	// WithText fills Item.Text; lists do without.
	WithText bool
}

// ItemPage is one page of items, newest first: by the day on which they came
// in, within the day by publication, then by id.
type ItemPage struct {
	Items []kulkul.Tagged
	// Next is the cursor of the page that follows; empty at the end. A page may
	// hold less than it could and still have a next one: the search for a
	// phrase took long, and goes on there.
	Next string
}

// Pages of items.
const (
	defaultPage = 50
	maxPage     = 1000
)

// limit is the length of the page.
func (q ItemQuery) limit() int {
	if q.Limit <= 0 {
		return defaultPage
	}
	return min(q.Limit, maxPage)
}

// byTags reports whether tags select.
func (q ItemQuery) byTags() bool { return q.Tagged || len(q.Areas) > 0 || len(q.Flashpoints) > 0 }

// validate reports a question that cannot be asked.
func (q ItemQuery) validate() error {
	if q.byTags() && q.Taxonomy == "" {
		return fmt.Errorf("%w: areas and flashpoints need a taxonomy", ErrQuery)
	}
	return nil
}

// common adds the conditions that hold on items and item_tags alike.
func (q ItemQuery) common(w *where) {
	q.View.conditions(w)
	w.among("source IN {sources:Array(String)}", "sources", q.Sources)
	w.among("country IN {countries:Array(String)}", "countries", q.Countries)
	w.among("track IN {tracks:Array(String)}", "tracks", texts(q.Tracks))
	w.among("(language IN {languages:Array(String)} OR splitByChar('-', language)[1] IN {languages:Array(String)})",
		"languages", q.Languages)
	w.among("story IN {stories:Array(String)}", "stories", q.Stories)
}

// dates adds the bounds of the publication day.
func (q ItemQuery) dates(w *where) {
	if q.From != 0 {
		w.and("day >= toDate32({from:String})")
		w.bind("from", bound(q.From))
	}
	if q.To != 0 {
		w.and("day <= toDate32({to:String})")
		w.bind("to", bound(q.To))
	}
}

// tags adds the conditions that hold on item_tags, where heads are those of items
// that have tags. The head tells the taxonomy version; its column is not read.
func (q ItemQuery) tags(w *where) {
	w.and("indexHint(taxonomy = {taxonomy:String}) AND endsWith(head, {told:String})")
	w.bind("taxonomy", q.Taxonomy)
	w.bind("told", toldUnder(q.Taxonomy))
	w.among("hasAny(tags.area, {areas:Array(String)})", "areas", q.Areas)
	w.among("hasAny(tags.flashpoint, {flashpoints:Array(String)})", "flashpoints", q.Flashpoints)
}

// bound is a day as text, within what the store keeps.
func bound(d kulkul.Day) string { return kulkul.DayOf(date(d)).String() }

// place is where an item stands in the order of pages.
type place struct {
	entered kulkul.Day
	at      int64 // milliseconds since 1970
	id      string
}

// newer orders places as pages do.
func newer(a, b place) int {
	return cmp.Or(cmp.Compare(b.entered, a.entered), cmp.Compare(b.at, a.at), cmp.Compare(b.id, a.id))
}

// cursor writes the place for the next question.
func (p place) cursor() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", p.entered, p.at, p.id))
}

// parseCursor reads a cursor.
func parseCursor(s string) (place, error) {
	bad := fmt.Errorf("%w: cursor %q", ErrQuery, s)
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return place{}, bad
	}
	day, rest, ok := strings.Cut(string(b), " ")
	ms, id, ok2 := strings.Cut(rest, " ")
	entered, err1 := strconv.ParseInt(day, 10, 32)
	at, err2 := strconv.ParseInt(ms, 10, 64)
	if !ok || !ok2 || id == "" || err1 != nil || err2 != nil {
		return place{}, bad
	}
	return place{kulkul.Day(entered), at, id}, nil
}
