package store

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// View says on whose behalf items are read. The zero View sees public items
// that carry no embargo.
type View struct {
	// Handling is the most closed level it may see.
	Handling kulkul.Handling
	// Now decides which embargoes have ended. A View whose Now is zero sees no
	// item that ever had an embargo.
	Now time.Time
	// Embargoed lifts the embargo, for those who prepare what is to appear.
	Embargoed bool
}

// All is the view of the machinery: it hides nothing. Never use it to answer a
// person.
func All() View { return View{Handling: kulkul.Unit, Embargoed: true} }

// sees reports whether the item is for whom the view stands.
func (v View) sees(i *kulkul.Item) bool {
	return i.Handling.Rank() <= v.Handling.Rank() && (v.Embargoed || instant(i.Embargo).UnixMilli() <= instant(v.Now).UnixMilli())
}

// conditions adds what the view may see. They hold on items and on item_tags.
func (v View) conditions(w *where) {
	if rank := v.Handling.Rank(); rank < kulkul.Unit.Rank() {
		levels := []string{""}
		for _, h := range []kulkul.Handling{kulkul.Public, kulkul.Members, kulkul.EEPs} {
			if h.Rank() <= rank {
				levels = append(levels, string(h))
			}
		}
		w.and("handling IN {levels:Array(String)}")
		w.bind("levels", levels)
	}
	if !v.Embargoed {
		w.and("embargo <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')")
		w.bind("now", instant(v.Now).UnixMilli())
	}
}
