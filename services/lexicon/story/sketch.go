package story

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sketchSize is how many of a document's smallest shingle hashes are kept: all
// of them for a headline with its summary, a bottom-k sketch for longer texts
// (Cohen & Kaplan 2007, "Summarizing data using bottom-k sketches").
const sketchSize = 64

// textLimit is how much of a text takes part, in bytes: reprints differ at the
// end, where they are cut.
const textLimit = 2000

// sketch is a sorted list of distinct shingle hashes.
type sketch []uint32

// makeSketch shingles the text: pairs of neighbouring words in scripts that
// space them, runs of three characters in those that do not.
func makeSketch(text string) sketch {
	var hashes []uint32
	var before uint32
	words(text, func(word string, spaced bool) {
		h := fnv(word)
		if !spaced {
			hashes = append(hashes, trigrams(word)...)
			before = 0
			return
		}
		if before != 0 {
			hashes = append(hashes, mix(before, h))
		}
		before = h
	})
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	if len(hashes) > sketchSize {
		hashes = hashes[:sketchSize:sketchSize]
	}
	return hashes
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

// words calls each with every word of the text, lower-cased, and whether its
// script spaces words. Marks belong to the word they follow.
func words(text string, each func(word string, spaced bool)) {
	if len(text) > textLimit {
		cut := textLimit
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	text = strings.ToLower(text)
	start, spaced := -1, true
	flush := func(end int) {
		if start >= 0 {
			each(text[start:end], spaced)
			start = -1
		}
	}
	for i, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			flush(i)
			continue
		}
		now := !unspaced(r)
		if start >= 0 && now != spaced && !unicode.IsMark(r) {
			flush(i)
		}
		if start < 0 {
			start, spaced = i, now
		}
	}
	flush(len(text))
}

// unspaced reports whether the character's script writes words without spaces
// between them.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// trigrams hashes every run of three characters; a shorter run is one shingle.
func trigrams(run string) []uint32 {
	runes := []rune(run)
	if len(runes) <= 3 {
		return []uint32{fnv(run)}
	}
	out := make([]uint32, 0, len(runes)-2)
	for i := range len(runes) - 2 {
		h := mix(uint32(runes[i]), uint32(runes[i+1]))
		out = append(out, mix(h, uint32(runes[i+2])))
	}
	return out
}

// fnv is FNV-1a with 32 bits, never 0.
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
