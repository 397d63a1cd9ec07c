package lexicon

import "github.com/kulkul-ews/kulkul/services/kulkul"

// Text is what is tagged: clean UTF-8 without mark-up.
type Text struct {
	Title   string
	Summary string
	Body    string
	// Language is what the feed says, BCP 47; empty where it says nothing.
	Language string
	// Source is the id of the source.
	Source string
}

// Result is what the taxonomy says of a text. The lists are never nil, and in
// the order of kulkul.Areas and kulkul.Flashpoints.
type Result struct {
	Language    string // "und" where it cannot be told
	Areas       []kulkul.Tag
	Flashpoints []kulkul.Tag
}

// field is one of a text's three strings.
type field uint8

const (
	title field = iota
	summary
	body
	fields
)

// String is the field's name in evidence.
func (f field) String() string { return [...]string{"title", "summary", "text"}[f] }

func (t *Text) field(f field) string {
	switch f {
	case title:
		return t.Title
	case summary:
		return t.Summary
	}
	return t.Body
}

// zone is a part of a text with a weight of its own.
type zone uint8

const (
	zoneTitle zone = iota
	zoneSummary
	zoneLead
	zoneRest
	zones
)

// leadBytes is how much of the body counts as its lead.
const leadBytes = 1200

// factor is what a term counts for in each zone.
func (z zone) factor() float32 { return [zones]float32{1, 0.9, 0.8, 0.3}[z] }

// zoneSet is a set of zones.
type zoneSet uint8

const (
	inTitle    zoneSet = 1 << zoneTitle
	inHeadline zoneSet = 1<<zoneTitle | 1<<zoneSummary | 1<<zoneLead
	inText     zoneSet = 1<<zoneSummary | 1<<zoneLead | 1<<zoneRest
	inRest     zoneSet = 1 << zoneRest
	anywhere   zoneSet = 1<<zones - 1
)

func (s zoneSet) has(z zone) bool { return s>>z&1 == 1 }
