// Package fold turns text into the symbols that terms are matched in.
//
// In: a UTF-8 string. Out: one small number per folded letter, with the byte
// where it stood, and marks where words begin. Called by package match, for
// terms and for texts alike, so that both are folded by the same rules: letter
// case, width, Latin and Cyrillic marks, digits of any script, traditional
// Han, hyphens, apostrophes and possessives, invisible characters, orders of
// signs in Thai, Lao and Burmese, Zawgyi encoding, loose Hangul letters.
package fold

// Class says how a character behaves between words.
type Class uint8

// The classes.
const (
	Strong   Class = iota // ends a phrase: sentence marks, commas, brackets, anything odd
	Skip                  // invisible: joiners, combining marks of Latin
	Weak                  // between words of a phrase: spaces, hyphens, quotes
	Spaced                // letters and digits of scripts with spaces between words
	Unspaced              // letters of Thai, Lao, Khmer, Burmese, Han, Kana
	Hangul
)

// The symbols that are no letters. Letters that stand in no term share the
// unknown symbols of their class.
const (
	SymStrong = iota // a phrase ends
	SymEdge          // a word of a spaced script, or a Hangul word after a space, begins
	SymSpaced
	SymUnspaced
	SymHan // Han and Kana
	SymHangul
	firstLetter
)
