package render

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Digest is what a daily or weekly mail tells, or one that stands for many.
type Digest struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Rose, Fell, Open (unchanged) and Ended are flashpoint episodes by what
	// became of them.
	Rose     []Change   `json:"rose,omitempty"`
	Fell     []Change   `json:"fell,omitempty"`
	Open     []Change   `json:"open,omitempty"`
	Ended    []Change   `json:"ended,omitempty"`
	Answered []Answered `json:"answered,omitempty"`
	Silent   []Silent   `json:"silent,omitempty"`
	// Held are the notifications that a flood's digest stands for.
	Held []Held `json:"held,omitempty"`
}

// Nothing reports whether there is no news. What is open and unchanged is none.
func (d Digest) Nothing() bool {
	return len(d.Rose)+len(d.Fell)+len(d.Ended)+len(d.Answered)+len(d.Silent)+len(d.Held) == 0
}

// Change is how an episode's level went over the time of a digest.
type Change struct {
	Flashpoint string       `json:"flashpoint"`
	Name       string       `json:"name"`
	Episode    int          `json:"episode"`
	From       kulkul.Level `json:"from,omitempty"`
	To         kulkul.Level `json:"to,omitempty"`
}

// Answered is what people said of a flashpoint.
type Answered struct {
	Flashpoint    string `json:"flashpoint"`
	Name          string `json:"name"`
	By            string `json:"by,omitempty"` // who acknowledged; empty: judgements alone
	Concur, Doubt int
}

// Silent is a source that brings nothing any more.
type Silent struct {
	Name  string    `json:"name"`
	State string    `json:"state"` // silent, failing, gone
	Since time.Time `json:"since"`
}

// Held is a notification that goes out in a digest.
type Held struct {
	Flashpoint string       `json:"flashpoint"`
	Name       string       `json:"name"`
	Episode    int          `json:"episode"`
	Kind       string       `json:"kind"`
	Level      kulkul.Level `json:"level"`
}

// called is a flashpoint's name in the reader's language.
func (v view) called(id, name string) string {
	if n := v.Reader.Names[id]; n != "" {
		return n
	}
	return name
}

// Went says how an episode's level went.
func (v view) Went(c Change) (string, error) {
	from, err := v.Say("level." + c.From.String())
	if err != nil {
		return "", err
	}
	to, err := v.Say("level." + c.To.String())
	return v.said(err, "digest.change", "name", v.called(c.Flashpoint, c.Name), "n", c.Episode, "from", from, "to", to)
}

// Stands says at which level an episode is.
func (v view) Stands(c Change) (string, error) {
	level, err := v.Say("level." + c.To.String())
	return v.said(err, "digest.at", "name", v.called(c.Flashpoint, c.Name), "n", c.Episode, "level", level)
}

// Ends names an episode that is over.
func (v view) Ends(c Change) (string, error) {
	return v.Say("label.episode", "name", v.called(c.Flashpoint, c.Name), "n", c.Episode)
}

// Replied says what people answered.
func (v view) Replied(a Answered) (string, error) {
	name := v.called(a.Flashpoint, a.Name)
	if a.By != "" {
		return v.Say("digest.taken", "name", name, "by", a.By)
	}
	return v.Say("digest.judged", "name", name, "concur", a.Concur, "doubt", a.Doubt)
}

// Fallen says since when a source brings nothing.
func (v view) Fallen(s Silent) (string, error) {
	state, err := v.Say("source." + s.State)
	if err != nil {
		return "", err
	}
	when, err := v.When(s.Since)
	return v.said(err, "digest.source", "name", s.Name, "state", state, "when", when)
}

// Told says what a notification held back would have said.
func (v view) Told(h Held) (string, error) {
	one := v
	one.Content = Content{Flashpoint: h.Flashpoint, Name: h.Name, Episode: h.Episode, Kind: h.Kind, Level: h.Level}
	level, err := v.Say("level." + h.Level.String())
	if err != nil {
		return "", err
	}
	at, err := v.Say("digest.at", "name", one.Flash(), "n", h.Episode, "level", level)
	if err != nil {
		return "", err
	}
	what, err := v.Say("what." + one.Verb())
	return at + " · " + what, err
}

// Span names the time that a digest covers.
func (v view) Span() (string, error) {
	from, err := v.When(v.Digest.From)
	if err != nil {
		return "", err
	}
	to, err := v.When(v.Digest.To)
	return v.said(err, "digest.headline", "from", from, "to", to)
}
