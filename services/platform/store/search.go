package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Search works on words, in the same way when rows are written and when a
// person asks. Text is brought into one form (Unicode NFKC, lower case, Latin
// letters without accents) and cut into words of letters and digits. Scripts
// that put no spaces between words are cut into overlapping pairs of
// characters, so that any run of two is found wherever it stands.
//
// The column "search" holds the words in order, parted by single spaces, with
// fieldMark between title, summary and text so that no phrase crosses them; the
// column "stems" holds the beginnings of the longer words, once each. The
// table's text indexes answer which rows have all words and beginnings asked
// for; order (phrases) and longer beginnings are then looked up in the rows
// that are left.
const (
	fieldMark = "|"
	// stem is how many letters of a word are indexed as its beginning.
	stem = 4
)

// searchable gives the columns "search" and "stems" for an item's fields.
func searchable(fields ...string) (search, beginnings string) {
	var b strings.Builder
	size := 0
	for _, f := range fields {
		size += len(f)
	}
	b.Grow(size + size/4)
	b.WriteByte(' ')
	stems := map[string]struct{}{}
	for i, f := range fields {
		if i > 0 {
			b.WriteString(fieldMark + " ")
		}
		for w := range words(f) {
			b.WriteString(w)
			b.WriteByte(' ')
			if s := beginning(w); s != "" {
				stems[s] = struct{}{}
			}
		}
	}
	return b.String(), strings.Join(slices.Sorted(maps.Keys(stems)), " ")
}

// beginning is the first letters of a word of a script with spaces that is at
// least that long.
func beginning(word string) string {
	n := 0
	for i, r := range word {
		if unspaced(r) {
			return ""
		}
		if n == stem {
			return word[:i]
		}
		n++
	}
	if n == stem {
		return word
	}
	return ""
}

// words yields the words of a text in order, in the form they are compared in.
func words(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		text = fold(text)
		for start := 0; start < len(text); {
			r, size := utf8.DecodeRuneInString(text[start:])
			if !inWord(r) {
				start += size
				continue
			}
			apart := unspaced(r)
			end := start + size
			for end < len(text) {
				next, size := utf8.DecodeRuneInString(text[end:])
				if !inWord(next) || (unspaced(next) != apart && !unicode.IsMark(next)) {
					break
				}
				end += size
			}
			if !apart {
				if !yield(text[start:end]) {
					return
				}
			} else if !pairs(text[start:end], yield) {
				return
			}
			start = end
		}
	}
}

// pairs yields each two neighbouring characters of a run, or the run itself
// where it is a single one.
func pairs(run string, yield func(string) bool) bool {
	previous := -1
	for i, r := range run {
		if previous >= 0 && !yield(run[previous:i+utf8.RuneLen(r)]) {
			return false
		}
		previous = i
	}
	if previous == 0 {
		return yield(run)
	}
	return true
}

// inWord reports whether a character is part of words.
func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// unspaced reports whether a character is of a script that puts no spaces
// between words, or whose words carry their endings without one (Hangul).
func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Tibetan, unicode.Myanmar,
		unicode.Khmer, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// fold brings a text into the form in which words are compared.
func fold(text string) string {
	if isLowerASCII(text) {
		return text
	}
	latin := false // the last letter was a Latin one
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			if latin {
				return -1
			}
			return r
		}
		if r < utf8.RuneSelf {
			latin = true
			return unicode.ToLower(r)
		}
		r = unicode.ToLower(r)
		if latin = unicode.Is(unicode.Latin, r); latin {
			return unaccented(r)
		}
		return r
	}, norm.NFKC.String(text))
}

func isLowerASCII(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// unaccented is a Latin letter without its accent.
func unaccented(r rune) rune {
	switch r {
	case 'đ', 'ð':
		return 'd'
	case 'ł':
		return 'l'
	case 'ø':
		return 'o'
	case 'ı':
		return 'i'
	}
	var buf [utf8.UTFMax]byte
	d := norm.NFD.Properties(buf[:utf8.EncodeRune(buf[:], r)]).Decomposition()
	if len(d) == 0 {
		return r
	}
	base, _ := utf8.DecodeRune(d)
	if base >= utf8.RuneSelf { // two accents
		return unaccented(base)
	}
	return base
}

// textQuery is what a person typed, ready to ask.
type textQuery struct {
	words    []string // all of them, in any order
	stems    []string // beginnings of words, all of them
	patterns []string // LIKE patterns over the column "search", all of them
}

// maxWords bounds the words of a question; the engine takes no more than 64.
const maxWords = 60

// parseText reads what a person typed: words, "phrases" and beginnings*.
func parseText(text string) (textQuery, error) {
	var q textQuery
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 { // within quotes
			q.phrase(slices.Collect(words(part)))
			continue
		}
		for term := range strings.FieldsSeq(part) {
			if err := q.term(term); err != nil {
				return textQuery{}, err
			}
		}
	}
	slices.Sort(q.words)
	slices.Sort(q.stems)
	q.words, q.stems = slices.Compact(q.words), slices.Compact(q.stems)
	if len(q.words)+len(q.stems) == 0 {
		return textQuery{}, fmt.Errorf("%w: no word in the text", ErrQuery)
	}
	if len(q.words)+len(q.stems) > maxWords {
		return textQuery{}, fmt.Errorf("%w: more than %d words", ErrQuery, maxWords)
	}
	return q, nil
}

// term takes one run of characters between blanks.
func (q *textQuery) term(term string) error {
	list := slices.Collect(words(term))
	if len(list) == 0 {
		return nil
	}
	last := list[len(list)-1]
	if r, size := utf8.DecodeRuneInString(last); len(list) == 1 && size == len(last) && unspaced(r) {
		return fmt.Errorf("%w: %s needs at least two characters", ErrQuery, term)
	}
	if first, _ := utf8.DecodeRuneInString(last); !strings.HasSuffix(term, "*") || unspaced(first) {
		q.phrase(list) // "U.S." or a name in Chinese is a phrase of its own
		return nil
	}
	s := beginning(last)
	if s == "" {
		return fmt.Errorf("%w: %s needs at least %d letters before the star", ErrQuery, term, stem)
	}
	q.words, q.stems = append(q.words, list[:len(list)-1]...), append(q.stems, s)
	if last != s || len(list) > 1 {
		q.patterns = append(q.patterns, "% "+strings.Join(list, " ")+"%")
	}
	return nil
}

// phrase takes words that follow each other.
func (q *textQuery) phrase(list []string) {
	q.words = append(q.words, list...)
	if len(list) > 1 {
		q.patterns = append(q.patterns, "% "+strings.Join(list, " ")+" %")
	}
}
