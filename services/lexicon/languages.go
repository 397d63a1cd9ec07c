package lexicon

import (
	"slices"
	"unicode"

	"github.com/kulkul-ews/kulkul/services/lexicon/language"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// unknownLanguage stands, after the known languages, for a text whose language
// cannot be told, and foreignLanguage for one that the taxonomy does not speak.
func unknownLanguage() int { return len(rulefile.Languages()) }

func foreignLanguage() int { return unknownLanguage() + 1 }

// languageIndex is the bit of a language.
func languageIndex(code string) int {
	if i := slices.Index(rulefile.Languages(), code); i >= 0 {
		return i
	}
	if code == language.Unknown {
		return unknownLanguage()
	}
	return foreignLanguage()
}

// family is the script family in which a language is written; terms of
// languages of one family are kept apart by language, of different families by
// their letters.
func family(code string) string {
	switch code {
	case "en", "id", "ms", "vi", "tl", "fr", "pt":
		return "latin"
	case "ru", "mn":
		return "cyrillic"
	case "zh", "ja":
		return "han"
	}
	return code
}

// kin are the languages whose terms count in text of a language, besides its own.
func kin(code string) []string {
	switch code {
	case "id":
		return []string{"ms"}
	case "ms":
		return []string{"id"}
	case "tl":
		return []string{"en"}
	}
	return nil
}

// audience is the set of text languages, as bits, in which a term of the given
// language counts.
func audience(termLanguage, text string) uint32 {
	all := uint32(1)<<(foreignLanguage()+1) - 1
	if termLanguage == rulefile.Every {
		return all
	}
	own := family(termLanguage)
	if written := script(text); written != "" {
		own = written // a Latin abbreviation in a Chinese list is Latin
	}
	set := uint32(1) << unknownLanguage()
	for i, code := range rulefile.Languages() {
		if code == termLanguage || slices.Contains(kin(code), termLanguage) || family(code) != own {
			set |= 1 << i
		}
	}
	return set
}

// script is the family of the first letter of s where that is plain.
func script(s string) string {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			return "latin"
		case unicode.Is(unicode.Cyrillic, r):
			return "cyrillic"
		case unicode.Is(unicode.Han, r), unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r):
			return "han"
		case unicode.IsLetter(r):
			return ""
		}
	}
	return ""
}
