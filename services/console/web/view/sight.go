package view

import (
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Sees reports whether a user may see a flashpoint; everybody sees what is the
// whole region's.
func (r *Reader) Sees(u kulkul.User, flashpoint string) bool {
	return r.Settings.Current().People.Sees(u.Role, flashpoint)
}

// Flashpoints are the ids of those that a user may see.
func (r *Reader) Flashpoints(u kulkul.User) []string {
	return slices.DeleteFunc(kulkul.Flashpoints(), func(id string) bool { return !r.Sees(u, id) })
}

// SeesItem reports whether none of an item's flashpoints is hidden from a user.
func (r *Reader) SeesItem(u kulkul.User, t kulkul.Tagged) bool {
	return !slices.ContainsFunc(t.Flashpoints, func(tag kulkul.Tag) bool { return !r.Sees(u, tag.ID) })
}

// stranger reports whether nobody is signed in: the page is one that the
// deployment shows to the public. Names of people are not shown there.
func stranger(u kulkul.User) bool { return u.Role == "" }

// unnamed takes the names of people out of an alert.
func unnamed(a kulkul.Alert) kulkul.Alert {
	if a.Acknowledged != "" {
		a.Acknowledged = "the desk"
	}
	return a
}
