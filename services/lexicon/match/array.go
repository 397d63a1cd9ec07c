package match

import "slices"

// node is one state; four fields side by side so that a step touches one line
// of the cache. The state after symbol c is base + c if its check is this state.
type node struct {
	check uint32
	base  uint32
	fail  uint32
	out   uint32 // index into outs of the first check; 0 none
}

const (
	root   = 0
	vacant = ^uint32(0)
)

// array places the states of a trie.
type array struct {
	a      *Automaton
	keys   []key
	checks []check
	free   []link // by slot: the vacant slots before and after it
	queue  []branch
	outs   map[uint32][]uint32 // own and inherited checks by state
}

// link joins the vacant slots to a ring; slot 0, the root's, is its head.
type link struct {
	before, after uint32
}

// branch is a state that still wants its children: the keys lo to hi share
// their first depth symbols.
type branch struct {
	state  uint32
	lo, hi int
	depth  int
}

func newArray(a *Automaton, keys []key, checks []check) *array {
	return &array{a: a, keys: keys, checks: checks, outs: map[uint32][]uint32{}}
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
	r.a.outs = make([]check, 1)
	for state := range r.a.nodes {
		list := r.outs[uint32(state)]
		if len(list) == 0 {
			continue
		}
		r.a.nodes[state].out = uint32(len(r.a.outs))
		for _, id := range list {
			r.a.outs = append(r.a.outs, r.checks[id])
		}
		r.a.outs[len(r.a.outs)-1].flags |= last
	}
	// Whatever symbol is added to whatever base stays within the array.
	last := uint32(0)
	for _, n := range r.a.nodes {
		if n.check != vacant {
			last = max(last, n.base)
		}
	}
	r.grow(int(last) + r.a.Table.Symbols() + 1)
	r.a.nodes, r.a.outs = slices.Clone(r.a.nodes), slices.Clone(r.a.outs) // growing left a quarter unused
}

// grow makes at least n slots.
func (r *array) grow(n int) {
	for at := len(r.a.nodes); at < n; at++ {
		r.a.nodes = append(r.a.nodes, node{check: vacant})
		r.free = append(r.free, link{before: uint32(at), after: uint32(at)})
		if at > 0 {
			last := r.free[0].before
			r.free[at] = link{before: last, after: 0}
			r.free[last].after, r.free[0].before = uint32(at), uint32(at)
		}
	}
}

// take fills a vacant slot.
func (r *array) take(slot, parent, fail uint32) {
	r.a.nodes[slot].check, r.a.nodes[slot].fail = parent, fail
	l := r.free[slot]
	r.free[l.before].after, r.free[l.after].before = l.after, l.before
}

// expand places the children of one state.
func (r *array) expand(b branch) {
	for b.lo < b.hi && len(r.keys[b.lo].syms) == b.depth {
		b.lo++ // ends here
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
		fail := r.fall(b.state, c)
		r.take(child, b.state, fail)
		list := slices.Clone(r.outs[fail])
		for at := starts[k]; at < starts[k+1] && len(r.keys[at].syms) == b.depth+1; at++ {
			list = append(list, r.keys[at].check)
		}
		if len(list) > 0 {
			r.outs[child] = list
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

// maxTries bounds the gaps that are tried for one state; then it goes to the
// end, so that building stays linear.
const maxTries = 2000

// place finds a base under which all symbols have vacant slots.
func (r *array) place(syms []uint16) uint32 {
	first, span := uint32(syms[0]), int(syms[len(syms)-1]-syms[0])
	tries := 0
	for slot := r.free[0].after; slot != 0 && tries < maxTries; slot = r.free[slot].after {
		tries++
		if slot < first {
			continue
		}
		r.grow(int(slot) + span + 1)
		if r.fits(slot-first, syms) {
			return slot - first
		}
	}
	slot := max(len(r.a.nodes), int(first))
	r.grow(slot + span + 1)
	return uint32(slot) - first
}

func (r *array) fits(base uint32, syms []uint16) bool {
	for _, c := range syms {
		if r.a.nodes[base+uint32(c)].check != vacant {
			return false
		}
	}
	return true
}
