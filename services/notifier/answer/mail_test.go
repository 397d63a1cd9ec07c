package answer_test

import (
	"testing"

	"github.com/kulkul-ews/kulkul/services/notifier/answer"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
)

func TestTheFirstWordOfAMailIsACommandOrTheTextANote(t *testing.T) {
	for text, want := range map[string]struct {
		action link.Action
		text   string
	}{
		"Acknowledge":                      {link.Acknowledge, ""},
		"ack.\n\nOn it.":                   {link.Acknowledge, "On it."},
		"CONCUR, seen by us as well":       {link.Concur, "seen by us as well"},
		" doubt: old news":                 {link.Doubt, "old news"},
		"Note - two ships":                 {link.Note, "two ships"},
		"Doubtful, but two ships":          {link.Note, "Doubtful, but two ships"},
		"I concur":                         {link.Note, "I concur"},
		"疑問":                               {link.Note, "疑問"},
		"":                                 {link.Note, ""},
		"\u00a0acknowledged the other day": {link.Acknowledge, "the other day"},
	} {
		if action, rest := answer.Command(text); action != want.action || rest != want.text {
			t.Errorf("%q: %s %q", text, action, rest)
		}
	}
}
