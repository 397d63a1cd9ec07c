package match

import (
	"unsafe"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
)

// Automaton finds its patterns. It is read-only and safe for concurrent use.
type Automaton struct {
	Table   *fold.Table
	nodes   []node
	outs    []uint32
	checks  []check
	units   []uint8     // by symbol
	texts   []string    // by pattern
	letters [256]uint16 // by byte: the symbol of an ASCII letter or digit, 0 for others
	filter  filter
	start   uint32 // the state after an edge
}

// check is what a pattern asks for besides its letters.
type check struct {
	pattern uint32
	length  uint8 // symbols, a leading edge among them
	flags   flag
	units   uint16 // the distance from its first symbol to its end
	marks   uint32
	text    string // exact ones: as it must be written
}

type flag uint8

const (
	leadingEdge flag = 1 << iota // the first symbol is an edge, no letter
	startEdge
	endEdge
	marked // Latin letters: marks must agree
	exact
)

// Size is the memory of the automaton in bytes.
func (a *Automaton) Size() int {
	return len(a.nodes)*int(unsafe.Sizeof(node{})) + len(a.outs)*4 + len(a.checks)*int(unsafe.Sizeof(check{})) + len(a.filter)*8
}

// Patterns is how many different patterns the automaton finds.
func (a *Automaton) Patterns() int { return len(a.texts) }

// Terms are the texts of the patterns, in lower case.
func (a *Automaton) Terms() []string { return a.texts }

// Scan folds s into x and appends to hits the places where patterns stand,
// ordered by their ends; at most MaxHits of them. Of words in which no term can
// begin or go on x holds the edges only.
func (a *Automaton) Scan(hits []Hit, x *fold.Text, s string) []Hit {
	n := len(hits)
	hits = a.scan(hits, x, s)
	if rewritten, done, ok := x.Rewritten(); ok {
		hits = a.scan(hits[:n], x, rewritten)
		done()
	}
	return hits
}

func (a *Automaton) scan(hits []Hit, x *fold.Text, s string) []Hit {
	m := scanner{a: a, x: x, s: s, hits: hits, limit: len(hits) + MaxHits}
	m.f.Start(a.Table, x, s)
	for i := 0; i < len(s); {
		if a.letters[s[i]] != 0 {
			i = m.word(i)
			continue
		}
		i = m.f.Next(i)
		if len(x.Syms) > m.fed {
			m.feed(m.f.Settled())
		}
	}
	m.feed(len(x.Syms))
	m.f.Finish()
	m.settle(true)
	return m.hits
}

// scanner is the state of one scan.
type scanner struct {
	a     *Automaton
	f     fold.Folder
	x     *fold.Text
	s     string
	hits  []Hit
	limit int
	state uint32
	fed   int    // symbols taken in
	units uint32 // distance from the start
	// A state that reports something waits for what follows it: patterns may
	// ask for a word's end.
	out, outUnits uint32
	outAt         int
}

// feed takes in the symbols that the folder has added, up to the end-th.
func (m *scanner) feed(end int) {
	a, syms := m.a, m.x.Syms
	for ; m.fed < end; m.fed++ {
		c := uint32(syms[m.fed])
		if m.out != 0 {
			m.settle(m.a.edge(syms, m.outAt, m.fed))
		}
		m.units += uint32(a.units[c])
		m.step(c)
		if out := a.nodes[m.state].out; out != 0 {
			m.out, m.outAt, m.outUnits = out, m.fed, m.units
		}
	}
}

// step goes on to the state after symbol c.
func (m *scanner) step(c uint32) {
	nodes, state := m.a.nodes, m.state
	next := nodes[state].base + c
	for nodes[next].check != state {
		if state == root {
			m.state = root
			return
		}
		state = nodes[state].fail
		next = nodes[state].base + c
	}
	m.state = next
}

// word takes in a run of ASCII letters. As soon as no term can begin or go on
// with it, the rest is passed over.
func (m *scanner) word(i int) int {
	a, s := m.a, m.s
	m.f.Begin(fold.Spaced, i)
	m.feed(len(m.x.Syms))
	first := i
	if m.state == root || m.state == a.start && !a.filter.passes(s, i) {
		m.state = root
	}
	for i < len(s) {
		c := uint32(a.letters[s[i]])
		if c == 0 {
			break
		}
		if m.out != 0 {
			m.settle(false)
		}
		if m.state == root {
			for i++; i < len(s) && a.letters[s[i]] != 0; i++ {
			}
			break
		}
		m.x.Syms = append(m.x.Syms, uint16(c))
		m.x.Offs = append(m.x.Offs, uint32(i))
		i++
		m.step(c)
		if out := a.nodes[m.state].out; out != 0 {
			m.out, m.outAt, m.outUnits = out, m.fed, m.units
		}
		m.fed++
	}
	m.f.Letters += i - first
	m.f.End = i
	return i
}

// settle reports what has waited, now that it is known whether a word ends
// there.
func (m *scanner) settle(edge bool) {
	if m.out == 0 {
		return
	}
	a, k := m.a, m.outAt
	for _, id := range a.outs[m.out+1 : m.out+1+a.outs[m.out]] {
		c := &a.checks[id]
		if c.flags&endEdge != 0 && !edge || len(m.hits) == m.limit {
			continue
		}
		start := k + 1 - int(c.length)
		if c.flags&startEdge != 0 && start > 0 && !a.edge(m.x.Syms, start, start-1) {
			continue
		}
		if c.flags&leadingEdge != 0 {
			start++
		}
		h := Hit{Pattern: c.pattern, First: uint32(start), Last: uint32(k), From: m.outUnits - uint32(c.units), To: m.outUnits}
		if c.flags&(marked|exact) == 0 || m.spelled(c, &h) {
			m.hits = append(m.hits, h)
		}
	}
	m.out = 0
}

// edge reports whether a word edge is between symbol k and its neighbour.
func (a *Automaton) edge(syms []uint16, k, neighbour int) bool {
	return a.Table.Class(syms[k]) != a.Table.Class(syms[neighbour])
}

// spelled reports whether the text writes a term with the marks and the case
// that it wants. A span much longer than its letters holds junk between them.
func (m *scanner) spelled(c *check, h *Hit) bool {
	plain := m.f.Marked <= int(h.First)
	if plain && c.flags&exact == 0 {
		h.Bare = c.marks != 0
		return true
	}
	start, end := int(m.x.Offs[h.First]), m.f.End
	if int(h.Last)+1 < len(m.x.Offs) {
		end = int(m.x.Offs[h.Last+1])
	}
	if end < start || end-start > 8*int(c.length)+64 {
		return false
	}
	span := m.s[start:end]
	if c.flags&exact != 0 && !fold.SameCase(span, c.text) {
		return false
	}
	marks := m.a.Table.Marks(span)
	h.Bare = marks == 0 && c.marks != 0
	return marks == c.marks || h.Bare
}
