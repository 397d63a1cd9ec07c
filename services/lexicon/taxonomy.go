package lexicon

import (
	"sync"

	"github.com/kulkul-ews/kulkul/services/lexicon/language"
	"github.com/kulkul-ews/kulkul/services/lexicon/match"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// Taxonomy is the compiled rules. It is read-only and safe for concurrent use.
type Taxonomy struct {
	version   string
	automaton *match.Automaton
	detector  *language.Detector
	uses      []use    // what patterns are for, by pattern
	useAt     []uint32 // uses[useAt[p]:useAt[p+1]] are those of pattern p
	gaps      []gapTerm
	openings  [][]int32 // gap terms by the part with which they begin
	widest    uint32    // gap within a gap term, in fold units
	groups    []group
	scored    []scored
	index     map[string]int32 // contexts, flashpoints and areas in scored by id
	examples  []examples
	scratch   sync.Pool
}

// Version is a hash of the files' names and contents.
func (t *Taxonomy) Version() string { return t.version }

// Terms is how many different patterns the taxonomy looks for.
func (t *Taxonomy) Terms() int { return t.automaton.Patterns() }

// Size is the automaton's memory in bytes.
func (t *Taxonomy) Size() int { return t.automaton.Size() }

// examples are those of one file; of the files as they are written nothing else
// is kept.
type examples struct {
	kind rulefile.Kind
	id   string
	list []rulefile.Example
}

// role says what a pattern is for.
type role uint8

const (
	isTerm    role = iota // a term of the group
	isExcept              // voids terms of the group within it
	isMask                // voids all terms within it
	isOpening             // a part with which a gap term begins
	isPart                // a part of a gap term
)

type use struct {
	role     role
	group    int32 // of an opening part, an index into openings
	weight   float32
	audience uint32
}

// gapTerm is a term of several parts.
type gapTerm struct {
	parts []uint32 // patterns
	gaps  []uint32 // fold units
	use   use
}

// group is a set of terms.
type group struct {
	name string // file/group
	// members of this group are members of these, too; itself first.
	within []int32
	rules  []ruleRef // rules of areas and flashpoints that wake when it is found
}

type ruleRef struct {
	scored int32
	rule   int32
}

// scored is a context, a flashpoint or an area.
type scored struct {
	id        string
	kind      rulefile.Kind
	threshold float32
	requires  []int32
	excludes  []int32
	rules     []rule
	against   []rule
	weighing  *weighing // of an area, where there is a model
}

type rule struct {
	name   string
	weight float32
	cond   cond
}

// cond is a compiled condition.
type cond struct {
	any, all, not []operand
	near          []int32
	within        uint32 // fold units
	when, unless  []int32
	languages     uint32 // bits; 0: any
	sources       []string
	zones         zoneSet
}

type operand struct {
	group int32
	cond  *cond // or this
}
