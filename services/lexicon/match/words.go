package match

import (
	"math/bits"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
)

// words are the words of ASCII letters and digits with which terms begin, or go
// on after whole words, so that a word of a text is looked up at once instead of
// letter by letter. Most words of a text are in no term: two bitmaps, small
// enough to stay in the cache, tell so.
type words struct {
	slots []word // a power of two, a fifth of them empty at least
	shift uint8
	stops []stop
	known [1 << knownBits / 64]uint64 // hashes of the words
	gates stems                       // of the first letters of open terms, four at most
	stems stems                       // of the first letters of those of four and more, six at most
}

const knownBits = 18

// word is one word after one state.
type word struct {
	spelling
	state uint32 // after the word; root where it is to be read letter by letter
	after uint32 // the state after the edge that follows
	out   uint32 // what ends with the word; with the bit within, an index into stops
	next  uint32 // the letters with which a term may go on in the state after the edge, a bit for each
}

// within says that terms may end within a word.
const within = 1 << 31

// stop is what ends after so many letters of a word, the last with the word.
type stop struct {
	letters, out uint32
}

// spelling is a word of up to twelve letters in lower case, and the state before
// it: eight letters, then four and the state.
type spelling struct {
	lo, hi uint64
}

const longest = 12

// after is the spelling of the word after a state.
func (s spelling) after(state uint32) spelling {
	return spelling{s.lo, s.hi&(1<<32-1) | uint64(state)<<32}
}

// first is the bit of the first letter.
func (s spelling) first() uint32 { return 1 << (s.lo & 31) }

func (s spelling) hash() uint64 {
	return (s.lo ^ bits.RotateLeft64(s.hi*0xC2B2AE3D27D4EB4F, 31)) * 0x9E3779B97F4A7C15
}

// find is the word so spelled, nil where there is none.
func (w *words) find(s spelling) *word {
	h := s.hash()
	if bit := h >> (64 - knownBits); w.known[bit/64]>>(bit%64)&1 == 0 {
		return nil
	}
	for at := h >> (w.shift & 63); ; at++ {
		switch one := &w.slots[at&uint64(len(w.slots)-1)]; {
		case one.spelling == s:
			return one
		case one.lo == 0:
			return nil
		}
	}
}

// mayStem reports whether an open term may end within the word: whether one has
// its first letters.
func (w *words) mayStem(s spelling) bool {
	return w.gates.has(s, 4) && (w.stems.has(s, 4) || w.stems.has(s, 5) || w.stems.has(s, 6)) ||
		w.gates.has(s, 3) || w.gates.has(s, 0)
}

// addStem takes in the n letters before which an open term may end: two in all
// ways to go on. After a state in which a single letter is open, all words may.
func (w *words) addStem(s spelling, n int) {
	switch {
	case n >= 4:
		w.gates.add(s, 4)
		w.stems.add(s, min(n, 6))
	case n == 3:
		w.gates.add(s, 3)
	case n == 2:
		w.gates.add(s, 3)
		for c := range uint64(utf8.RuneSelf) {
			if alnum(byte(c)) {
				w.gates.add(spelling{s.lo | c<<16, s.hi}, 3)
			}
		}
	default:
		w.gates.add(s, 0)
	}
}

// stems is a set of beginnings of words, each hashed to a bit.
type stems [1 << stemBits / 64]uint64

const stemBits = 16

// has reports whether the first n letters may be in the set.
func (f *stems) has(s spelling, n int) bool {
	bit := stemBit(s, n)
	return f[bit/64]>>(bit%64)&1 == 1
}

func (f *stems) add(s spelling, n int) {
	bit := stemBit(s, n)
	f[bit/64] |= 1 << (bit % 64)
}

func stemBit(s spelling, n int) uint64 {
	return (s.lo<<(64-8*n) ^ s.hi>>32) * 0x9E3779B97F4A7C15 >> (64 - stemBits)
}

// newWords gathers the runs of ASCII letters that follow an edge in keys.
func newWords(a *Automaton, keys []key, checks []check) *words {
	g := gatherer{a: a, w: &words{}, ascii: make([]byte, a.Table.Symbols()), at: map[spelling]int{}, next: map[uint32]uint32{}}
	for c, sym := range a.letters {
		if alnum(byte(c)) && sym != fold.SymSpaced {
			g.ascii[sym] = byte(c)
		}
	}
	for _, k := range keys {
		g.key(k.syms, checks[k.check].flags&endEdge == 0)
	}
	g.fill()
	return g.w
}

// gatherer gathers words.
type gatherer struct {
	a     *Automaton
	w     *words
	ascii []byte // by symbol
	list  []word
	at    map[spelling]int  // in list
	next  map[uint32]uint32 // by state after an edge, as in word
}

// key takes in the words of one key.
func (g *gatherer) key(syms []uint16, open bool) {
	state := uint32(root)
	for k, sym := range syms {
		state = g.a.nodes[state].base + uint32(sym)
		if sym == fold.SymEdge {
			g.word(state, syms[k+1:], open)
		}
	}
}

// word takes in the letters with which the symbols begin.
func (g *gatherer) word(state uint32, syms []uint16, open bool) {
	one := word{spelling: spelling{hi: uint64(state) << 32}, state: state}
	n := 0
	var stops []stop
	for ; n < len(syms) && g.ascii[syms[n]] != 0; n++ {
		switch c := uint64(g.ascii[syms[n]]); {
		case n < 8:
			one.lo |= c << (8 * n)
		case n < longest:
			one.hi |= c << (8 * (n - 8))
		}
		one.state = g.a.nodes[one.state].base + uint32(syms[n])
		one.out = g.a.nodes[one.state].out
		if one.out != 0 {
			stops = append(stops, stop{uint32(n + 1), one.out})
		}
	}
	if n == 0 {
		return
	}
	g.next[state] |= one.first()
	if open && n == len(syms) {
		g.w.addStem(one.spelling, n)
	}
	if _, twice := g.at[one.spelling]; twice || n > longest {
		return
	}
	one.after = g.a.next(one.state, fold.SymEdge)
	if len(stops) > 0 && stops[0].letters < uint32(n) {
		g.stop(&one, stops, uint32(n))
	}
	g.at[one.spelling] = len(g.list)
	g.list = append(g.list, one)
}

// stop notes the terms that may end within a word of n letters. One that wants
// its letter case is left to reading by letters.
func (g *gatherer) stop(one *word, stops []stop, n uint32) {
	if one.out == 0 {
		stops = append(stops, stop{letters: n})
	}
	one.out = within | uint32(len(g.w.stops))
	g.w.stops = append(g.w.stops, stops...)
	for _, st := range stops[:len(stops)-1] {
		for at := st.out; ; at++ {
			if g.a.outs[at].flags&exact != 0 {
				one.state = root
			}
			if g.a.outs[at].flags&last != 0 {
				break
			}
		}
	}
}

// fill lays the words out.
func (g *gatherer) fill() {
	size := bits.Len(uint(len(g.list) + len(g.list)/4))
	g.w.shift, g.w.slots = uint8(64-size), make([]word, 1<<size)
	for _, one := range g.list {
		for q := one.after; q != g.a.start && q != root; q = g.a.nodes[q].fail {
			one.next |= g.next[q]
		}
		h := one.hash()
		bit := h >> (64 - knownBits)
		g.w.known[bit/64] |= 1 << (bit % 64)
		at := h >> g.w.shift
		for g.w.slots[at].lo != 0 {
			at = (at + 1) & uint64(len(g.w.slots)-1)
		}
		g.w.slots[at] = one
	}
}
