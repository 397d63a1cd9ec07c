package fold

import "unicode/utf8"

// Text is a folded string. It may be used again for the next string.
type Text struct {
	// Syms are the symbols; Offs the byte at which each begins, and one more
	// for the end of the last. The two edge symbols begin where the letter
	// before them ended.
	Syms []uint16
	Offs []uint32
	// Bare says that the text writes (nearly) no marks on Latin letters.
	Bare bool

	source  string
	origin  *origin // where Offs count in a rewritten string
	myanmar bool
	jamo    bool
}

// Folder folds one string step by step, so that a caller may look at the
// symbols as they come, and leave out those of words that are of no use to it.
type Folder struct {
	// Last is the class of the last letter, Strong at the start. Gap is what
	// stands between it and the next: Strong, Weak, or Spaced for nothing.
	Last, Gap Class
	// End is the byte where the last letter ended.
	End int
	// Marked is how many symbols there were when the last mark was seen: the
	// mark is on symbol Marked-1.
	Marked int
	// Letters counts the ASCII letters that the caller left out.
	Letters int

	t        *Table
	x        *Text
	s        string
	word     int  // where the present word began
	initials bool // the present word is letters with full stops
	// orders are the places in the syllable of the last signs taken in, which
	// the next sign may still stand before; run is how many there are.
	orders [maxRun]uint8
	run    int
	marks  int
}

// maxRun is how many signs of a syllable are put in order; a longer run of them
// is no writing.
const maxRun = 8

// Settled is how many of the symbols the next characters can't move any more.
func (f *Folder) Settled() int { return len(f.x.Syms) - f.run }

// Start readies the folder for s and empties x.
func (f *Folder) Start(t *Table, x *Text, s string) {
	x.Syms, x.Offs = x.Syms[:0], x.Offs[:0]
	x.myanmar, x.jamo, x.source, x.origin = false, false, s, nil
	*f = Folder{t: t, x: x, s: s, Last: Strong, Gap: Strong}
}

// Finish closes the text.
func (f *Folder) Finish() {
	f.x.Offs = append(f.x.Offs, uint32(f.End))
	f.x.Bare = f.marks*12 < f.Letters
}

// Next takes in the character at byte i, or the run of ASCII letters, and says
// where it ended.
func (f *Folder) Next(i int) int {
	if f.s[i] < utf8.RuneSelf {
		return f.ascii(i)
	}
	return f.wide(i)
}

// Rewritten gives the string to be folded instead of x's, where its encoding
// asks for it, and a function that tells x so once that is done.
func (x *Text) Rewritten() (s string, done func(), ok bool) {
	source := x.source
	burmese := x.myanmar && zawgyi(source)
	if !burmese && !x.jamo {
		return "", nil, false
	}
	s, o := rewrite(source, burmese)
	return s, func() { x.source, x.origin = source, o }, true
}

// Fold folds s into x, whose old contents are dropped.
func (t *Table) Fold(x *Text, s string) {
	t.fold(x, s)
	if rewritten, done, ok := x.Rewritten(); ok {
		t.fold(x, rewritten)
		done()
	}
}

func (t *Table) fold(x *Text, s string) {
	var f Folder
	f.Start(t, x, s)
	for i := 0; i < len(s); {
		i = f.Next(i)
	}
	f.Finish()
}

// ascii takes in what begins at i, a word at a time, and says where it ended.
func (f *Folder) ascii(i int) int {
	e := &f.t.ascii[f.s[i]]
	switch e.class {
	case Spaced:
		f.Begin(Spaced, i)
		return f.letters(i)
	case Weak:
		if f.s[i] == '\'' {
			return f.apostrophe(i, 1)
		}
		f.widen(Weak)
	case Skip:
	default:
		return f.stop(i)
	}
	return i + 1
}

// letters takes in a run of ASCII letters and digits.
func (f *Folder) letters(i int) int {
	x, s, first := f.x, f.s, i
	syms, offs := x.Syms, x.Offs
	for i < len(s) && s[i] < utf8.RuneSelf {
		e := &f.t.ascii[s[i]]
		if e.class != Spaced {
			break
		}
		syms = append(syms, e.syms[0])
		offs = append(offs, uint32(i))
		i++
	}
	x.Syms, x.Offs = syms, offs
	f.Letters += i - first
	f.End = i
	return i
}

// Begin makes ready for a letter of class c at byte i: edges first.
func (f *Folder) Begin(c Class, i int) {
	edge := c == Spaced && (f.Gap < Spaced || f.Last != Spaced) || c == Hangul && f.Gap < Spaced
	if f.Gap == Strong && f.Last != Strong {
		f.push(SymStrong, f.End)
	}
	if edge {
		f.push(SymEdge, f.End)
		f.word, f.initials = i, false
	}
	f.Last, f.Gap, f.run = c, Spaced, 0
}

// Edge is Begin for a letter of a spaced script, where nothing but an edge is
// before it; else it does nothing.
func (f *Folder) Edge(i int) bool {
	if f.Gap != Weak || f.Last != Spaced {
		return false
	}
	f.push(SymEdge, f.End)
	f.word, f.initials, f.Gap, f.run = i, false, Spaced, 0
	return true
}

// Space takes in a space.
func (f *Folder) Space() { f.widen(Weak) }

func (f *Folder) push(sym uint16, at int) {
	f.x.Syms = append(f.x.Syms, sym)
	f.x.Offs = append(f.x.Offs, uint32(at))
}

// widen makes the gap since the last letter at least as wide as c.
func (f *Folder) widen(c Class) { f.Gap = min(f.Gap, c) }

// stop handles a mark that ends a phrase, unless it stands within a figure, an
// abbreviation or initials.
func (f *Folder) stop(i int) int {
	s := f.s
	inWord := f.Gap == Spaced && f.Last == Spaced
	next := byte(' ')
	if i+1 < len(s) {
		next = s[i+1]
	}
	figure := inWord && i > 0 && isDigit(s[i-1]) && isDigit(next)
	switch {
	case s[i] == ',' && figure:
	case s[i] == '.' && figure:
		f.push(f.t.point, i)
	case s[i] == '.' && inWord && (f.initials || i-f.word == 1) && isLetter(next):
		f.initials = true
	case s[i] == '.' && (inWord && (f.initials || i-f.word <= 3) || f.Gap == Spaced && f.Last == Unspaced):
		f.widen(Weak)
	default:
		f.widen(Strong)
	}
	return i + 1
}

// apostrophe handles an apostrophe of n bytes at i: a possessive 's is dropped.
func (f *Folder) apostrophe(i, n int) int {
	s, j := f.s, i+n
	inWord := f.Gap == Spaced && f.Last == Spaced
	f.widen(Weak)
	if inWord && j < len(s) && (s[j] == 's' || s[j] == 'S') && (j+1 == len(s) || s[j+1] < utf8.RuneSelf && !isLetter(s[j+1])) {
		return j + 1
	}
	return j
}

// wide takes in the character outside ASCII that begins at i.
func (f *Folder) wide(i int) int {
	r, n := utf8.DecodeRuneInString(f.s[i:])
	if r == utf8.RuneError && n == 1 {
		f.widen(Strong)
		return i + 1
	}
	e := f.t.lookup(r)
	switch e.class {
	case Skip:
		if f.Gap == Spaced && f.Last != Strong {
			f.End = i + n
		}
		if e.marks != 0 {
			f.mark()
		}
	case Weak:
		if r == '’' || r == 'ʼ' {
			return f.apostrophe(i, n)
		}
		f.widen(Weak)
	case Strong:
		f.widen(Strong)
	default:
		f.letter(r, e, i, n)
	}
	return i + n
}

func (f *Folder) letter(r rune, e entry, i, n int) {
	x := f.x
	switch {
	case r >= 0x1000 && r <= 0x109F:
		x.myanmar = true
		if r == 0x1040 && f.zeroIsWa(i+n) {
			e = f.t.lookup(0x101D)
		}
	case r >= 0x1100 && r <= 0x11FF:
		x.jamo = true
	}
	run := f.run
	if f.Gap != Spaced {
		run = 0
	}
	f.Begin(e.class, i)
	for _, sym := range e.syms[:e.n] {
		f.push(sym, i)
	}
	f.End = i + n
	if e.class == Spaced {
		f.Letters++
		if e.marks != 0 {
			f.mark()
		}
	}
	if order := signOrder(r); order > 0 && e.n == 1 && run < maxRun {
		f.run = run
		f.arrange(order)
	}
}

// arrange moves the sign just taken in before the signs of its syllable that
// belong after it.
func (f *Folder) arrange(order uint8) {
	syms, at := f.x.Syms, len(f.x.Syms)-1
	i := f.run
	for ; i > 0 && f.orders[i-1] > order; i-- {
		f.orders[i] = f.orders[i-1]
		syms[at], syms[at-1] = syms[at-1], syms[at]
		at--
	}
	f.orders[i] = order
	f.run++
}

// zeroIsWa tells a Burmese zero that stands for the letter wa, which looks the
// same: it does not follow a figure, and a letter or a sign follows it.
func (f *Folder) zeroIsWa(next int) bool {
	if f.Gap == Spaced && f.Last == Spaced {
		return false
	}
	r, _ := utf8.DecodeRuneInString(f.s[next:])
	return r >= 0x1000 && r <= 0x103F
}

// signOrder is the place of a dependent sign in its syllable, for the scripts
// in which typed order varies; 0 for everything else.
func signOrder(r rune) uint8 {
	switch {
	case r >= 0x102B && r <= 0x103E:
		// Myanmar, by U+102B…U+103E: medials, e, upper, lower, a, dots.
		return [...]uint8{9, 9, 7, 7, 8, 8, 6, 7, 7, 7, 7, 10, 11, 14, 1, 12, 2, 3, 4, 5}[r-0x102B]
	case r >= 0xE48 && r <= 0xE4B, r >= 0xEC8 && r <= 0xECB:
		return 1
	case r == 0xE4D, r == 0xECD:
		return 2
	}
	return 0
}

func (f *Folder) mark() {
	f.marks++
	f.Marked = len(f.x.Syms)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
