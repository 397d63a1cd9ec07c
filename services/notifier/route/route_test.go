package route_test

import (
	"fmt"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/route"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

func alert(flashpoint, area string, l kulkul.Level) kulkul.Alert {
	return kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: flashpoint, Area: area}, Level: l, State: kulkul.Firing}
}

func labelled(a kulkul.Alert, group string) kulkul.Alert {
	a.Key.Group = group
	return a
}

func register() config.Register {
	all := []kulkul.Subscription{{Level: kulkul.Watch}}
	return config.Register{
		Parties: map[string][]string{"sabah": {"MY", "PH"}},
		People: []kulkul.Person{
			{ID: "desk", Role: "unit", Subscriptions: all},
			{ID: "lim", Role: "eep", Country: "SG", Subscriptions: []kulkul.Subscription{{Level: kulkul.High, Flashpoints: []string{"sabah"}}}},
			{ID: "reyes", Role: "eep", Country: "PH", Subscriptions: all},
			{ID: "tan", Name: "Tan", Role: "eep", Away: true, Deputy: "wong", Subscriptions: all},
			{ID: "wong", Role: "eep"},
			{ID: "gone", Role: "eep", Disabled: true, Subscriptions: all},
			{ID: "weekly", Role: "eep", Subscriptions: []kulkul.Subscription{{Level: kulkul.Watch, Rhythm: "weekly"}}},
			{ID: "sea", Role: "eep", Subscriptions: []kulkul.Subscription{{Level: kulkul.Watch, Areas: []string{"maritime-security"}}}},
			{ID: "quiet", Role: "eep", Subscriptions: []kulkul.Subscription{{Level: kulkul.Watch, Groups: []string{"silences"}}}},
			{ID: "coord", Role: "coordinator"},
			{ID: "chair", Role: "chair"},
		},
	}
}

func stays(string, string) bool { return false }

func TestWhoLeftASubscriptionIsNotToldByIt(t *testing.T) {
	alerts := []kulkul.Alert{alert("sabah", "terrorism", kulkul.High)}
	all := kulkul.Subscription{Level: kulkul.Watch}
	gone := func(person, subscription string) bool {
		return (person == "desk" || person == "lim") && subscription == all.ID() ||
			person == "wong" && subscription == kulkul.Hash("deputy", "tan")
	}
	var ids []string
	for _, r := range route.Recipients(register(), "sabah", alerts, 0, gone) {
		ids = append(ids, r.Person.ID)
		if r.Person.ID == "lim" && r.Level != kulkul.High {
			t.Errorf("lim is told from level %s on", r.Level)
		}
	}
	// lim has another subscription; a deputy who left leaves it to the one who is away.
	if fmt.Sprint(ids) != "[lim reyes tan]" {
		t.Errorf("told %v", ids)
	}
}

func TestWhoIsTold(t *testing.T) {
	for _, c := range []struct {
		name  string
		alert kulkul.Alert
		step  int
		want  string
	}{
		{"a watch on terrorism", alert("sabah", "terrorism", kulkul.Watch), 0, "[desk reyes wong]"},
		{"high reaches those who ask for high", alert("sabah", "terrorism", kulkul.High), 0, "[desk lim reyes wong]"},
		{"elsewhere", alert("papua", "terrorism", kulkul.High), 0, "[desk reyes wong]"},
		{"an area", alert("sabah", "maritime-security", kulkul.Watch), 0, "[desk reyes wong sea]"},
		{"a group of indicators", labelled(alert("papua", "terrorism", kulkul.Watch), "silences"), 0, "[desk reyes wong quiet]"},
		{"a total covers every area", alert("sabah", kulkul.Any, kulkul.Watch), 0, "[desk reyes wong sea]"},
		{"first escalation", alert("sabah", "terrorism", kulkul.High), 1, "[coord]"},
		{"second escalation", alert("sabah", "terrorism", kulkul.High), 2, "[desk]"},
		{"third escalation", alert("sabah", "terrorism", kulkul.High), 3, "[chair]"},
	} {
		var ids []string
		for _, r := range route.Recipients(register(), c.alert.Key.Flashpoint, []kulkul.Alert{c.alert}, c.step, stays) {
			ids = append(ids, r.Person.ID)
		}
		if fmt.Sprint(ids) != c.want {
			t.Errorf("%s: %v, want %s", c.name, ids, c.want)
		}
	}
}

func TestRecusedPeopleAreToldSo(t *testing.T) {
	for _, r := range route.Recipients(register(), "sabah", []kulkul.Alert{alert("sabah", "terrorism", kulkul.High)}, 0, stays) {
		if want := r.Person.Country == "PH"; r.Recused != want {
			t.Errorf("%s: recused %v, want %v", r.Person.ID, r.Recused, want)
		}
		if r.Person.ID == "wong" && (r.Kind != "subscription" || r.Of != "Tan") {
			t.Errorf("wong is told because: %s of %q", r.Kind, r.Of)
		}
	}
}

func TestADeputyIsToldOfTheDigest(t *testing.T) {
	r := register()
	tan, _ := r.Find("tan")
	if to := route.Digest(r, tan, []string{"a"}, stays); to.Person.ID != "wong" || to.Of != "Tan" || to.Subscriptions[0] != kulkul.Hash("deputy", "tan") {
		t.Errorf("told: %+v", to)
	}
	left := func(person, _ string) bool { return person == "wong" }
	if to := route.Digest(r, tan, []string{"a"}, left); to.Person.ID != "tan" || to.Of != "" || to.Subscriptions[0] != "a" {
		t.Errorf("the deputy left, told: %+v", to)
	}
}

func TestInhibitedAlertsReachNobody(t *testing.T) {
	a := alert("sabah", "terrorism", kulkul.High)
	a.Inhibited = "another"
	if got := route.Recipients(register(), "sabah", []kulkul.Alert{a}, 0, stays); len(got) != 0 {
		t.Errorf("told %v", got)
	}
}
