package language

import (
	"slices"
	"strings"
)

// Unknown is the code of a text whose language cannot be told.
const Unknown = "und"

// Detector tells languages apart. It is read-only and safe for concurrent use.
type Detector struct {
	models map[script]*model
}

// New is a detector of the product's eighteen languages and some neighbours.
func New() *Detector { return &Detector{models: scriptModels()} }

// sampleBytes is how much of a text is looked at.
const sampleBytes = 800

// priorBits is what the feed's word counts for against the model.
const priorBits = 14

// Detect gives the language of a text, of which pieces are parts in the order
// of their weight. declared is BCP 47 or empty.
func (d *Detector) Detect(declared string, pieces ...string) string {
	code := primary(declared)
	var c census
	left := sampleBytes
	for _, p := range pieces {
		p = p[:min(len(p), left)]
		left -= len(p)
		c.add(p)
	}
	main := c.main()
	switch main {
	case none:
		if code == "" {
			return Unknown
		}
		return code
	case thai:
		return "th"
	case lao:
		return "lo"
	case khmer:
		return "km"
	case burmese:
		return "my"
	case hangul:
		return "ko"
	case han:
		return eastAsian(&c, code, strings.Join(pieces[:1], ""))
	case other:
		if code == "" || slices.Contains(supported(), code) {
			return Unknown
		}
		return code
	}
	if c[vietnamese] > 1 && c[vietnamese]*16 >= c[latin] && (code == "" || slices.Contains(supported(), code)) {
		return "vi"
	}
	return d.model(d.models[main], code, c[main], pieces)
}

// model asks the model of the script.
func (d *Detector) model(m *model, declared string, letters int, pieces []string) string {
	prior := slices.Index(m.codes, declared)
	if declared != "" && prior < 0 && !slices.Contains(supported(), declared) {
		return declared // a language nobody here knows, in a script that fits
	}
	var sums row
	left := sampleBytes
	for _, p := range pieces {
		p = p[:min(len(p), left)]
		left -= len(p)
		m.score(p, &sums)
	}
	score := func(k int) int32 {
		if k == prior {
			return sums.get(k) + priorBits*64
		}
		return sums.get(k)
	}
	best, second := 0, -1
	for k := range m.codes {
		switch {
		case score(k) > score(best):
			best, second = k, best
		case k != best && (second < 0 || score(k) > score(second)):
			second = k
		}
	}
	if letters < 12 && prior < 0 && score(best)-score(second) < 3*64 {
		return Unknown
	}
	return m.codes[best]
}

// primary is the language of a BCP 47 tag, some old and long names mended.
func primary(tag string) string {
	code, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	code, _, _ = strings.Cut(code, "_")
	switch code {
	case "fil":
		return "tl"
	case "in":
		return "id"
	case "und", "mul", "zxx":
		return ""
	}
	return code
}

// supported are the languages that the taxonomy knows.
func supported() []string {
	return []string{"en", "id", "ms", "th", "vi", "tl", "km", "lo", "my", "zh", "ja", "ko", "ru", "fr", "pt", "hi", "bn", "mn"}
}
