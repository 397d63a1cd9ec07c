package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded is what one character becomes: up to maxRunes letters, the class, and
// the sum of the marks that were taken off (0: none).
type folded struct {
	class Class
	runes []rune
	marks uint32
}

const maxRunes = 3

// foldRune folds one character; han maps traditional Han to simplified.
func foldRune(r rune, han map[rune]rune) folded {
	switch {
	case invisible(r):
		return folded{class: Skip}
	case r >= 0x300 && r <= 0x36F:
		return folded{class: Skip, marks: markCode(r)}
	case r >= 0xAC00 && r <= 0xD7A3:
		return folded{class: Hangul, runes: []rune{r}}
	case unicode.Is(unicode.Nd, r):
		return folded{class: Spaced, runes: []rune{'0' + digit(r)}}
	}
	if alias, ok := aliases(r); ok {
		return folded{class: classOf(alias[0]), runes: alias, marks: aliasMark(r)}
	}
	f := folded{}
	for _, c := range norm.NFKD.String(string(r)) {
		c = unicode.ToLower(c)
		switch {
		case c >= 0x300 && c <= 0x36F:
			f.marks += markCode(c)
			continue
		case c == 0x93C: // Devanagari nukta
			continue
		}
		if s, ok := han[c]; ok {
			c = s
		}
		if alias, ok := aliases(c); ok {
			f.runes = append(f.runes, alias...)
			f.marks += aliasMark(c)
			continue
		}
		f.runes = append(f.runes, c)
	}
	if len(f.runes) == 0 || len(f.runes) > maxRunes {
		return folded{class: separator(r)}
	}
	f.class = classOf(f.runes[0])
	if f.class <= Weak {
		f.class, f.runes = separator(r), nil
	}
	return f
}

// aliases are foldings that Unicode's decompositions do not hold.
func aliases(r rune) ([]rune, bool) {
	switch r {
	case 'đ', 'Đ', 'ð', 'Ð':
		return []rune{'d'}, true
	case 'ł', 'Ł':
		return []rune{'l'}, true
	case 'ø', 'Ø':
		return []rune{'o'}, true
	case 'ı':
		return []rune{'i'}, true
	case 'ß', 'ẞ':
		return []rune{'s', 's'}, true
	case 'æ', 'Æ':
		return []rune{'a', 'e'}, true
	case 'œ', 'Œ':
		return []rune{'o', 'e'}, true
	case 'ё', 'Ё':
		return []rune{'е'}, true
	case 0x901: // Devanagari candrabindu as anusvara
		return []rune{0x902}, true
	case 'แ':
		return []rune{'เ', 'เ'}, true
	case 'ແ':
		return []rune{'ເ', 'ເ'}, true
	case 0xEBC, 0xEA3: // Lao: the sign below and the letter ro, written lo as well
		return []rune{0xEA5}, true
	case 0x1009: // Burmese nya, often written as the vowel
		return []rune{0x1025}, true
	case 0x17B2: // Khmer
		return []rune{0x17B1}, true
	}
	return nil, false
}

// aliasMark tells đ from d; the other aliases are spellings of one letter.
func aliasMark(r rune) uint32 {
	switch r {
	case 'đ', 'Đ':
		return markCode('đ')
	}
	return 0
}

// markCode is a number for a mark such that sums of a few tell marks apart.
func markCode(r rune) uint32 { return (uint32(r)*2654435761)>>3 | 1 }

func digit(r rune) rune {
	// Decimal digits of a script stand together in order, starting at a
	// multiple of ten code points from some zero: walk down to it.
	d := rune(0)
	for d < 9 && unicode.Is(unicode.Nd, r-d-1) {
		d++
	}
	if r >= 0x1D7CE && r <= 0x1D7FF { // mathematical digits: five sets in a row
		return (r - 0x1D7CE) % 10
	}
	return d
}

func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x93C, r == 0xFEFF, r == 0x17B4, r == 0x17B5,
		r >= 0x180B && r <= 0x180E, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F:
		return true
	}
	return false
}

func classOf(r rune) Class {
	switch {
	case r < 0x80:
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return Spaced
		}
		return separator(r)
	case unicode.Is(unicode.Hangul, r):
		return Hangul
	case r == 'ー', r == '々', r == 0x3099, r == 0x309A:
		return Unspaced
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar, unicode.Bopomofo, unicode.Tibetan):
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return Unspaced
		}
		return separator(r)
	case unicode.IsLetter(r), unicode.IsMark(r):
		return Spaced
	}
	return separator(r)
}

// separator is the class of a character that is no letter.
func separator(r rune) Class {
	if unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Pd, r) ||
		strings.ContainsRune("\t\n\r'\"`´’‘“”„«»‹›ʼʻ′/&_*#@+~·・•‐‑", r) {
		return Weak
	}
	return Strong
}
