package store

import "github.com/kulkul-ews/kulkul/services/kulkul"

// ItemQuery selects items. Empty fields select everything; the values within
// one list are alternatives, the fields together all hold.
type ItemQuery struct {
	View View
	// Taxonomy names the taxonomy version whose tags are wanted. Areas,
	// Flashpoints and the tags in the answer are those of this version; where
	// it is empty, items come without tags and must not be selected by them.
	Taxonomy    string
	Areas       []string
	Flashpoints []string
	// Text is what a person typed: words that all must occur in title, summary
	// or text, in any case; a trailing * makes a word a beginning of words;
	// "quotes" make a phrase. In scripts without spaces any run of two
	// characters or more is found wherever it stands.
	Text      string
	Sources   []string
	Countries []string
	Tracks    []kulkul.Track
	Languages []string // BCP 47; "zh" selects zh-TW too
	// Stories selects the items of these story ids, as given at first sight.
	Stories []string
	// From and To bound the publication day, both included; zero: no bound.
	From, To kulkul.Day
	// Tagged leaves out items that have neither an area nor a flashpoint.
	Tagged bool
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
	// Next is the cursor of the page that follows; empty at the end.
	Next string
}
