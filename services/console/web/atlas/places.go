package atlas

// Place is where a flashpoint's mark stands on the map and where its name is
// written beside it. It is a point to click, not a statement on any claim.
type Place struct {
	Flashpoint string
	Lon, Lat   float64 // degrees east and north
	// Label is the side of the mark on which the name stands: e, w, n or s.
	Label string
}

// Places gives a mark for every flashpoint.
func Places() []Place {
	return []Place{
		{"south-china-sea", 114.0, 12.5, "s"},
		{"east-china-sea", 124.0, 28.2, "e"},
		{"taiwan-strait", 119.4, 24.3, "w"},
		{"korean-peninsula", 127.0, 38.2, "w"},
		{"liancourt-rocks", 131.9, 37.2, "e"},
		{"kuril-islands", 146.8, 44.6, "w"},
		{"india-china-border", 80.0, 33.6, "e"},
		{"kashmir", 75.3, 34.4, "n"},
		{"myanmar-conflict", 96.2, 21.6, "n"},
		{"rakhine", 93.3, 19.6, "w"},
		{"thailand-cambodia-border", 103.4, 14.2, "w"},
		{"southern-thailand", 101.3, 6.7, "w"},
		{"mindanao-sulu", 122.4, 7.1, "e"},
		{"malacca-singapore-straits", 101.6, 2.6, "w"},
		{"papua", 137.6, -3.9, "n"},
		{"mekong-basin", 104.6, 17.8, "e"},
		{"sabah", 117.2, 5.0, "w"},
		{"timor-leste", 125.8, -8.8, "s"},
		{"bougainville", 155.2, -6.3, "n"},
		{"solomon-islands", 159.9, -9.3, "s"},
	}
}
