package kulkul

import "strings"

// Person is somebody the product may write to or let in.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// Role is eep, unit, coordinator, chair, friend or partner.
	Role     string   `json:"role"`
	Country  string   `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Fields   []string `json:"fields,omitempty"`  // areas of expertise
	Language string   `json:"language,omitempty"`
	TimeZone string   `json:"time_zone,omitempty"` // IANA name; empty: UTC
	// Quiet is "22:00-06:00" in the person's time zone; empty: none.
	Quiet    string `json:"quiet,omitempty"`
	Deputy   string `json:"deputy,omitempty"` // person id, while Away
	Away     bool   `json:"away,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	// Subscriptions say what the person is told of.
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
}

// Subscription selects alerts for one person. Empty lists select all.
type Subscription struct {
	Flashpoints []string `json:"flashpoints,omitempty"`
	Areas       []string `json:"areas,omitempty"`
	// Groups are those of the indicators, the label that alerts carry.
	Groups []string `json:"groups,omitempty"`
	Level  Level    `json:"level"`  // lowest level told
	Rhythm string   `json:"rhythm"` // once, daily, weekly, bulletin
	// Nothing says what a digest without news is: line (one line; also where
	// empty) or none.
	Nothing string `json:"nothing,omitempty"`
}

// Selects reports whether the subscription covers the alert.
func (s Subscription) Selects(a Alert) bool {
	return a.Level >= s.Level && listed(s.Flashpoints, a.Key.Flashpoint) && listed(s.Areas, a.Key.Area) && listed(s.Groups, a.Key.Group)
}

// listed reports whether list names id; an empty list names all, and Any is
// covered by every list.
func listed(list []string, id string) bool {
	if len(list) == 0 || id == Any {
		return true
	}
	for _, l := range list {
		if l == id {
			return true
		}
	}
	return false
}

// Track is on which track the person speaks here: representatives of
// governments on the first, experts and eminent persons on track 1.5, partner
// institutions on the second.
func (p Person) Track() Track {
	switch p.Role {
	case "eep":
		return Track15
	case "partner":
		return Track2
	}
	return Track1
}

// Clearance is the most closed handling level of items that a mail to the person
// may carry. What is for the ARF Unit alone goes into no mail.
func (p Person) Clearance() Handling {
	if c := p.Standing().Clearance(); c.Rank() < EEPs.Rank() {
		return c
	}
	return EEPs
}

// Standing is the role of a user that the person's office is worth, for what is
// hidden from some.
func (p Person) Standing() Role {
	switch p.Role {
	case "unit":
		return RoleAnalyst
	case "coordinator", "chair":
		return RoleCoordinator
	case "eep":
		return RoleEEP
	}
	return RoleViewer
}

// ID is the subscription's identity for its person: it changes with what the
// subscription selects, so that one left before is taken up again by asking for
// something else.
func (s Subscription) ID() string {
	rhythm := s.Rhythm
	if rhythm == "" {
		rhythm = "once"
	}
	parts := []string{"subscription", strings.Join(s.Flashpoints, " "), strings.Join(s.Areas, " "), s.Level.String(), rhythm}
	if len(s.Groups) > 0 {
		parts = append(parts, strings.Join(s.Groups, " "))
	}
	return Hash(parts...)
}

// Languages are those in which the product writes its own words to people; the
// first is the default.
func Languages() []string { return []string{"en", "id", "vi", "th", "zh", "ja"} }
