// Package route decides who is told of a notification.
//
// In: the register of people, the alerts of a flashpoint episode, the
// notification. Out: recipients with the reason each is told. It is pure.
// Called by the notifier.
package route

import (
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// Recipient is somebody to tell.
type Recipient struct {
	Person kulkul.Person
	Why    string // "subscribed", "escalation to the coordinator", "deputy of …"
	// Recused: the person's state is a party; no rating is asked of them.
	Recused bool
}

// escalation lists the roles that each step reaches.
func escalation(step int) string {
	return [...]string{"", "coordinator", "unit", "chair"}[step]
}

// Recipients lists who is told of a notification about the alerts: for an
// escalation step (1 to 3) the people of its role, else everybody with a
// subscription that covers one of the alerts. A person who is away is
// represented by the deputy; nobody is listed twice.
func Recipients(r config.Register, flashpoint string, alerts []kulkul.Alert, step int) []Recipient {
	var out []Recipient
	listed := map[string]bool{}
	add := func(p kulkul.Person, why string) {
		if p.Away && p.Deputy != "" {
			if deputy, ok := r.Find(p.Deputy); ok {
				p, why = deputy, "deputy of "+p.Name
			}
		}
		if p.Disabled || listed[p.ID] {
			return
		}
		listed[p.ID] = true
		out = append(out, Recipient{Person: p, Why: why, Recused: r.Recused(p, flashpoint)})
	}
	for _, p := range r.People {
		switch {
		case p.Disabled:
		case step > 0:
			if p.Role == escalation(step) {
				add(p, "escalation to the "+p.Role)
			}
		case subscribed(p, alerts):
			add(p, "subscribed")
		}
	}
	return out
}

// subscribed reports whether one of the person's at-once subscriptions covers
// one of the alerts.
func subscribed(p kulkul.Person, alerts []kulkul.Alert) bool {
	for _, s := range p.Subscriptions {
		if s.Rhythm != "" && s.Rhythm != "once" {
			continue
		}
		for _, a := range alerts {
			if a.Inhibited == "" && s.Selects(a) {
				return true
			}
		}
	}
	return false
}

// Author lists who is told about what the person or user named by did: that
// person, or the ARF Unit where the register has no address of theirs.
func Author(r config.Register, by string) []Recipient {
	if p, ok := r.Find(by); ok && !p.Disabled {
		return []Recipient{{Person: p, Why: "you set it"}}
	}
	var out []Recipient
	for _, p := range r.People {
		if p.Role == "unit" && !p.Disabled {
			out = append(out, Recipient{Person: p, Why: by + " set it and has no address in the register"})
		}
	}
	return out
}
