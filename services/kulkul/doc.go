// Package kulkul is the domain: what a source, an item, a story, a tag, a
// series, an alert and an assessment are, and the small rules that belong to
// them (identity, levels, days, handling).
//
// In: nothing. Out: the types that travel on the bus, rest in the store and
// show on the console. Called by every other package. It imports the standard
// library only and does no I/O.
//
// All times are UTC unless a name says otherwise.
package kulkul
