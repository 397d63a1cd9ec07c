package review

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

func here(person string) Context {
	return Context{
		User: kulkul.User{Name: "marta", Role: kulkul.RoleCoordinator, Person: person},
		Now:  time.Date(2026, 1, 12, 9, 0, 3, 0, time.UTC),
		Register: config.Register{
			People:  []kulkul.Person{{ID: "vn", Country: "VN"}, {ID: "nz", Country: "NZ"}},
			Parties: map[string][]string{"south-china-sea": {"VN"}},
		},
	}
}

func alert() kulkul.Alert {
	return kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "south-china-sea", Area: "maritime-security", Group: "volume"},
		Episode: 2, State: kulkul.Firing, Level: kulkul.Elevated}
}

func TestForms(t *testing.T) {
	for name, c := range map[string]struct {
		verdict kulkul.Verdict
		form    string
		fault   string // "" for none
		check   func(kulkul.Review) bool
	}{
		"ack":              {kulkul.Ack, "", "", func(r kulkul.Review) bool { return r.By == "marta" && r.Episode == 2 && r.Via == "console" }},
		"note":             {kulkul.Note, "text=+seen+", "", func(r kulkul.Review) bool { return r.Text == "seen" }},
		"empty note":       {kulkul.Note, "text=++", "reason", nil},
		"long note":        {kulkul.Note, "text=" + strings.Repeat("x", maxText+1), "longer", nil},
		"no text":          {kulkul.Note, "text=%ff%fe", "no text", nil},
		"concur":           {kulkul.Assess, "opinion=concur", "", func(r kulkul.Review) bool { return r.Assessment.Opinion == "concur" && !r.Assessment.AsParty }},
		"no opinion":       {kulkul.Assess, "opinion=perhaps", "concur or doubt", nil},
		"resolve":          {kulkul.Resolve, "text=over", "", func(r kulkul.Review) bool { return r.Alert == alert().Key }},
		"resolve silently": {kulkul.Resolve, "", "reason", nil},
		"escalate":         {kulkul.Escalate, "level=critical&text=x", "", func(r kulkul.Review) bool { return r.Level == kulkul.Critical }},
		"escalate down":    {kulkul.Escalate, "level=elevated&text=x", "above", nil},
		"escalate nowhere": {kulkul.Escalate, "level=worse&text=x", "above", nil},
		"escalate dumb":    {kulkul.Escalate, "level=critical", "reason", nil},
		"silence": {kulkul.Silence, "hours=24&below=high&text=drill", "", func(r kulkul.Review) bool {
			return r.Matcher.Area == "maritime-security" && r.Matcher.Group == "volume" && r.Matcher.Below == kulkul.High && r.Until.Equal(r.At.Add(24*time.Hour))
		}},
		"silence wide":    {kulkul.Silence, "hours=6&scope=flashpoint&text=x", "", func(r kulkul.Review) bool { return *r.Matcher == kulkul.Matcher{Flashpoint: "south-china-sea"} }},
		"silence forever": {kulkul.Silence, "hours=99999&text=x", "30 days", nil},
		"silence never":   {kulkul.Silence, "hours=0&text=x", "30 days", nil},
		"silence unknown": {kulkul.Silence, "hours=6&below=loud&text=x", "level", nil},
		"silence dumb":    {kulkul.Silence, "hours=6", "reason", nil},
		"other":           {kulkul.Correct, "text=x", "cannot", nil},
	} {
		form, err := url.ParseQuery(c.form)
		if err != nil {
			t.Fatal(err)
		}
		r, err := here("").About(c.verdict, alert(), form)
		var fault Fault
		switch {
		case c.fault == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.fault == "" && (!c.check(r) || r.ID == "" || r.Verdict != c.verdict):
			t.Errorf("%s: %+v", name, r)
		case c.fault != "" && (!errors.As(err, &fault) || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: %v, want a fault about %q", name, err, c.fault)
		}
	}
}

// A national of a party comments as a party and rates nothing.
func TestRecusal(t *testing.T) {
	for person, want := range map[string]bool{"vn": true, "nz": false, "": false} {
		r, err := here(person).About(kulkul.Assess, alert(), url.Values{"opinion": {"doubt"}})
		if err != nil || r.Assessment.AsParty != want {
			t.Errorf("person %q: %+v, %v", person, r.Assessment, err)
		}
	}
}

func TestOverIsOver(t *testing.T) {
	a := alert()
	a.State = kulkul.Resolved
	for v, want := range map[kulkul.Verdict]bool{kulkul.Ack: false, kulkul.Silence: false, kulkul.Escalate: false, kulkul.Resolve: false, kulkul.Note: true, kulkul.Assess: true} {
		_, err := here("").About(v, a, url.Values{"text": {"x"}, "opinion": {"concur"}, "level": {"critical"}, "hours": {"6"}})
		if (err == nil) != want {
			t.Errorf("%s on a resolved alert: %v", v, err)
		}
	}
}

// One form sent twice within a moment is one decision; sent again later, or by
// another, it is another.
func TestIdentity(t *testing.T) {
	id := func(c Context, text string) string {
		r, err := c.About(kulkul.Note, alert(), url.Values{"text": {text}})
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	first, again, later, other := here(""), here(""), here(""), here("")
	again.Now = again.Now.Add(3 * time.Second)
	later.Now = later.Now.Add(time.Minute)
	other.User.Name = "jo"
	if id(first, "x") != id(again, "x") {
		t.Error("a double click is two decisions")
	}
	if id(first, "x") == id(later, "x") || id(first, "x") == id(other, "x") || id(first, "x") == id(first, "y") {
		t.Error("two decisions are one")
	}
}

func TestItems(t *testing.T) {
	item := kulkul.Item{ID: "i", Title: "t"}
	r, err := here("").OfItem(kulkul.Correct, item, url.Values{"area": {"terrorism", "environment", "terrorism"}, "text": {"x"}})
	if err != nil || !slices.Equal(r.Areas, []string{"environment", "terrorism"}) || len(r.Flashpoints) != 0 || r.Item.ID != "i" {
		t.Errorf("%+v, %v", r, err)
	}
	for name, c := range map[string]struct {
		verdict kulkul.Verdict
		form    url.Values
		good    bool
	}{
		"unknown area":  {kulkul.Correct, url.Values{"area": {"sport"}, "text": {"x"}}, false},
		"unknown point": {kulkul.Correct, url.Values{"flashpoint": {"*"}, "text": {"x"}}, false},
		"no tags left":  {kulkul.Correct, url.Values{"text": {"x"}}, true},
		"no reason":     {kulkul.Correct, url.Values{"area": {"terrorism"}}, false},
		"withdraw":      {kulkul.Withdraw, url.Values{"text": {"asked for"}}, true},
		"withdraw dumb": {kulkul.Withdraw, nil, false},
		"release":       {kulkul.Release, nil, true},
		"ack":           {kulkul.Ack, nil, false},
	} {
		if _, err := here("").OfItem(c.verdict, item, c.form); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLeast(t *testing.T) {
	for v, want := range map[kulkul.Verdict]kulkul.Role{kulkul.Ack: kulkul.RoleAnalyst, kulkul.Note: kulkul.RoleEEP, kulkul.Assess: kulkul.RoleEEP, kulkul.Escalate: kulkul.RoleCoordinator, "new": kulkul.RoleAnalyst} {
		if got := Least(v); got != want {
			t.Errorf("%s: %s, want %s", v, got, want)
		}
	}
}
