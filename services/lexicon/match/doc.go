// Package match finds many terms in a text at once.
//
// In: patterns (folded by package fold) and, per text, its folded symbols. Out:
// the places where patterns stand, with the distances between them counted in
// words. Called by package lexicon. It is an Aho–Corasick automaton (Aho and
// Corasick 1975) kept as a double array (Aoe 1989) over folded letters rather
// than bytes. A whole word of ASCII letters is looked up at once: where no term
// begins or goes on with it the scan jumps to the next word, and else to the
// state after it. It is read letter by letter only where a term may end within
// it that no known word shows, or it is joined to other letters.
package match

// Pattern is one run of words to be found.
type Pattern struct {
	Text string
	// Open patterns also match words that go on after them.
	Open bool
	// StartEdge and EndEdge ask for a word edge in scripts that are otherwise
	// matched inside running text.
	StartEdge, EndEdge bool
	// Exact patterns match only with the letter case of Text.
	Exact bool
}

// Hit is one place where a pattern stands. First and Last are indices of
// symbols, both inclusive. From and To are the distances of its ends from the
// start of the text, fold.UnitsPerWord to a word.
type Hit struct {
	Pattern     uint32
	First, Last uint32
	From, To    uint32
	// Bare says that the pattern has marks and the text has none here: the hit
	// counts if the whole text is bare of marks.
	Bare bool
}

// MaxHits bounds the hits kept of one text.
const MaxHits = 1 << 14
