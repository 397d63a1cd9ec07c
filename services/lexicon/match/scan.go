package match

import (
	"slices"
	"unicode/utf8"
	"unsafe"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
)

// Automaton finds its patterns. It is read-only and safe for concurrent use.
type Automaton struct {
	Table   *fold.Table
	nodes   []node
	outs    []check
	exacts  []string    // exact patterns as they must be written
	units   []uint8     // by symbol
	texts   []string    // by pattern
	letters [256]uint16 // by byte: the symbol of an ASCII letter or digit, 0 for others
	words   *words
	start   uint32 // the state after an edge
}

// check is what a pattern asks for besides its letters.
type check struct {
	pattern uint32
	marks   uint32
	exact   uint32 // index into exacts
	units   uint16 // the distance from its first symbol to its end
	length  uint8  // symbols, a leading edge among them
	flags   flag
}

type flag uint8

const (
	leadingEdge flag = 1 << iota // the first symbol is an edge, no letter
	startEdge
	endEdge
	marked // Latin letters: marks must agree
	exact
	last // of the checks of a state
)

// Size is the memory of the automaton in bytes.
func (a *Automaton) Size() int {
	return len(a.nodes)*int(unsafe.Sizeof(node{})) + len(a.outs)*int(unsafe.Sizeof(check{})) +
		int(unsafe.Sizeof(words{})) + len(a.words.slots)*int(unsafe.Sizeof(word{})) + len(a.words.stops)*int(unsafe.Sizeof(stop{}))
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
		switch c := s[i]; {
		case a.letters[c] != 0:
			i = m.word(i)
		case c == ' ':
			m.f.Space()
			i++
		default:
			i = m.f.Next(i)
			if len(x.Syms) > m.fed {
				m.feed(m.f.Settled())
			}
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
	after uint32 // the state after an edge, where a word was looked up; root where not
	next  uint32 // as of a word: of the state after
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
		switch {
		case c == fold.SymStrong: // in no term
			m.state = root
		case c == fold.SymEdge && m.state == root:
			m.state = a.start
		default:
			m.state = a.next(m.state, c)
		}
		if out := a.nodes[m.state].out; out != 0 {
			m.out, m.outAt, m.outUnits = out, m.fed, m.units
		}
	}
	m.after, m.next = root, anyLetter
}

// next is the state after symbol c.
func (a *Automaton) next(state, c uint32) uint32 {
	next := a.nodes[state].base + c
	for a.nodes[next].check != state {
		if state == root {
			return root
		}
		state = a.nodes[state].fail
		next = a.nodes[state].base + c
	}
	return next
}

const anyLetter = ^uint32(0)

// begin takes in what stands before the word at byte i, and reports whether
// that is an edge.
func (m *scanner) begin(i int) bool {
	if m.after == root || !m.f.Edge(i) {
		m.f.Begin(fold.Spaced, i)
		m.feed(len(m.x.Syms))
		return m.fed > 0 && m.x.Syms[m.fed-1] == fold.SymEdge
	}
	if m.out != 0 {
		m.settle(true)
	}
	m.state, m.after = m.after, root
	m.units += fold.UnitsPerWord
	m.fed++
	return true
}

// word takes in a run of ASCII letters and digits. Those of a word with which
// no term can begin or go on are passed over.
func (m *scanner) word(i int) int {
	w, n := spell(m.s, i)
	edge, end := m.begin(i), i+n
	if edge && n <= longest && m.a.ends(m.s, end) {
		m.look(w, i, end)
	} else {
		m.letters(i, end)
	}
	m.f.Letters += n
	m.f.End = end
	return end
}

// look looks up a whole word that stands after an edge.
func (m *scanner) look(w spelling, i, end int) {
	a, state := m.a, m.state
	if m.next&w.first() == 0 {
		state = a.start
	}
	for {
		w = w.after(state)
		known := a.words.find(w)
		switch {
		case known != nil && known.state != root:
			m.take(known, i, end)
			return
		case known != nil || a.words.mayStem(w):
			m.state = state
			m.letters(i, end)
			return
		case state == a.start:
			m.state, m.after, m.next = root, state, anyLetter
			return
		}
		state = a.nodes[state].fail
	}
}

// ends reports whether the word that ends before byte i is not joined to what
// follows: by a letter that is not ASCII, or a stop within a figure or initials.
func (a *Automaton) ends(s string, i int) bool {
	switch {
	case i == len(s):
		return true
	case s[i] >= utf8.RuneSelf:
		return a.Table.Separates(s[i:])
	case s[i] == '.' || s[i] == ',':
		return i+1 == len(s) || a.letters[s[i+1]] == 0
	}
	return true
}

// take takes in a known word.
func (m *scanner) take(w *word, i, end int) {
	m.push(i, end)
	m.state, m.after, m.next = w.state, w.after, w.next
	switch {
	case w.out == 0:
	case w.out&within == 0:
		m.out, m.outAt, m.outUnits = w.out, m.fed-1, m.units
	default:
		m.stops(w.out&^within, m.fed-(end-i), end-i)
	}
}

// stops takes in the stops of a word of n letters, the first of which is a symbol.
func (m *scanner) stops(at uint32, first, n int) {
	for ; ; at++ {
		st := m.a.words.stops[at]
		m.out, m.outAt, m.outUnits = st.out, first+int(st.letters)-1, m.units
		if int(st.letters) == n {
			return
		}
		m.settle(false)
	}
}

// push takes in the symbols of the letters from byte i to end.
func (m *scanner) push(i, end int) {
	x, n, more := m.x, len(m.x.Syms), end-i
	if cap(x.Syms)-n < more || cap(x.Offs)-n < more {
		x.Syms, x.Offs = slices.Grow(x.Syms, more), slices.Grow(x.Offs, more)
	}
	x.Syms, x.Offs = x.Syms[:n+more], x.Offs[:n+more]
	letters, syms, offs := m.s[i:end], x.Syms[n:], x.Offs[n:]
	symbols := &m.a.letters
	for k := 0; k < len(letters) && k < len(syms) && k < len(offs); k++ {
		syms[k], offs[k] = symbols[letters[k]], uint32(i+k)
	}
	m.fed += more
}

// letters takes in letters one by one, up to where no term can go on with them.
func (m *scanner) letters(i, end int) {
	a := m.a
	if m.out != 0 {
		m.settle(false)
	}
	first, state := i, m.state
	for ; i < end && state != root; i++ {
		state = a.next(state, uint32(a.letters[m.s[i]]))
		if out := a.nodes[state].out; out != 0 {
			m.push(first, i+1)
			first = i + 1
			m.out, m.outAt, m.outUnits = out, m.fed-1, m.units
			if i+1 < end {
				m.settle(false)
			}
		}
	}
	m.push(first, i)
	m.state, m.after, m.next = state, root, anyLetter
	if state == root {
		m.after = a.start
	}
}

// settle reports what has waited, now that it is known whether a word ends
// there.
func (m *scanner) settle(edge bool) {
	if m.out == 0 {
		return
	}
	a, k := m.a, m.outAt
	for at := m.out; ; at++ {
		c := &a.outs[at]
		switch {
		case c.flags&endEdge != 0 && !edge, c.flags&startEdge != 0 && !m.starts(c, k), len(m.hits) == m.limit:
		default:
			m.report(c, uint32(k))
		}
		if c.flags&last != 0 {
			break
		}
	}
	m.out = 0
}

// starts reports whether an edge is where a pattern starts that ends with symbol k.
func (m *scanner) starts(c *check, k int) bool {
	start := k + 1 - int(c.length)
	return start == 0 || m.a.edge(m.x.Syms, start, start-1)
}

// report appends the hit of a pattern that ends with symbol k.
func (m *scanner) report(c *check, k uint32) {
	h := Hit{Pattern: c.pattern, First: k + 1 - uint32(c.length), Last: k, From: m.outUnits - uint32(c.units), To: m.outUnits}
	if c.flags&leadingEdge != 0 {
		h.First++
	}
	if c.flags&(marked|exact) == 0 || m.spelled(c, &h) {
		m.hits = append(m.hits, h)
	}
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
	if c.flags&exact != 0 && !fold.SameCase(span, m.a.exacts[c.exact]) {
		return false
	}
	marks := m.a.Table.Marks(span)
	h.Bare = marks == 0 && c.marks != 0
	return marks == c.marks || h.Bare
}
