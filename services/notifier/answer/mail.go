package answer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
)

// Commands are the words by which a mail answers, in every language of the
// catalogue: people write in their own, whatever the mail was written in.
type Commands struct{ list []command } // the longest first

type command struct {
	word   string // NFC
	runes  int
	action link.Action
}

// NewCommands reads them from the catalogue. A word that stands for two actions
// is an error.
func NewCommands(book *words.Book) (Commands, error) {
	means := map[string]link.Action{}
	for _, code := range kulkul.Languages() {
		for _, action := range []link.Action{link.Acknowledge, link.Concur, link.Doubt, link.Note} {
			list, err := book.In(code).Say("command." + string(action))
			if err != nil {
				return Commands{}, err
			}
			for word := range strings.SplitSeq(list, ",") {
				word = norm.NFC.String(strings.ToLower(strings.TrimSpace(word)))
				if other, ok := means[word]; word == "" || ok && other != action {
					return Commands{}, fmt.Errorf("words: %q in %s is no command for %s: it is empty, or one for %s", word, code, action, other)
				}
				means[word] = action
			}
		}
	}
	var c Commands
	for word, action := range means {
		c.list = append(c.list, command{word, utf8.RuneCountInString(word), action})
	}
	slices.SortFunc(c.list, func(a, b command) int { return cmp.Or(cmp.Compare(b.runes, a.runes), cmp.Compare(a.word, b.word)) })
	return c, nil
}

// between is what may stand between a command and its text.
const between = ".,:;!-–—。、，：；！ \u00a0\u3000\t\r\n"

// Read reads what a mail's text asks for: what it begins with where that is a
// command, whatever its case, and a word of its own; with the rest as the text.
// Else the text is a note. In languages that write without spaces a longer word
// that begins as a command does is none: it may say the opposite.
func (c Commands) Read(text string) (link.Action, string) {
	text = strings.TrimSpace(text)
	whole := norm.NFC.String(text) // as typed on some systems, letters and their marks are apart
	for _, one := range c.list {
		if rest, ok := after(whole, one); ok {
			return one.action, strings.TrimLeft(rest, between)
		}
	}
	return link.Note, text
}

// after gives what follows a command at the beginning of a text.
func after(text string, c command) (string, bool) {
	end := 0
	for range c.runes {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size // 0 at the end of the text
	}
	next, _ := utf8.DecodeRuneInString(text[end:])
	return text[end:], strings.EqualFold(text[:end], c.word) && !unicode.In(next, unicode.Letter, unicode.Mark, unicode.Digit)
}
