package story

import "strings"

// headline gives the hash of a title's words, 0 where it is too short to stand
// for a story, and the hash of the figures in it, in any order, 0 where there
// are none. A trailing publisher's name (" - Reuters", " | BBC") does not
// belong to it.
func headline(title string) (hash uint64, figures uint32) {
	words, characters := 0, 0
	h := uint64(14695981039346656037)
	tokens(withoutPublisher(title), func(word uint32, r rune, digit bool) {
		if r != 0 {
			characters++
			word = finish(uint32(r))
		} else {
			words++
		}
		if digit {
			figures += mix(word, 1)
		}
		h = (h ^ uint64(word)) * 1099511628211
	})
	if words < minWords && characters+2*words < minCharacters {
		return 0, figures
	}
	return max(h, 1), figures
}

// A headline of six words, or of twelve characters in scripts without spaces,
// is repeated by accident too seldom to matter.
const (
	minWords      = 6
	minCharacters = 12
)

// withoutPublisher drops a short last part after a separator, if what stands
// before it is longer and it is no date.
func withoutPublisher(title string) string {
	for _, sep := range []string{" - ", " | ", "|", " – ", " — ", " :: "} {
		i := strings.LastIndex(title, sep)
		if i < 0 {
			continue
		}
		if rest := title[i+len(sep):]; len(strings.Fields(rest)) <= 4 && len(rest) < i && !strings.ContainsAny(rest, "0123456789") {
			return title[:i]
		}
	}
	return title
}
