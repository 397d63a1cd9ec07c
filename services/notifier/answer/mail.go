package answer

import (
	"strings"
	"unicode"

	"github.com/kulkul-ews/kulkul/services/notifier/link"
)

// Command reads what a mail's text asks for: its first word where that is a
// command (acknowledge, ack, concur, doubt or note, whatever its case), with the
// rest as the text; else the text is a note.
func Command(text string) (link.Action, string) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		end = len(text)
	}
	rest := strings.TrimLeft(text[end:], ".,:;!- \t\r\n")
	switch strings.ToLower(text[:end]) {
	case "ack", "acknowledge", "acknowledged":
		return link.Acknowledge, rest
	case "concur":
		return link.Concur, rest
	case "doubt":
		return link.Doubt, rest
	case "note":
		return link.Note, rest
	}
	return link.Note, text
}
