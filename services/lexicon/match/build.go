package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
)

// Builder gathers patterns. Two equal patterns are one.
type Builder struct {
	table    *fold.Table
	patterns []Pattern
	ids      map[Pattern]uint32
	checks   []check
}

// NewBuilder is a builder without patterns.
func NewBuilder() *Builder {
	return &Builder{table: fold.New(), ids: map[Pattern]uint32{}}
}

// Add takes a pattern in and gives its number.
func (b *Builder) Add(p Pattern) uint32 {
	if id, known := b.ids[p]; known {
		return id
	}
	id := uint32(len(b.patterns))
	b.ids[p] = id
	b.patterns = append(b.patterns, p)
	b.table.Learn(p.Text)
	return id
}

// key is one sequence of symbols that stands for a pattern.
type key struct {
	syms  []uint16
	check uint32
}

// BadPattern says what is wrong with a pattern.
type BadPattern struct {
	Pattern uint32
	Text    string
}

func (e *BadPattern) Error() string { return e.Text }

// Build makes the automaton. It fails, with a BadPattern for each, where
// patterns hold no letter, or more than fits, or a mark that ends a phrase.
func (b *Builder) Build() (*Automaton, []*BadPattern) {
	b.table.Seal()
	var bad []*BadPattern
	a := &Automaton{Table: b.table}
	for c := range a.letters {
		a.letters[c], _ = a.Table.Letter(byte(c))
	}
	for sym := range a.Table.Symbols() {
		a.units = append(a.units, a.Table.Units(uint16(sym)))
	}
	var keys []key
	for id, p := range b.patterns {
		a.texts = append(a.texts, strings.ToLower(p.Text))
		variants, err := b.symbols(p)
		if err != nil {
			bad = append(bad, &BadPattern{Pattern: uint32(id), Text: err.Error()})
			continue
		}
		for _, syms := range variants {
			keys = append(keys, key{syms: syms, check: uint32(len(b.checks))})
			b.checks = append(b.checks, b.check(a, uint32(id), syms))
		}
	}
	if len(bad) > 0 {
		return nil, bad
	}
	slices.SortStableFunc(keys, func(x, y key) int { return slices.Compare(x.syms, y.syms) })
	newArray(a, keys, b.checks).build()
	if len(keys) > 0 && keys[0].syms[0] == fold.SymEdge {
		a.start = a.nodes[root].base + fold.SymEdge
	}
	a.words = newWords(a, keys, b.checks)
	return a, nil
}

// MaxSymbols is the longest pattern, in folded letters and edges.
const MaxSymbols = 120

// symbols lists the sequences of a pattern: with and without each space beside
// a Hangul letter, since both spellings are usual.
func (b *Builder) symbols(p Pattern) ([][]uint16, error) {
	var x fold.Text
	texts := []string{p.Text}
	if strings.ContainsFunc(p.Text, func(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }) {
		texts = spacings(p.Text)
	}
	var list [][]uint16
	for _, text := range texts {
		b.table.Fold(&x, text)
		syms := slices.Clone(x.Syms)
		// A leading edge is kept for words of spaced scripts only.
		if len(syms) > 1 && syms[0] == fold.SymEdge && b.table.Class(syms[1]) == fold.Hangul {
			syms = syms[1:]
		}
		switch {
		case len(syms) == 0:
			return nil, fmt.Errorf("term %q holds no letter", p.Text)
		case len(syms) > MaxSymbols:
			return nil, fmt.Errorf("term %q is longer than %d letters", p.Text, MaxSymbols)
		case slices.Contains(syms, fold.SymStrong):
			return nil, fmt.Errorf("term %q holds a mark that ends a phrase", p.Text)
		}
		list = append(list, syms)
	}
	return list, nil
}

// spacings are all ways to keep or drop the spaces of s, at most eight.
func spacings(s string) []string {
	words := strings.Fields(s)
	list := []string{words[0]}
	for k, w := range words[1:] {
		var next []string
		for _, head := range list {
			next = append(next, head+" "+w)
			if k < 3 {
				next = append(next, head+w)
			}
		}
		list = next
	}
	return list
}

// check says what pattern id asks for besides the symbols.
func (b *Builder) check(a *Automaton, id uint32, syms []uint16) check {
	p := b.patterns[id]
	c := check{pattern: id, length: uint8(len(syms)), marks: b.table.Marks(p.Text)}
	if syms[0] == fold.SymEdge {
		c.flags |= leadingEdge
	} else if p.StartEdge {
		c.flags |= startEdge
	}
	if class := b.table.Class(syms[len(syms)-1]); class == fold.Spaced && !p.Open || p.EndEdge {
		c.flags |= endEdge
	}
	if latin(p.Text) {
		c.flags |= marked
	}
	if p.Exact {
		c.flags |= exact
		c.exact = uint32(len(a.exacts))
		a.exacts = append(a.exacts, p.Text)
	}
	for _, sym := range syms {
		c.units += uint16(a.units[sym])
	}
	return c
}

func latin(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
}
