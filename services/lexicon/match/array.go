package match

import "github.com/kulkul-ews/kulkul/services/lexicon/fold"

// node is one state; four fields side by side so that a step touches one line
// of the cache. The state after symbol c is base + c if its check is this state.
type node struct {
	check uint32
	base  uint32
	fail  uint32
	out   uint32 // index into outs of a count and that many checks; 0 none
}

const (
	root   = 0
	vacant = ^uint32(0)
)

// array places the states of a trie.
type array struct {
	a     *Automaton
	keys  []key
	first int // no slot below is vacant
	queue []branch
	outs  map[uint32][]uint32 // own and inherited checks by state
}

// branch is a state that still wants its children: the keys lo to hi share
// their first depth symbols.
type branch struct {
	state  uint32
	lo, hi int
	depth  int
}

func newArray(a *Automaton, keys []key) *array {
	return &array{a: a, keys: keys, first: 1, outs: map[uint32][]uint32{}}
}

func (r *array) build() {
	r.grow(2 * r.a.Table.Symbols())
	r.a.nodes[root].check = vacant - 1
	r.queue = append(r.queue, branch{state: root, lo: 0, hi: len(r.keys)})
	for len(r.queue) > 0 {
		b := r.queue[0]
		r.queue = r.queue[1:]
		r.expand(b)
	}
	r.a.outs = []uint32{0}
	for state := range r.a.nodes {
		list := r.outs[uint32(state)]
		if len(list) == 0 {
			continue
		}
		r.a.nodes[state].out = uint32(len(r.a.outs))
		r.a.outs = append(r.a.outs, uint32(len(list)))
		r.a.outs = append(r.a.outs, list...)
	}
	// Whatever symbol is added to whatever base stays within the array.
	last := uint32(0)
	for _, n := range r.a.nodes {
		if n.check != vacant {
			last = max(last, n.base)
		}
	}
	r.grow(int(last) + r.a.Table.Symbols() + 1)
	units := make([]uint8, r.a.Table.Symbols())
	spaced := make([]bool, r.a.Table.Symbols())
	for sym := range units {
		units[sym] = r.a.Table.Units(uint16(sym))
		spaced[sym] = r.a.Table.Class(uint16(sym)) == fold.Spaced
	}
	r.a.units, r.a.spaced = units, spaced
}

func (r *array) grow(n int) {
	for len(r.a.nodes) < n {
		r.a.nodes = append(r.a.nodes, node{check: vacant})
	}
}

// expand places the children of one state.
func (r *array) expand(b branch) {
	for b.lo < b.hi && len(r.keys[b.lo].syms) == b.depth {
		r.outs[b.state] = append(r.outs[b.state], r.keys[b.lo].check)
		b.lo++
	}
	if b.lo == b.hi {
		return
	}
	var syms []uint16
	var starts []int
	for k := b.lo; k < b.hi; k++ {
		if c := r.keys[k].syms[b.depth]; len(syms) == 0 || syms[len(syms)-1] != c {
			syms, starts = append(syms, c), append(starts, k)
		}
	}
	starts = append(starts, b.hi)
	base := r.place(syms)
	r.a.nodes[b.state].base = base
	for k, c := range syms {
		child := base + uint32(c)
		r.a.nodes[child].check = b.state
		fail := r.fall(b.state, c)
		r.a.nodes[child].fail = fail
		if inherited := r.outs[fail]; len(inherited) > 0 {
			r.outs[child] = append(r.outs[child], inherited...)
		}
		r.queue = append(r.queue, branch{state: child, lo: starts[k], hi: starts[k+1], depth: b.depth + 1})
	}
}

// fall is the failure state of the child of state by c.
func (r *array) fall(state uint32, c uint16) uint32 {
	for state != root {
		state = r.a.nodes[state].fail
		if t := r.a.nodes[state].base + uint32(c); int(t) < len(r.a.nodes) && r.a.nodes[t].check == state {
			return t
		}
	}
	return root
}

// place finds a base under which all symbols have vacant slots. After some
// tries among the gaps it goes to the end, so that building stays linear.
func (r *array) place(syms []uint16) uint32 {
	for r.first < len(r.a.nodes) && r.a.nodes[r.first].check != vacant {
		r.first++
	}
	slot, tries := r.first, 0
	for {
		if tries > 400 {
			slot = max(slot, len(r.a.nodes))
		}
		r.grow(slot + int(syms[len(syms)-1]) + 1)
		if r.a.nodes[slot].check == vacant && slot > int(syms[0]) && r.fits(slot-int(syms[0]), syms) {
			return uint32(slot - int(syms[0]))
		}
		slot++
		tries++
	}
}

func (r *array) fits(base int, syms []uint16) bool {
	for _, c := range syms[1:] {
		if r.a.nodes[base+int(c)].check != vacant {
			return false
		}
	}
	return true
}
