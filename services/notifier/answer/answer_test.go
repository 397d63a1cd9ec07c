package answer_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/answer"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func letter() answer.Letter {
	alert := func(area string) kulkul.Alert {
		return kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: area, Group: "volume"}, Episode: 2}
	}
	return answer.Letter{Delivery: kulkul.Delivery{ID: "d1", Recipient: "lim", Flashpoint: "sabah", Episode: 3},
		Alerts: []kulkul.Alert{alert("maritime-security"), alert("terrorism")}}
}

func by(a link.Action, text string) answer.Answer {
	return answer.Answer{Action: a, Text: text, At: now, Person: kulkul.Person{ID: "lim", Role: "eep", Country: "SG"}}
}

func TestAnAnswerReachesThePageOfEachAlertTold(t *testing.T) {
	for action, want := range map[link.Action]int{link.Acknowledge: 2, link.Concur: 2, link.Doubt: 2, link.Note: 1, link.Unsubscribe: 1} {
		got, err := answer.Reviews(letter(), by(action, " A word. "))
		if err != nil || len(got) != want {
			t.Fatalf("%s: %d reviews, want %d (%v)", action, len(got), want, err)
		}
		again, err := answer.Reviews(letter(), by(action, "Another word."))
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for i, r := range got {
			if answer.ActionOf(r) != action || r.Delivery != "d1" || r.Via != "mail" || r.Giver() != "lim" || r.ID != again[i].ID {
				t.Errorf("%s: %+v", action, r)
			}
			ids[r.ID] = true
		}
		if len(ids) != want {
			t.Errorf("%s: two reviews have one id", action)
		}
	}
}

func TestARecusedPersonOnlyComments(t *testing.T) {
	for action, want := range map[link.Action]error{link.Acknowledge: answer.ErrRecused, link.Concur: answer.ErrRecused, link.Doubt: answer.ErrRecused,
		link.Note: nil, link.Unsubscribe: nil} {
		a := by(action, "We gave notice.")
		a.Recused = true
		got, err := answer.Reviews(letter(), a)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", action, err, want)
		}
		if action == link.Note && !(got[0].Assessment.AsParty && got[0].Assessment.Opinion == "" && answer.ActionOf(got[0]) == link.Note) {
			t.Errorf("a comment: %+v", got[0])
		}
	}
}

func TestTextsAreHeldToTheirLimits(t *testing.T) {
	for name, c := range map[string]struct {
		action link.Action
		text   string
		want   error
	}{
		"a note without words":     {link.Note, " \n", answer.ErrText},
		"a judgement without":      {link.Doubt, "", nil},
		"as long as may be":        {link.Note, strings.Repeat("语", answer.MaxText), nil},
		"longer":                   {link.Note, strings.Repeat("a", answer.MaxText+1), answer.ErrText},
		"what is no text":          {link.Concur, "\xff", answer.ErrText},
		"an acknowledgement, bare": {link.Acknowledge, "", nil},
	} {
		if _, err := answer.Reviews(letter(), by(c.action, c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
