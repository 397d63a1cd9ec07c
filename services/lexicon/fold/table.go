package fold

import (
	_ "embed"
	"strings"
	"unicode/utf8"
)

//go:embed han.txt
var hanTable string

// entry is one character in the table.
type entry struct {
	class Class
	n     uint8 // symbols it becomes
	syms  [maxRunes]uint16
	marks uint32
}

const (
	pageSize = 64
	pages    = 0x10000 / pageSize
)

// Table folds characters to symbols. It is built by Learn and read-only, and
// safe for concurrent use, from then on.
type Table struct {
	ascii   [utf8.RuneSelf]entry
	pages   [pages]*[pageSize]entry
	ids     map[rune]uint16
	classes []Class // by symbol
	units   []uint8 // by symbol: what it adds to the distance
	han     map[rune]rune
	point   uint16 // the full stop within a figure
}

// New is a table that knows no letter yet.
func New() *Table {
	t := &Table{ids: map[rune]uint16{}, han: simplified()}
	t.classes = []Class{SymStrong: Strong, SymEdge: Weak, SymSpaced: Spaced, SymUnspaced: Unspaced, SymHan: Unspaced, SymHangul: Hangul}
	t.units = []uint8{SymStrong: UnitsPerWord, SymEdge: UnitsPerWord, SymSpaced: 0, SymUnspaced: UnitsPerWord / 4, SymHan: UnitsPerWord / 2, SymHangul: 0}
	t.Learn("")
	return t
}

// UnitsPerWord is the distance that one word makes. A Han or Kana letter counts
// as half a word, a letter of Thai, Lao, Khmer and Burmese as a quarter.
const UnitsPerWord = 4

func simplified() map[rune]rune {
	m := make(map[rune]rune, 4096)
	for line := range strings.Lines(hanTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			to, n := utf8.DecodeRuneInString(word)
			for _, from := range word[n:] {
				m[from] = to
			}
		}
	}
	return m
}

// Learn gives symbols of their own to the letters of a term.
func (t *Table) Learn(term string) {
	for _, r := range term + "." {
		f := foldRune(r, t.han)
		if r == '.' { // joins figures: 7.1
			f = folded{class: Spaced, runes: []rune{'.'}}
		}
		for _, c := range f.runes {
			if _, known := t.ids[c]; !known && f.class >= Spaced {
				t.ids[c] = uint16(len(t.classes))
				t.classes = append(t.classes, f.class)
				t.units = append(t.units, unitsOf(c, f.class))
			}
		}
	}
}

func unitsOf(r rune, c Class) uint8 {
	switch {
	case c != Unspaced:
		return 0
	case r >= 0x3000:
		return UnitsPerWord / 2
	}
	return UnitsPerWord / 4
}

// Seal fills the table's pages; Fold may be called from then on, Learn no more.
func (t *Table) Seal() {
	t.point = t.ids['.']
	for r := rune(0); r < utf8.RuneSelf; r++ {
		t.ascii[r] = t.entry(r)
	}
	for p := range t.pages {
		first := rune(p * pageSize)
		if first >= 0xD800 && first < 0xF900 { // surrogates and private use
			continue
		}
		page := new([pageSize]entry)
		for i := range page {
			page[i] = t.entry(first + rune(i))
		}
		t.pages[p] = page
	}
}

func (t *Table) entry(r rune) entry {
	f := foldRune(r, t.han)
	e := entry{class: f.class, marks: f.marks, n: uint8(len(f.runes))}
	for i, c := range f.runes {
		id, known := t.ids[c]
		if !known {
			id = unknown(c, f.class)
		}
		e.syms[i] = id
	}
	return e
}

// unknown is the symbol of a letter that stands in no term.
func unknown(r rune, c Class) uint16 {
	switch {
	case c == Spaced:
		return SymSpaced
	case c == Hangul:
		return SymHangul
	case r >= 0x3000:
		return SymHan
	}
	return SymUnspaced
}

// lookup is the entry of a character outside ASCII.
func (t *Table) lookup(r rune) entry {
	if r >= 0x10000 {
		if r >= 0x20000 && r < 0x30000 { // rare Han
			return entry{class: Unspaced, n: 1, syms: [maxRunes]uint16{SymHan}}
		}
		return entry{class: Strong}
	}
	page := t.pages[r/pageSize]
	if page == nil {
		return entry{class: Strong}
	}
	return page[r%pageSize]
}

// Letter is the symbol of an ASCII letter or digit; ok is false for other bytes.
func (t *Table) Letter(c byte) (sym uint16, ok bool) {
	if c >= utf8.RuneSelf {
		return 0, false
	}
	e := &t.ascii[c]
	return e.syms[0], e.class == Spaced
}

// Symbols is how many symbols the table knows.
func (t *Table) Symbols() int { return len(t.classes) }

// Class is the class of a symbol.
func (t *Table) Class(sym uint16) Class { return t.classes[sym] }

// Units is what a symbol adds to the distance between words.
func (t *Table) Units(sym uint16) uint8 { return t.units[sym] }
