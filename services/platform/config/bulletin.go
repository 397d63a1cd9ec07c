package config

import (
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Bulletins are a person's subscriptions by which the weekly bulletin comes: of
// rhythm bulletin, or weekly, with which the digest comes too.
func (r Register) Bulletins(p kulkul.Person) []kulkul.Subscription {
	return slices.DeleteFunc(slices.Clone(r.Subscriptions(p)), func(s kulkul.Subscription) bool {
		return s.Rhythm != "bulletin" && s.Rhythm != "weekly"
	})
}

// Subscribers lists who asked for the weekly bulletin and whose office is
// cleared for this one. Who left since, and whose deputy stands in, is the
// notifier's to know.
func (r Register) Subscribers(b kulkul.Bulletin) []kulkul.Person {
	return slices.DeleteFunc(slices.Clone(r.People), func(p kulkul.Person) bool {
		return p.Disabled || len(r.Bulletins(p)) == 0 || !cleared(p, b)
	})
}

// Shows gives of a bulletin what a person may be sent: without the flashpoints
// that are hidden from their office. false: it is not for them at all.
func (r Register) Shows(p kulkul.Person, b kulkul.Bulletin) (kulkul.Bulletin, bool) {
	b.Entries = slices.DeleteFunc(slices.Clone(b.Entries), func(e kulkul.BulletinEntry) bool {
		return e.Section == kulkul.LeftOut || !r.Sees(p.Standing(), e.Flashpoint)
	})
	return b, cleared(p, b)
}

func cleared(p kulkul.Person, b kulkul.Bulletin) bool {
	return b.Handling.Rank() <= p.Clearance().Rank()
}
