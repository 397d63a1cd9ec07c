// Package feeds writes alerts and items in the formats that other programs
// read: Atom (RFC 4287), OASIS CAP 1.2, JSON Feed 1.1, GeoJSON (RFC 7946), CSV.
//
// In: alerts and items that a user may see, with their names. Out: bytes.
// Called by the console's root. It reads nothing and decides nothing.
package feeds

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Site is where the console is, as readers of feeds reach it.
type Site struct {
	URL  string // without a slash at the end
	Name string // of the product or the organisation
}

// Page is the address of a page.
func (s Site) Page(path string) string { return s.URL + path }

// Alert is an alert with its names.
type Alert struct {
	kulkul.Alert
	Flashpoint string // name
	Area       string // name
	Text       string // the strongest reason in one sentence
	// At is the point that stands for the flashpoint on a map; nil: none.
	At *Point
}

// Title of an alert in one line.
func (a Alert) Title() string {
	return a.Level.String() + ": " + a.Flashpoint + ", " + a.Area
}

// Point is a place in degrees.
type Point struct{ Lat, Lon float64 }

// Item is an item with the name of its source.
type Item struct {
	kulkul.Tagged
	SourceName string
	// Points are the points that stand for its flashpoints.
	Points []Point
}

// Said is when the item was published, or collected where that is unknown.
func (i Item) Said() time.Time {
	if i.Tagged.Item.Published.IsZero() {
		return i.Tagged.Item.Collected
	}
	return i.Tagged.Item.Published
}

// tags lists the ids of an item's flashpoints and areas.
func (i Item) tags() []string {
	var ids []string
	for _, t := range i.Flashpoints {
		ids = append(ids, t.ID)
	}
	for _, t := range i.Areas {
		ids = append(ids, t.ID)
	}
	return ids
}

func instant(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
