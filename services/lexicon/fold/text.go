package fold

import "unicode/utf8"

// Text is a folded string. It may be used again for the next string.
type Text struct {
	// Syms are the symbols; Offs the byte at which each begins, and one more
	// for the end of the last. The two edge symbols begin where the letter
	// before them ended.
	Syms []uint16
	Offs []uint32
	// Stops are the indices of symbols at which a match may begin after a word
	// of a spaced script that holds none.
	Stops []uint32
	// Bare says that the text writes (nearly) no marks on Latin letters.
	Bare bool

	source  string
	origin  *origin // where Offs count in a rewritten string
	letters int
	marked  int
	myanmar bool
	jamo    bool
}

// folder is the state of one run over a string.
type folder struct {
	t        *Table
	x        *Text
	s        string
	last     Class // of the last letter; Strong at the start
	gap      Class // Strong, Weak, or Spaced for none
	end      int   // where the last letter ended
	word     int   // where the present word began
	initials bool  // the present word is letters with full stops
	order    uint8 // place of the last sign in its syllable, 0 for a letter
}

// Fold folds s into x, whose old contents are dropped.
func (t *Table) Fold(x *Text, s string) {
	x.origin = nil
	t.fold(x, s)
	if x.myanmar && zawgyi(s) || x.jamo {
		rewritten, o := rewrite(s, x.myanmar && zawgyi(s))
		t.fold(x, rewritten)
		x.origin = o
	}
	x.source = s
}

func (t *Table) fold(x *Text, s string) {
	x.Syms, x.Offs, x.Stops = x.Syms[:0], x.Offs[:0], x.Stops[:0]
	x.letters, x.marked, x.myanmar, x.jamo = 0, 0, false, false
	f := folder{t: t, x: x, s: s, last: Strong, gap: Strong}
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i = f.ascii(i)
		} else {
			i = f.wide(i)
		}
	}
	x.Offs = append(x.Offs, uint32(f.end))
	x.Bare = x.marked*12 < x.letters
}

// ascii takes in what begins at i, a word at a time, and says where it ended.
func (f *folder) ascii(i int) int {
	e := &f.t.ascii[f.s[i]]
	switch e.class {
	case Spaced:
		f.begin(Spaced, i)
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
func (f *folder) letters(i int) int {
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
	x.letters += i - first
	f.end = i
	return i
}

// begin makes ready for a letter of class c at i: edges first.
func (f *folder) begin(c Class, i int) {
	x := f.x
	edge := c == Spaced && (f.gap < Spaced || f.last != Spaced) || c == Hangul && f.gap < Spaced
	switch {
	case f.gap == Strong && f.last != Strong:
		f.push(SymStrong, f.end)
	case c != Spaced && f.last == Spaced:
		x.Stops = append(x.Stops, uint32(len(x.Syms)))
	}
	if edge {
		x.Stops = append(x.Stops, uint32(len(x.Syms)))
		f.push(SymEdge, f.end)
		f.word, f.initials = i, false
	} else if f.gap == Strong && f.last == Spaced {
		x.Stops = append(x.Stops, uint32(len(x.Syms)))
	}
	f.last, f.gap, f.order = c, Spaced, 0
}

func (f *folder) push(sym uint16, at int) {
	f.x.Syms = append(f.x.Syms, sym)
	f.x.Offs = append(f.x.Offs, uint32(at))
}

// widen makes the gap since the last letter at least as wide as c.
func (f *folder) widen(c Class) { f.gap = min(f.gap, c) }

// stop handles a mark that ends a phrase, unless it stands within a figure, an
// abbreviation or initials.
func (f *folder) stop(i int) int {
	s := f.s
	inWord := f.gap == Spaced && f.last == Spaced
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
	case s[i] == '.' && (inWord && (f.initials || i-f.word <= 3) || f.gap == Spaced && f.last == Unspaced):
		f.widen(Weak)
	default:
		f.widen(Strong)
	}
	return i + 1
}

// apostrophe handles an apostrophe of n bytes at i: a possessive 's is dropped.
func (f *folder) apostrophe(i, n int) int {
	s, j := f.s, i+n
	inWord := f.gap == Spaced && f.last == Spaced
	f.widen(Weak)
	if inWord && j < len(s) && (s[j] == 's' || s[j] == 'S') && (j+1 == len(s) || s[j+1] < utf8.RuneSelf && !isLetter(s[j+1])) {
		return j + 1
	}
	return j
}

// wide takes in the character outside ASCII that begins at i.
func (f *folder) wide(i int) int {
	r, n := utf8.DecodeRuneInString(f.s[i:])
	if r == utf8.RuneError && n == 1 {
		f.widen(Strong)
		return i + 1
	}
	e := f.t.lookup(r)
	switch e.class {
	case Skip:
		if f.gap == Spaced && f.last != Strong {
			f.end = i + n
		}
		if e.marks != 0 {
			f.x.marked++
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

func (f *folder) letter(r rune, e entry, i, n int) {
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
	order := f.order
	f.begin(e.class, i)
	for _, sym := range e.syms[:e.n] {
		f.push(sym, i)
	}
	f.end = i + n
	if e.class == Spaced {
		x.letters++
		if e.marks != 0 {
			x.marked++
		}
	}
	f.order = signOrder(r)
	if k := len(x.Syms); f.order > 0 && f.order < order && e.n == 1 && k > 1 {
		x.Syms[k-1], x.Syms[k-2] = x.Syms[k-2], x.Syms[k-1]
		f.order = order
	}
}

// zeroIsWa tells a Burmese zero that stands for the letter wa, which looks the
// same: it follows a letter or carries a sign.
func (f *folder) zeroIsWa(next int) bool {
	if f.gap == Spaced && f.last == Unspaced {
		return true
	}
	r, _ := utf8.DecodeRuneInString(f.s[next:])
	return r >= 0x102B && r <= 0x103E
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

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
