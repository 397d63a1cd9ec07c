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
