package match

import (
	"unsafe"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
)

// Automaton finds its patterns. It is read-only and safe for concurrent use.
type Automaton struct {
	Table    *fold.Table
	nodes    []node
	outs     []uint32
	checks   []check
	units    []uint8 // by symbol
	spaced   []bool  // by symbol
	patterns int
}

// check is what a pattern asks for besides its letters.
type check struct {
	pattern uint32
	length  uint8 // symbols, a leading edge among them
	flags   flag
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
	return len(a.nodes)*int(unsafe.Sizeof(node{})) + len(a.outs)*4 + len(a.checks)*int(unsafe.Sizeof(check{}))
}

// Patterns is how many different patterns the automaton finds.
func (a *Automaton) Patterns() int { return a.patterns }

// Scan appends to hits the places where patterns stand in x, which is s folded
// by a.Table, ordered by their ends; at most MaxHits of them.
func (a *Automaton) Scan(hits []Hit, x *fold.Text, s string) []Hit {
	var (
		syms, stops = x.Syms, x.Stops
		nodes       = a.nodes
		state       = uint32(root)
		stop        = 0
		units       = uint32(0)
		limit       = len(hits) + MaxHits
	)
	for k := 0; k < len(syms); k++ {
		c := uint32(syms[k])
		units += uint32(a.units[c])
		next := nodes[state].base + c
		for nodes[next].check != state && state != root {
			state = nodes[state].fail
			next = nodes[state].base + c
		}
		if nodes[next].check == state {
			state = next
			if out := nodes[state].out; out != 0 && len(hits) < limit {
				hits = a.report(hits, out, x, s, k, units)
			}
			continue
		}
		if a.spaced[c] { // no term goes on: on to the next word
			for stop < len(stops) && int(stops[stop]) <= k {
				stop++
			}
			if stop == len(stops) {
				break
			}
			k = int(stops[stop]) - 1
		}
	}
	return hits
}

// report appends those of the checks out for patterns that end at symbol k that
// pass.
func (a *Automaton) report(hits []Hit, out uint32, x *fold.Text, s string, k int, units uint32) []Hit {
	for _, id := range a.outs[out+1 : out+1+a.outs[out]] {
		c := &a.checks[id]
		if c.flags&endEdge != 0 && !a.edge(x.Syms, k, k+1) {
			continue
		}
		start := k + 1 - int(c.length)
		if c.flags&startEdge != 0 && !a.edge(x.Syms, start, start-1) {
			continue
		}
		if c.flags&(marked|exact) != 0 && !a.spelled(c, x, s, start, k) {
			continue
		}
		from := units
		for _, sym := range x.Syms[start : k+1] {
			from -= uint32(a.units[sym])
		}
		if c.flags&leadingEdge != 0 {
			start++
		}
		hits = append(hits, Hit{Pattern: c.pattern, First: uint32(start), Last: uint32(k), From: from, To: units})
	}
	return hits
}

// edge reports whether a word edge is between symbol k and its neighbour.
func (a *Automaton) edge(syms []uint16, k, neighbour int) bool {
	return neighbour < 0 || neighbour >= len(syms) ||
		a.Table.Class(syms[k]) != a.Table.Class(syms[neighbour])
}

// spelled reports whether the text writes a term with the marks and the case
// that it wants. A span much longer than its letters holds junk between them.
func (a *Automaton) spelled(c *check, x *fold.Text, s string, first, last int) bool {
	if c.flags&leadingEdge != 0 {
		first++
	}
	start, end := x.Span(first, last)
	if end-start > 8*int(c.length)+64 {
		return false
	}
	span := s[start:end]
	if c.flags&exact != 0 && !fold.SameCase(span, c.text) {
		return false
	}
	marks := a.Table.Marks(span)
	return marks == c.marks || marks == 0 && x.Bare
}
