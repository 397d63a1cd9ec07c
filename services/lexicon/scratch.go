package lexicon

import (
	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
	"github.com/kulkul-ews/kulkul/services/lexicon/match"
)

// scratch is the memory of one call of Tag, used again by later ones.
type scratch struct {
	text   *Text
	lang   uint32 // the language's bit
	source string // lower case
	folded [fields]fold.Text
	hits   []match.Hit
	marks  []mark   // terms found
	voids  []void   // phrases that void terms within them
	parts  []part   // parts of gap terms found
	nodes  []node   // places of groups
	places []places // by group
	found  []int32  // groups with places
	states []state  // by scored
	awake  []int32  // areas and flashpoints with a rule to look at
	rules  [][]bool // by scored: its rules that are awake
	field  field    // the one being gathered
	lead   int      // symbols of the body's lead
	counts [4]bool  // in the order of rulefile.Counts
}

// mark is a term found: where, and for which group.
type mark struct {
	group       int32
	weight      float32
	field       field
	zone        zone
	first, last uint32 // symbols
	from, to    uint32 // distance from the field's start
}

type void struct {
	group       int32 // -1: every group
	field       field
	first, last uint32
}

type part struct {
	pattern     uint32
	opening     int32 // index into openings; -1 where no gap term begins with it
	field       field
	first, last uint32
	from, to    uint32
}

// places are a group's marks: the best of each zone, and all in a list.
type places struct {
	best       [zones]int32 // index of mark + 1
	head, tail int32        // index of node + 1
	count      int32
}

type node struct {
	mark int32
	next int32 // index of node + 1
}

// state is what is known so far of a context, flashpoint or area.
type state struct {
	judged bool
	said   float32 // what the rules add up to, before what is against
	holds  bool    // by the rules
	given  bool    // as a tag, by the rules or the model
	score  float32 // of the rules, or the model's chance
}

const (
	maxMarks  = 1 << 14 // terms kept of one text
	maxVoids  = 1 << 10
	maxParts  = 1 << 12
	maxFollow = 64 // parts looked at for the one that goes on
	maxPlaces = 24 // places of one group that near looks at, per field
)

func newScratch(t *Taxonomy) *scratch {
	s := &scratch{
		places: make([]places, len(t.groups)),
		states: make([]state, len(t.scored)),
		rules:  make([][]bool, len(t.scored)),
	}
	for k := range s.rules {
		s.rules[k] = make([]bool, len(t.scored[k].rules))
	}
	return s
}

// reset forgets the last text, touching only what it touched.
func (s *scratch) reset() {
	for _, g := range s.found {
		s.places[g] = places{}
	}
	for _, id := range s.awake {
		clear(s.rules[id])
	}
	clear(s.states)
	s.found, s.awake = s.found[:0], s.awake[:0]
	s.marks, s.voids, s.parts, s.nodes = s.marks[:0], s.voids[:0], s.parts[:0], s.nodes[:0]
	s.text = nil
}
