// Package words holds the product's own words in mails and on answering pages,
// in six languages.
//
// In: a language, a key, values. Out: a text. The texts are data: one file a
// language under catalogue/. Load refuses a catalogue in which a language lacks
// a key, a plural form or a placeholder that English has. It is pure. Called by
// the notifier and its stages; what others wrote (titles, remarks) is never
// translated.
package words

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

//go:embed catalogue
var catalogue embed.FS

// Book is the catalogue in all languages.
type Book struct{ languages map[string]*Language }

// Language gives texts in one language.
type Language struct {
	Code  string // BCP 47: en, id, vi, th, zh, ja
	tag   language.Tag
	texts map[string]string
}

// Load reads the catalogue and holds every language against English.
func Load() (*Book, error) {
	b := &Book{languages: map[string]*Language{}}
	for _, code := range kulkul.Languages() {
		name := "catalogue/" + code + ".yaml"
		raw, err := catalogue.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("words: %w", err)
		}
		l := &Language{Code: code, tag: language.Make(code)}
		if err := config.Decode(name, raw, &l.texts); err != nil {
			return nil, fmt.Errorf("words: %w", err)
		}
		b.languages[code] = l
	}
	return b, b.check()
}

// In gives a language; English where there are no words in the one asked for.
func (b *Book) In(code string) *Language {
	if l, ok := b.languages[code]; ok {
		return l
	}
	return b.languages["en"]
}

// forms are the plural forms that a language's counts may take.
func (l *Language) forms() []string {
	var out []string
	for n := range 200 {
		if f := l.form(n); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// form is the plural form of a count (CLDR).
func (l *Language) form(n int) string {
	switch plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0) {
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

// placeholder is {name} in a text.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func places(text string) []string {
	out := placeholder.FindAllString(text, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

// counted splits "days.other" into "days" and "other"; a key that does not end
// in a plural form is none of a count.
func counted(key string) (base, form string, ok bool) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 || !slices.Contains([]string{"one", "two", "few", "many", "other"}, key[i+1:]) {
		return key, "", false
	}
	return key[:i], key[i+1:], true
}

func (b *Book) check() error {
	var faults []error
	en := b.languages["en"]
	for _, l := range b.languages {
		for _, key := range slices.Sorted(maps.Keys(en.texts)) {
			base, form, ok := counted(key)
			if !ok {
				faults = append(faults, l.holds(key, en.texts[key], false))
			} else if form == "other" {
				for _, f := range l.forms() {
					faults = append(faults, l.holds(base+"."+f, en.texts[key], f != "other"))
				}
			}
		}
		for key := range l.texts {
			base, form, ok := counted(key)
			if _, known := en.texts[key]; !known && !(ok && en.texts[base+".other"] != "" && slices.Contains(l.forms(), form)) {
				faults = append(faults, fmt.Errorf("words: %s has %q, which English has not", l.Code, key))
			}
		}
	}
	return errors.Join(faults...)
}

// holds reports what the language lacks of a text; a form for few may leave the
// number unsaid.
func (l *Language) holds(key, english string, few bool) error {
	text, ok := l.texts[key]
	if !ok || text == "" {
		return fmt.Errorf("words: %s lacks %q", l.Code, key)
	}
	want, have := places(english), places(text)
	if few {
		want, have = without(want, "{n}"), without(have, "{n}")
	}
	if !slices.Equal(want, have) {
		return fmt.Errorf("words: %s has %v in %q, want %v", l.Code, have, key, want)
	}
	return nil
}

func without(list []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == one })
}
