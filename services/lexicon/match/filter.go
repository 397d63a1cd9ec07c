package match

import "github.com/kulkul-ews/kulkul/services/lexicon/fold"

// filter is a set of word beginnings, four letters of five bits hashed to a
// bit: a word whose beginning is not in it begins no term.
type filter [1 << 18 / 64]uint64

const beginning = 4

// letterCode is the code of an ASCII letter or digit; 0 stands for a word's end.
func letterCode(c byte) uint32 {
	if c >= '0' && c <= '9' {
		return 27 + uint32(c-'0')%5
	}
	return uint32(c | 0x20 - 'a' + 1)
}

func place(codes uint32) (word, bit uint32) {
	h := codes * 0x9E3779B1 >> 14
	return h / 64, h % 64
}

// passes reports whether a term may begin with the word at byte i.
func (f *filter) passes(s string, i int) bool {
	codes := uint32(0)
	for k := range min(beginning, len(s)-i) {
		c := s[i+k]
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			codes |= uint32(c&0x1f) << (5 * k)
			continue
		}
		if c == ' ' || c == ',' || c == '-' {
			break
		}
		if c < '0' || c > '9' { // a letter with marks, an abbreviation: let the automaton see
			return true
		}
		codes |= letterCode(c) << (5 * k)
	}
	w, b := place(codes)
	return f[w]>>b&1 == 1
}

// add takes in the beginning of a pattern: its symbols after the leading edge.
// codes gives the code of a symbol, 0 for one that is no ASCII letter.
func (f *filter) add(syms []uint16, open bool, codes []uint32) {
	if codes[syms[0]] == 0 { // no ASCII word
		return
	}
	have := uint32(0)
	for k := range beginning {
		switch {
		case k == len(syms) && !open, k < len(syms) && syms[k] == fold.SymEdge:
			f.set(have) // the word ends
			return
		case k == len(syms), codes[syms[k]] == 0:
			f.rest(have, k)
			return
		}
		have |= codes[syms[k]] << (5 * k)
	}
	f.set(have)
}

// rest takes in every way to go on from the first k letters.
func (f *filter) rest(have uint32, k int) {
	f.set(have)
	if k == beginning {
		return
	}
	for c := uint32(1); c < 32; c++ {
		f.rest(have|c<<(5*k), k+1)
	}
}

func (f *filter) set(codes uint32) {
	w, b := place(codes)
	f[w] |= 1 << b
}
