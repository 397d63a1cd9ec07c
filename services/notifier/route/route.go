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
	// Kind is subscription, escalation, author or stand-in; Of is whose deputy
	// the person is, or for whom the person stands in: a name.
	Kind, Of string
	// Subscriptions are the identities of those that cover the alerts, Level is
	// the lowest that they ask for.
	Subscriptions []string
	Level         kulkul.Level
	// Recused: the person's state is a party; no rating is asked of them.
	Recused bool
}

// Left reports whether a person left a subscription.
type Left func(person, subscription string) bool

// escalation lists the roles that each step reaches.
func escalation(step int) string {
	return [...]string{"", "coordinator", "unit", "chair"}[step]
}

// Recipients lists who is told of a notification about the alerts: for an
// escalation step (1 to 3) the people of its role, else everybody with an
// at-once subscription that covers one of the alerts and that they have not
// left. Whom a flashpoint is hidden from is not told. A person who is away is
// represented by the deputy, unless the deputy left that; nobody is listed twice.
func Recipients(r config.Register, flashpoint string, alerts []kulkul.Alert, step int, left Left) []Recipient {
	var out []Recipient
	listed := map[string]bool{}
	add := func(one Recipient) {
		one = represented(r, one, left)
		if one.Person.Disabled || listed[one.Person.ID] || !r.Sees(one.Person.Standing(), flashpoint) {
			return
		}
		listed[one.Person.ID] = true
		one.Recused = r.Recused(one.Person, flashpoint)
		out = append(out, one)
	}
	for _, p := range r.People {
		if p.Disabled {
			continue
		}
		if step > 0 {
			if p.Role == escalation(step) {
				add(Recipient{Person: p, Kind: "escalation"})
			}
			continue
		}
		if ids, level := covering(r, p, alerts, left); len(ids) > 0 {
			add(Recipient{Person: p, Kind: "subscription", Subscriptions: ids, Level: level})
		}
	}
	return out
}

// Digest names who is told of a digest that a person asked for by the
// subscriptions given: the person, or the deputy of one who is away.
func Digest(r config.Register, p kulkul.Person, subscriptions []string, left Left) Recipient {
	return represented(r, Recipient{Person: p, Kind: "digest", Subscriptions: subscriptions}, left)
}

// represented gives the deputy's place to one who is away.
func represented(r config.Register, one Recipient, left Left) Recipient {
	p := one.Person
	if !p.Away || p.Deputy == "" {
		return one
	}
	deputy, ok := r.Find(p.Deputy)
	standing := kulkul.Hash("deputy", p.ID)
	if !ok || deputy.Disabled || left(deputy.ID, standing) {
		return one
	}
	one.Person, one.Of = deputy, p.Name
	if len(one.Subscriptions) > 0 {
		one.Subscriptions = []string{standing}
	}
	return one
}

// covering lists the person's at-once subscriptions that cover one of the
// alerts and that the person has not left, and the lowest level they ask for.
func covering(r config.Register, p kulkul.Person, alerts []kulkul.Alert, left Left) (ids []string, level kulkul.Level) {
	for _, s := range r.Subscriptions(p) {
		if (s.Rhythm != "" && s.Rhythm != "once") || left(p.ID, s.ID()) || !selects(s, alerts) {
			continue
		}
		if ids = append(ids, s.ID()); len(ids) == 1 || s.Level < level {
			level = s.Level
		}
	}
	return ids, level
}

func selects(s kulkul.Subscription, alerts []kulkul.Alert) bool {
	for _, a := range alerts {
		if a.Inhibited == "" && s.Selects(a) {
			return true
		}
	}
	return false
}

// Author lists who is told about what the person or user named by did: that
// person, or the ARF Unit where the register has no address of theirs.
func Author(r config.Register, by string) []Recipient {
	if p, ok := r.Find(by); ok && !p.Disabled {
		return []Recipient{{Person: p, Kind: "author"}}
	}
	var out []Recipient
	for _, p := range r.People {
		if p.Role == "unit" && !p.Disabled {
			out = append(out, Recipient{Person: p, Kind: "stand-in", Of: by})
		}
	}
	return out
}
