package kulkul

import "fmt"

// Level says how strongly an alert asks for attention.
type Level int

// The levels, in order.
const (
	NoLevel Level = iota
	Watch
	Elevated
	High
	Critical
)

var levelNames = [...]string{"none", "watch", "elevated", "high", "critical"}

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for i, n := range levelNames {
		if n == s {
			return Level(i), nil
		}
	}
	return NoLevel, fmt.Errorf("level %q: want watch, elevated, high or critical", s)
}

// String is the level's name.
func (l Level) String() string {
	if l < NoLevel || l > Critical {
		return fmt.Sprintf("level(%d)", int(l))
	}
	return levelNames[l]
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the level's name.
func (l *Level) UnmarshalText(b []byte) error {
	v, err := ParseLevel(string(b))
	if err != nil {
		return err
	}
	*l = v
	return nil
}
