package view

import "strings"

// Names gives names to the ids of areas and flashpoints.
type Names interface {
	// Name is the neutral English name of an area or a flashpoint.
	Name(id string) string
	// Others lists the further names of a flashpoint, those of all claimants.
	Others(id string) []string
}

// PlainNames makes names of the ids themselves; what the taxonomy does not
// name is shown so.
type PlainNames struct{}

// Name is the id with its words in capitals.
func (PlainNames) Name(id string) string {
	words := strings.Split(id, "-")
	for i, w := range words {
		if w != "" && w != "of" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// Others lists none.
func (PlainNames) Others(string) []string { return nil }

// Short is a name of an area in one word, for narrow columns.
func Short(area string) string {
	words := map[string]string{
		"territorial-disputes": "Territorial", "arms-proliferation": "Arms", "political-legal-disputes": "Political",
		"terrorism": "Terrorism", "human-rights": "Rights", "maritime-security": "Maritime",
		"environment": "Environment", "movement-of-peoples": "Movement",
	}
	if w, ok := words[area]; ok {
		return w
	}
	return area
}
