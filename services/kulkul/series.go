package kulkul

import "time"

// Pair names a series: a flashpoint and an area, either of which may be Any
// (a total) or, on an item, None.
type Pair struct {
	Flashpoint string `json:"flashpoint"`
	Area       string `json:"area"`
}

// String is "flashpoint/area".
func (p Pair) String() string { return p.Flashpoint + "/" + p.Area }

// Total reports whether the pair is a total over areas or over flashpoints.
func (p Pair) Total() bool { return p.Flashpoint == Any || p.Area == Any }

// Observation is one tagged item as the series see it: the row that the store
// returns and from which counts are made.
type Observation struct {
	Item    string
	Story   string // as given at first sight; resolve aliases before counting
	Source  string
	Owner   string
	Country string
	Day     Day // publication day, UTC
	Entered Day // day on which it first came in
	// Collected is when it came in; nothing that was collected after an instant
	// is known at that instant.
	Collected     time.Time
	Weight        float64
	Retrospective bool
	// Talks: the item speaks of talks, a truce or a meeting.
	Talks bool
	Pairs []Pair
}

// Count is one day of a series.
type Count struct {
	Stories int     // distinct resolved stories first seen on that day: the tested y
	Owners  int     // distinct owners that originated them
	Weight  float64 // sum over stories of the heaviest owner's weight
}
