package fold

import "unicode/utf8"

// Zawgyi is an old encoding of Burmese that uses Unicode's code points by other
// rules: vowel e and medial ra stand before the consonant as they are drawn,
// and stacked and narrow shapes have code points of their own.
// Both tables below follow the public description of the encoding.

// zawgyi reports whether the Burmese in s reads better as Zawgyi than as Unicode.
func zawgyi(s string) bool {
	old, standard := 0, 0
	prev := rune(0)
	for i, r := range s {
		switch {
		case r == 0x1031 && (consonant(prev) || prev >= 0x103B && prev <= 0x103E):
			standard++
		case r == 0x1031:
			old += 2
		case r >= 0x1060 && r <= 0x1097 && r != 0x1075 && r != 0x1080 && r != 0x1081 && r != 0x1086:
			old++
		case r == 0x103B && !consonant(prev) && prev != 0x103A:
			old += 2
		case r == 0x103E:
			standard++
		case r == 0x1039:
			next, _ := utf8.DecodeRuneInString(s[i+3:])
			switch {
			case prev == 0x103A || stacks(prev, next):
				standard++
			case consonant(next):
				old += 2
			default: // nothing to stand under
				old += 5
			}
		case r == 0x103A && prev >= 0x102B && prev <= 0x1037, r == 0x1038 && prev == 0x103A, r == 0x103A && prev == 0x1004:
			standard++
		}
		prev = r
	}
	return old > standard
}

// stacks reports whether b may stand under a: consonants of one row of the
// alphabet, or two l.
func stacks(a, b rune) bool {
	if a == 0x1004 { // nga stands over others with a sign of its own
		return false
	}
	return a == b && a == 0x101C || alphabetRow(a) > 0 && alphabetRow(a) == alphabetRow(b)
}

// alphabetRow is the row of a consonant, 0 for those that stack under none.
func alphabetRow(r rune) int {
	switch {
	case r < 0x1000 || r > 0x1019:
		return 0
	case r <= 0x1004:
		return 1
	case r <= 0x100A:
		return 2
	case r <= 0x100F:
		return 3
	case r <= 0x1014:
		return 4
	}
	return 5
}

func consonant(r rune) bool {
	return r >= 0x1000 && r <= 0x1021 || r == 0x103F || r == 0x1025 || r == 0x1027
}

// zawgyiShapes maps a Zawgyi code point to Unicode. What is not listed stays.
func zawgyiShapes(r rune) []rune {
	switch r {
	case 0x1033:
		return []rune{0x102F}
	case 0x1034:
		return []rune{0x1030}
	case 0x1039:
		return []rune{0x103A}
	case 0x103A, 0x107D:
		return []rune{0x103B}
	case 0x103B, 0x107E, 0x107F, 0x1080, 0x1081, 0x1082, 0x1083, 0x1084:
		return []rune{0x103C}
	case 0x103C:
		return []rune{0x103D}
	case 0x103D, 0x1087:
		return []rune{0x103E}
	case 0x105A:
		return []rune{0x102B, 0x103A}
	case 0x1064:
		return kinzi()
	case 0x106A:
		return []rune{0x1009}
	case 0x106B:
		return []rune{0x100A}
	case 0x1086:
		return []rune{0x103F}
	case 0x1088:
		return []rune{0x103E, 0x102F}
	case 0x1089:
		return []rune{0x103E, 0x1030}
	case 0x108A:
		return []rune{0x103D, 0x103E}
	case 0x108B:
		return append(kinzi(), 0x102D)
	case 0x108C:
		return append(kinzi(), 0x102E)
	case 0x108D:
		return append(kinzi(), 0x1036)
	case 0x108E:
		return []rune{0x102D, 0x1036}
	case 0x108F:
		return []rune{0x1014}
	case 0x1090:
		return []rune{0x101B}
	case 0x1094, 0x1095:
		return []rune{0x1037}
	}
	return zawgyiStacks(r)
}

func kinzi() []rune { return []rune{0x1004, 0x103A, 0x1039} }

// zawgyiStacks maps the shapes of stacked consonants.
func zawgyiStacks(r rune) []rune {
	under := [...]rune{ // from U+1060 on
		0x1000, 0x1001, 0x1002, 0x1003, 0, 0x1005, 0x1006, 0x1006, 0x1007, 0x1008, 0, 0, 0x100B, 0x100C, 0, 0,
		0x100F, 0x1010, 0x1010, 0x1011, 0x1011, 0x1012, 0x1013, 0x1014, 0x1015, 0x1016, 0x1017, 0x1018, 0x1019,
	}
	switch r {
	case 0x106E:
		return []rune{0x100D, 0x1039, 0x100D}
	case 0x106F:
		return []rune{0x100D, 0x1039, 0x100E}
	case 0x1085:
		return []rune{0x1039, 0x101C}
	case 0x1091:
		return []rune{0x100F, 0x1039, 0x100D}
	case 0x1092:
		return []rune{0x100B, 0x1039, 0x100C}
	case 0x1093:
		return []rune{0x1039, 0x1018}
	case 0x1096:
		return []rune{0x1039, 0x1010, 0x103D}
	case 0x1097:
		return []rune{0x100B, 0x1039, 0x100B}
	}
	if k := int(r) - 0x1060; k >= 0 && k < len(under) && under[k] != 0 {
		return []rune{0x1039, under[k]}
	}
	return []rune{r}
}

// syllable gathers one cluster until it can be written in Unicode's order.
type syllable struct {
	runes      []rune
	places     []uint8
	based      bool
	start, end int
}

func fromZawgyi(w *writer, s string) {
	var y syllable
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r < 0x1000 || r > 0x109F {
			y.flush(w)
			w.put(r, i, end)
			continue
		}
		shapes := zawgyiShapes(r)
		base := consonant(shapes[0]) && !(len(shapes) > 2 && shapes[1] == 0x103A) || shapes[0] == 0x1009
		prefix := shapes[0] == 0x1031 || shapes[0] == 0x103C
		if y.based && (base || prefix) || len(y.runes) > 16 || shapes[0] >= 0x1022 && shapes[0] <= 0x102A || r >= 0x1040 && r <= 0x104F {
			y.flush(w)
		}
		if len(y.runes) == 0 {
			y.start = i
		}
		y.end = end
		y.add(shapes, base)
	}
	y.flush(w)
}

func (y *syllable) add(shapes []rune, base bool) {
	y.based = y.based || base
	for k, r := range shapes {
		place := 1 + signOrder(r)
		switch {
		case len(shapes) > 2 && shapes[0] == 0x1004 && k < 3: // kinzi goes first
			place = 0
		case base || k > 0 && shapes[k-1] == 0x1039 || r == 0x1039:
			place = 1
		}
		y.runes, y.places = append(y.runes, r), append(y.places, place)
	}
}

// flush writes the cluster: its parts by their place, equal ones as they came.
func (y *syllable) flush(w *writer) {
	for k := 1; k < len(y.runes); k++ {
		for n := k; n > 0 && y.places[n] < y.places[n-1]; n-- {
			y.places[n], y.places[n-1] = y.places[n-1], y.places[n]
			y.runes[n], y.runes[n-1] = y.runes[n-1], y.runes[n]
		}
	}
	for _, r := range y.runes {
		w.put(r, y.start, y.end)
	}
	*y = syllable{runes: y.runes[:0], places: y.places[:0]}
}
