package kulkul

// Areas are the ids of the eight priority areas, traditional ones first.
func Areas() []string {
	return []string{
		"territorial-disputes", "arms-proliferation", "political-legal-disputes",
		"terrorism", "human-rights", "maritime-security", "environment", "movement-of-peoples",
	}
}

// Flashpoints are the ids of the twenty flashpoints under watch.
func Flashpoints() []string {
	return []string{
		"south-china-sea", "east-china-sea", "taiwan-strait", "korean-peninsula", "liancourt-rocks",
		"kuril-islands", "india-china-border", "kashmir", "myanmar-conflict", "rakhine",
		"thailand-cambodia-border", "southern-thailand", "mindanao-sulu", "malacca-singapore-straits",
		"papua", "mekong-basin", "sabah", "timor-leste", "bougainville", "solomon-islands",
	}
}

// AllSeries lists the 188 series under test: every pair, every flashpoint's
// total, every area's regional total.
func AllSeries() []Pair {
	areas, flashpoints := Areas(), Flashpoints()
	pairs := make([]Pair, 0, len(flashpoints)*(len(areas)+1)+len(areas))
	for _, f := range flashpoints {
		for _, a := range areas {
			pairs = append(pairs, Pair{f, a})
		}
		pairs = append(pairs, Pair{f, Any})
	}
	for _, a := range areas {
		pairs = append(pairs, Pair{Any, a})
	}
	return pairs
}
