// Package rulefile reads the taxonomy's YAML files.
//
// In: the bytes of one file. Out: its groups of terms, rules, features and
// examples as plain values, each with the line it stands on, or a list of
// Problems with file, line and a hint. Called by package lexicon, which
// resolves the references between files. It knows no matching.
package rulefile

// Kind says what a file describes; it follows from the folder the file is in.
type Kind string

// The kinds.
const (
	Area       Kind = "area"
	Flashpoint Kind = "flashpoint"
	Context    Kind = "context"
	Shared     Kind = "shared"
	Masks      Kind = "masks"
)

// Pos is a place in a file; lines count from 1.
type Pos struct {
	File string
	Line int
}

// Ref is a name used somewhere.
type Ref struct {
	Name string
	Pos  Pos
}

// File is one taxonomy file.
type File struct {
	Kind Kind
	ID   string
	Path string
	// Names are display names by language.
	Names     map[string]string
	Threshold float64
	Requires  []Ref
	Excludes  []Ref
	Parties   []string // ISO 3166-1 alpha-2
	Centre    Point
	Groups    []Group
	Features  []Feature
	Rules     []Rule
	Against   []Rule
	Examples  []Example
}

// Point is a place on Earth, degrees north and east. Set tells it from 0, 0.
type Point struct {
	Lat, Lon float64
	Set      bool
}

// Term is one term as written, before its small syntax is read.
type Term struct {
	Text string
	Lang string // a language code or Every
	Pos  Pos
}

// Every is the key of terms that count in text of every language.
const Every = "every"

// Group is a named set of terms.
type Group struct {
	Name    string
	Pos     Pos
	Terms   []Term
	Except  []Term
	Include []Ref
	Weight  float64 // multiplies every term's own
}

// Feature is one entry of a flashpoint's gazetteer; Group holds all its names.
type Feature struct {
	Name    string // neutral display name
	Kind    string
	At      Point
	General []Term
	Claimed []Claim
	Group   Group
}

// Claim is the names one state uses for a feature.
type Claim struct {
	State string // ISO 3166-1 alpha-2
	Terms []Term
}

// Zone restricts where a condition looks.
type Zone string

// The zones a condition may be restricted to.
const (
	Anywhere Zone = ""
	Title    Zone = "title"
	Headline Zone = "headline" // title, summary and lead
	Text     Zone = "text"     // summary, lead and the rest
)

// Rule is a named condition with its weight, 0 to 1.
type Rule struct {
	Name   string
	Pos    Pos
	Weight float64
	Cond   Cond
}

// Cond is a condition: all its keys hold together.
type Cond struct {
	Pos       Pos
	Any       []Operand
	All       []Operand
	Not       []Operand
	Near      []Ref
	Within    int // words
	When      []Ref
	Unless    []Ref
	Languages []string
	Sources   []string
	In        Zone
}

// Positive reports whether the condition can point at a place in the text.
func (c Cond) Positive() bool { return len(c.Any)+len(c.All)+len(c.Near) > 0 }

// Operand is a group or a nested condition.
type Operand struct {
	Group Ref
	Cond  *Cond
}

// Example is a text and the tags it must and must not get.
type Example struct {
	Pos                  Pos
	Title, Summary, Body string
	Language, Source     string
	Exact                bool // Has is the complete set
	Has, Lacks           []Ref
}

// Languages are the codes that a group of terms may have, besides Every.
func Languages() []string {
	return []string{"en", "id", "ms", "th", "vi", "tl", "km", "lo", "my", "zh", "ja", "ko", "ru", "fr", "pt", "hi", "bn", "mn"}
}

// FeatureKinds are the kinds a feature may have.
func FeatureKinds() []string {
	return []string{
		"shoal", "reef", "island", "islands", "sea", "strait", "river", "lake", "dam", "canal", "border", "crossing", "temple", "town",
		"province", "region", "base", "road", "line", "zone", "field", "mountain", "pass", "camp", "mine", "structure",
	}
}
