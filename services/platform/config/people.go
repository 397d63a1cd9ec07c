package config

import (
	"fmt"
	"net/mail"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Register is people.yaml: who takes part, who is told, who is recused.
type Register struct {
	Participants []Participant   `yaml:"participants"`
	People       []kulkul.Person `yaml:"people"`
	// Chairing is the code of the participant in the chair; the EEP Coordinator
	// and the Chair are its nationals. Empty: not checked.
	Chairing string `yaml:"chairing"`
	// Groups are the thematic sub-groups of experts and eminent persons.
	Groups []Group `yaml:"groups"`
	// Parties lists, by flashpoint id, the states (ISO codes) whose nationals
	// are asked for no rating there. It is this deployment's own setting and
	// says nothing about any claim.
	Parties map[string][]string `yaml:"parties"`
	// Recusal is on unless the file says "off".
	Recusal string `yaml:"recusal"`
	// Hidden gives, by flashpoint id, the lowest role that sees it; a
	// flashpoint that is not named is seen by everybody who may see the page.
	Hidden map[string]kulkul.Role `yaml:"hidden"`
	// Public names the pages that need no account: situation, flashpoints,
	// alerts, items. Empty: everything is private.
	Public []string `yaml:"public"`
}

// Participant is one of the forum's participants.
type Participant struct {
	Code string `yaml:"code"` // ISO 3166-1 alpha-2; EU for the European Union
	Name string `yaml:"name"`
}

// Group is a thematic sub-group: its members are told of its areas beside what
// they subscribe to themselves.
type Group struct {
	ID      string       `yaml:"id"`
	Name    string       `yaml:"name"`
	Areas   []string     `yaml:"areas"`
	Members []string     `yaml:"members"` // person ids
	Level   kulkul.Level `yaml:"level"`   // lowest told
	Rhythm  string       `yaml:"rhythm"`  // once (also where empty), daily, weekly, bulletin
}

// Subscriptions are what a person is told by: their own, then those of their
// thematic sub-groups.
func (r Register) Subscriptions(p kulkul.Person) []kulkul.Subscription {
	out := slices.Clone(p.Subscriptions)
	for _, g := range r.Groups {
		if slices.Contains(g.Members, p.ID) {
			out = append(out, kulkul.Subscription{Areas: g.Areas, Level: g.Level, Rhythm: g.Rhythm})
		}
	}
	return out
}

// Find a person by id.
func (r Register) Find(id string) (kulkul.Person, bool) {
	i := slices.IndexFunc(r.People, func(p kulkul.Person) bool { return p.ID == id })
	if i < 0 {
		return kulkul.Person{}, false
	}
	return r.People[i], true
}

// Recused reports whether the person's state is a party to the flashpoint, so
// that no rating is asked of them.
func (r Register) Recused(p kulkul.Person, flashpoint string) bool {
	return r.Recusal != "off" && p.Country != "" && slices.Contains(r.Parties[flashpoint], p.Country)
}

// Sees reports whether a role may see a flashpoint.
func (r Register) Sees(role kulkul.Role, flashpoint string) bool {
	least, hidden := r.Hidden[flashpoint]
	return !hidden || role.AtLeast(least)
}

// IsPublic reports whether a page needs no account.
func (r Register) IsPublic(page string) bool { return slices.Contains(r.Public, page) }

// MaxEEPs is how many experts and eminent persons a participant may name
// (Guidelines for the Operation of the ARF EEPs, 2003).
const MaxEEPs = 5

// pages that can be public.
var pages = [...]string{"situation", "flashpoints", "alerts", "items"}

// roles of a person.
var roles = [...]string{"eep", "unit", "coordinator", "chair", "friend", "partner"}

// ParsePeople reads people.yaml. All faults are reported at once: malformed or
// repeated ids, bad addresses, unknown roles, countries, areas, flashpoints,
// time zones and deputies, more than MaxEEPs of one participant.
func ParsePeople(name string, data []byte) (Register, error) {
	var r Register
	if err := Decode(name, data, &r); err != nil {
		return r, err
	}
	c := peopleCheck{at: newLocator(name, data), register: r, ids: map[string]bool{}, eeps: map[string]int{}}
	c.participants()
	for i, p := range r.People {
		c.person(fmt.Sprintf("$.people[%d]", i), p)
	}
	for i, g := range r.Groups {
		c.group(fmt.Sprintf("$.groups[%d]", i), g)
	}
	for flashpoint, states := range r.Parties {
		c.parties(flashpoint, states)
	}
	for flashpoint, least := range r.Hidden {
		if !slices.Contains(kulkul.Flashpoints(), flashpoint) {
			c.fault("$.hidden."+flashpoint, "hidden: flashpoint %q is unknown", flashpoint)
		}
		if _, err := kulkul.ParseRole(string(least)); err != nil {
			c.fault("$.hidden."+flashpoint, "hidden: %s: role %q is unknown", flashpoint, least)
		}
	}
	for i, page := range r.Public {
		if !slices.Contains(pages[:], page) {
			c.fault(fmt.Sprintf("$.public[%d]", i), "public: %q: want situation, flashpoints, alerts or items", page)
		}
	}
	if r.Recusal != "" && r.Recusal != "on" && r.Recusal != "off" {
		c.fault("$.recusal", "recusal %q: want on or off", r.Recusal)
	}
	return r, c.found.Err()
}

type peopleCheck struct {
	at       locator
	found    Problems
	register Register
	ids      map[string]bool
	eeps     map[string]int
}

func (c *peopleCheck) fault(path, format string, args ...any) {
	c.found = append(c.found, c.at.at(path, format, args...))
}

func (c *peopleCheck) participant(code string) bool {
	return slices.ContainsFunc(c.register.Participants, func(p Participant) bool { return p.Code == code })
}

func (c *peopleCheck) person(path string, p kulkul.Person) {
	switch {
	case !kulkul.ValidID(p.ID):
		c.fault(path+".id", "person id %q: want 1 to 64 of a–z, 0–9 and '-'", p.ID)
	case c.ids[p.ID]:
		c.fault(path+".id", "person id %q is used twice", p.ID)
	}
	c.ids[p.ID] = true
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
		c.fault(path+".email", "person %q: email %q: want a bare address", p.ID, p.Email)
	}
	if !slices.Contains(roles[:], p.Role) {
		c.fault(path+".role", "person %q: role %q: want eep, unit, coordinator, chair, friend or partner", p.ID, p.Role)
	}
	if p.Country != "" && !c.participant(p.Country) {
		c.fault(path+".country", "person %q: country %q is no participant", p.ID, p.Country)
	}
	if p.Role == "eep" {
		if c.eeps[p.Country]++; c.eeps[p.Country] == MaxEEPs+1 {
			c.fault(path, "%s names more than %d experts and eminent persons", p.Country, MaxEEPs)
		}
	}
	if _, err := time.LoadLocation(p.TimeZone); err != nil {
		c.fault(path+".time_zone", "person %q: time zone %q is unknown", p.ID, p.TimeZone)
	}
	if _, err := kulkul.ParseQuiet(p.Quiet); err != nil {
		c.fault(path+".quiet", "person %q: %v", p.ID, err)
	}
	if p.Language != "" && !slices.Contains(kulkul.Languages(), p.Language) {
		c.fault(path+".language", "person %q: language %q: want one of %v", p.ID, p.Language, kulkul.Languages())
	}
	if chairing := c.register.Chairing; chairing != "" && (p.Role == "coordinator" || p.Role == "chair") && p.Country != chairing {
		c.fault(path+".country", "person %q: the %s is a national of the chairing state %s", p.ID, p.Role, chairing)
	}
	if p.Role == "eep" && p.Country == "" {
		c.fault(path+".country", "person %q: an expert or eminent person is named by a participant: country is missing", p.ID)
	}
	for _, f := range p.Fields {
		if !slices.Contains(kulkul.Areas(), f) {
			c.fault(path+".fields", "person %q: field of expertise %q is no area", p.ID, f)
		}
	}
	if p.Away && p.Deputy == "" {
		c.fault(path+".away", "person %q is away and names no deputy", p.ID)
	}
	if p.Deputy != "" {
		if _, ok := c.register.Find(p.Deputy); !ok {
			c.fault(path+".deputy", "person %q: deputy %q is nobody's id", p.ID, p.Deputy)
		}
	}
	for i, s := range p.Subscriptions {
		c.subscription(fmt.Sprintf("%s.subscriptions[%d]", path, i), p.ID, s)
	}
}

func (c *peopleCheck) participants() {
	seen := map[string]bool{}
	for i, p := range c.register.Participants {
		path := fmt.Sprintf("$.participants[%d]", i)
		if !validCountry(p.Code) || p.Name == "" || seen[p.Code] {
			c.fault(path, "participant %q, %q: want an ISO 3166-1 alpha-2 code (EU for the European Union) of its own and a name", p.Code, p.Name)
		}
		seen[p.Code] = true
	}
	if chairing := c.register.Chairing; chairing != "" && !seen[chairing] {
		c.fault("$.chairing", "chairing %q is no participant", chairing)
	}
}

func (c *peopleCheck) group(path string, g Group) {
	if !kulkul.ValidID(g.ID) || len(g.Areas) == 0 || len(g.Members) == 0 {
		c.fault(path, "group %q: want an id of a–z, 0–9 and '-', areas and members", g.ID)
	}
	for _, m := range g.Members {
		if p, ok := c.register.Find(m); !ok || p.Role != "eep" {
			c.fault(path+".members", "group %q: %q is no expert or eminent person", g.ID, m)
		}
	}
	c.subscription(path, g.ID, kulkul.Subscription{Areas: g.Areas, Level: g.Level, Rhythm: g.Rhythm})
}

func (c *peopleCheck) subscription(path, id string, s kulkul.Subscription) {
	for _, f := range s.Flashpoints {
		if !slices.Contains(kulkul.Flashpoints(), f) {
			c.fault(path+".flashpoints", "person %q: flashpoint %q is unknown", id, f)
		}
	}
	for _, a := range s.Areas {
		if !slices.Contains(kulkul.Areas(), a) {
			c.fault(path+".areas", "person %q: area %q is unknown", id, a)
		}
	}
	for _, g := range s.Groups {
		if !kulkul.ValidID(g) {
			c.fault(path+".groups", "person %q: group %q: want 1 to 64 of a–z, 0–9 and '-'", id, g)
		}
	}
	if s.Rhythm != "" && s.Rhythm != "once" && s.Rhythm != "daily" && s.Rhythm != "weekly" && s.Rhythm != "bulletin" {
		c.fault(path+".rhythm", "person %q: rhythm %q: want once, daily, weekly or bulletin", id, s.Rhythm)
	}
	if s.Nothing != "" && (s.Nothing != "line" && s.Nothing != "none" || s.Rhythm != "daily" && s.Rhythm != "weekly") {
		c.fault(path+".nothing", "person %q: nothing %q: want line or none, of a daily or weekly rhythm", id, s.Nothing)
	}
}

func (c *peopleCheck) parties(flashpoint string, states []string) {
	path := "$.parties." + flashpoint
	if !slices.Contains(kulkul.Flashpoints(), flashpoint) {
		c.fault(path, "parties: flashpoint %q is unknown", flashpoint)
	}
	for _, s := range states {
		if !validCountry(s) {
			c.fault(path, "parties of %s: %q: want an ISO 3166-1 alpha-2 code", flashpoint, s)
		}
	}
}
