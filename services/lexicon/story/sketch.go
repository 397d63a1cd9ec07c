package story

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// sketchSize is how many of a document's smallest shingle hashes are kept: all
// of them for a headline with its summary, a bottom-k sketch for longer texts
// (Cohen & Kaplan 2007, "Summarizing data using bottom-k sketches").
const sketchSize = 64

// bands and rows: of two documents with similarity s each band agrees with
// probability s², so at 0.6 all sixteen miss once in 1,200 pairs, and documents
// that share little but common words seldom meet (Broder 1997; Leskovec,
// Rajaraman & Ullman, "Mining of Massive Datasets", 3.4).
const (
	bands = 16
	rows  = 2
)

// textLimit is how much of a text takes part, in bytes: reprints differ at the
// end, where they are cut.
const textLimit = 2000

// sketch is a sorted list of distinct shingle hashes.
type sketch []uint32

// shingler gathers the shingle hashes of a document: pairs of neighbouring
// words in scripts that space them, runs of three characters in those that do
// not.
type shingler struct {
	hashes []uint32
	before uint32 // the word before; 0 at the start of a part
	run    [2]rune
	length int // characters of the present unspaced run
}

func (h *shingler) add(text string) {
	h.before, h.length = 0, 0
	tokens(text, func(word uint32, r rune, _ bool) {
		if r != 0 {
			h.character(r)
			return
		}
		h.length = 0
		if h.before != 0 {
			h.hashes = append(h.hashes, mix(h.before, word))
		}
		h.before = word
	})
}

func (h *shingler) character(r rune) {
	h.before = 0
	if h.length >= 2 {
		h.hashes = append(h.hashes, mix(mix(uint32(h.run[0]), uint32(h.run[1])), uint32(r)))
	}
	h.run[0], h.run[1] = h.run[1], r
	h.length++
}

// sketch is what is kept of the shingles; keys are their bands.
func (h *shingler) sketch() (sketch, [bands]uint32) {
	slices.Sort(h.hashes)
	h.hashes = slices.Compact(h.hashes)
	var keys [bands]uint32
	if len(h.hashes) > 0 {
		for b := range keys {
			key := uint32(b)
			for r := range rows {
				key = mix(key, smallest(h.hashes, uint32(b*rows+r)))
			}
			keys[b] = max(key, 1)
		}
	}
	return slices.Clone(h.hashes[:min(sketchSize, len(h.hashes))]), keys
}

// smallest is the least of the hashes in the n-th of many orders.
func smallest(hashes []uint32, n uint32) uint32 {
	factor, shift := finish(2*n+1)|1, finish(n+77)
	least := ^uint32(0)
	for _, h := range hashes {
		v := (h ^ shift) * factor
		v ^= v >> 15
		least = min(least, v*0x2c1b3c6d)
	}
	return least
}

// similarity estimates the Jaccard similarity of the two documents' shingles.
func similarity(a, b sketch) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	// The union's smallest hashes are a sample of the union; those in both are
	// the sample's share of the intersection.
	union, both, i, j := 0, 0, 0, 0
	limit := sketchSize
	if len(a) < sketchSize && len(b) < sketchSize {
		limit = len(a) + len(b) // both are whole: exact
	}
	for union < limit && (i < len(a) || j < len(b)) {
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			i++
		case i == len(a) || b[j] < a[i]:
			j++
		default:
			both++
			i++
			j++
		}
		union++
	}
	return float64(both) / float64(union)
}

// tokens calls each with the hash of every word of the text, in lower case, and
// whether it holds a digit; or with every character, where the script writes
// words without spaces between them.
func tokens(text string, each func(word uint32, character rune, digit bool)) {
	const offset, prime = 2166136261, 16777619
	h, digit, inside := uint32(offset), false, false
	flush := func() {
		if inside {
			each(max(finish(h), 1), 0, digit)
			h, digit, inside = offset, false, false
		}
	}
	for i := 0; i < len(text) && i < textLimit; {
		if c := text[i]; c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'A' && c <= 'Z':
				c |= 0x20
			case c >= 'a' && c <= 'z':
			case c >= '0' && c <= '9':
				digit = true
			default:
				flush()
				continue
			}
			h, inside = (h^uint32(c))*prime, true
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch {
		case unspaced(r):
			flush()
			each(0, r, false)
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			digit = digit || unicode.IsDigit(r)
			h, inside = (h^uint32(unicode.ToLower(r)))*prime, true
		default:
			flush()
		}
	}
	flush()
}

// unspaced reports whether the character's script writes words without spaces
// between them.
func unspaced(r rune) bool {
	switch {
	case r < 0xE00:
		return false
	case r >= 0x4E00 && r < 0xA000, r >= 0x3041 && r < 0x3100 && r != 0x30FB, r >= 0xE01 && r < 0xE60, r >= 0xE81 && r < 0xEE0,
		r >= 0x1000 && r < 0x1050 && r != 0x104A && r != 0x104B, r >= 0x1780 && r < 0x17D4, r >= 0x3400 && r < 0x4DC0, r >= 0x20000 && r < 0x30000:
		return true
	}
	return false
}

// fnv is FNV-1a with 32 bits, spread, never 0.
func fnv(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return max(finish(h), 1)
}

// mix combines two hashes in order.
func mix(a, b uint32) uint32 { return finish(a*0x9e3779b1 ^ b + a>>15) }

// finish spreads the bits (MurmurHash3's finaliser), so that the smallest
// hashes are a fair sample.
func finish(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
