package story

import (
	"strings"
	"unicode/utf8"
)

// headline gives the hash of a title's words, and whether it is long enough to
// stand for a story. A trailing publisher's name (" - Reuters", " | BBC") does
// not belong to it.
func headline(title string) (hash uint64, telling bool) {
	title = withoutPublisher(title)
	n, characters := 0, 0
	h := uint64(14695981039346656037)
	words(title, func(word string, spaced bool) {
		if spaced {
			n++
		} else {
			characters += utf8.RuneCountInString(word)
		}
		for i := range len(word) {
			h = (h ^ uint64(word[i])) * 1099511628211
		}
		h = (h ^ ' ') * 1099511628211
	})
	return h, n >= minWords || characters >= minCharacters || n*2+characters >= minCharacters
}

// A headline of six words, or of twelve characters in scripts without spaces,
// is repeated by accident too seldom to matter.
const (
	minWords      = 6
	minCharacters = 12
)

// withoutPublisher drops a short last part after a separator, if what stands
// before it is longer.
func withoutPublisher(title string) string {
	for _, sep := range []string{" - ", " | ", " – ", " — ", " :: "} {
		i := strings.LastIndex(title, sep)
		if i < 0 {
			continue
		}
		if rest := title[i+len(sep):]; len(strings.Fields(rest)) <= 4 && len(rest) < i {
			return title[:i]
		}
	}
	return title
}
