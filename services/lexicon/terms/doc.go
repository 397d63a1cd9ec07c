// Package terms reads the small syntax in which the taxonomy writes a term.
//
// In: one term as written, and its language. Out: the runs of words it stands
// for, with the gaps between them, its weight and how letter case counts.
// Called by package lexicon.
package terms

// Term is a term, read. It matches where one of its forms does.
type Term struct {
	Forms  [][]Part
	Gaps   []int // Gaps[i] words at most between part i and part i+1 of a form
	Weight float64
	Exact  bool // letter case as written
}

// Part is a run of words.
type Part struct {
	Text               string
	Open               bool // words may go on after it
	StartEdge, EndEdge bool
}

// Error is a mistake in a term and what to do about it.
type Error struct {
	Text, Hint string
}

func (e *Error) Error() string { return e.Text }

// MaxForms bounds the forms that + may make of one term.
const MaxForms = 300
