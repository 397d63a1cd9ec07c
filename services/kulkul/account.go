package kulkul

import (
	"fmt"
	"time"
)

// Role says what a signed-in user may do, from reading to running the place.
type Role string

// The roles, each of which may do all that the one before it may.
const (
	RoleViewer      Role = "viewer"      // reads
	RoleEEP         Role = "eep"         // an expert or eminent person: assesses, notes
	RoleAnalyst     Role = "analyst"     // ARF Unit: acknowledges, silences, corrects, closes
	RoleCoordinator Role = "coordinator" // escalates, edits people and configuration
	RoleAdmin       Role = "admin"       // accounts, keys, system
)

// Roles lists the roles in order.
func Roles() []Role {
	return []Role{RoleViewer, RoleEEP, RoleAnalyst, RoleCoordinator, RoleAdmin}
}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	if r := Role(s); r.rank() > 0 {
		return r, nil
	}
	return "", fmt.Errorf("role %q: want viewer, eep, analyst, coordinator or admin", s)
}

// AtLeast reports whether r may do what least may. An unknown role may nothing.
func (r Role) AtLeast(least Role) bool { return r.rank() > 0 && r.rank() >= least.rank() }

// rank is 1 for a viewer up to 5 for an administrator, 0 for no role.
func (r Role) rank() int {
	for i, known := range Roles() {
		if r == known {
			return i + 1
		}
	}
	return 0
}

// Clearance is the most closed handling level that the role may see. An unknown
// role sees what is public.
func (r Role) Clearance() Handling {
	switch {
	case r.AtLeast(RoleAnalyst):
		return Unit
	case r.AtLeast(RoleEEP):
		return EEPs
	case r.AtLeast(RoleViewer):
		return Members
	}
	return Public
}

// User is somebody signed in.
type User struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
	// Person is the id under which the register of people knows the user; "" if
	// it does not.
	Person string `json:"person,omitempty"`
}

// MaySee reports whether the user may see the item now: its handling is within
// the role's clearance and its embargo is over. The ARF Unit (analysts and
// above) prepares under embargo and sees such items before.
func (u User) MaySee(i Item, now time.Time) bool {
	if i.Handling.Rank() > u.Role.Clearance().Rank() {
		return false
	}
	return !now.Before(i.Embargo) || u.Role.AtLeast(RoleAnalyst)
}
