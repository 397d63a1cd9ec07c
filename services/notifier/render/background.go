package render

import (
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Series is what the chart shows: for each day from First to Last the stories
// of the Window days that end on it, what was expected and the threshold.
type Series struct {
	Area     string     `json:"area"`
	First    kulkul.Day `json:"first"`
	Last     kulkul.Day `json:"last"`
	Window   int        `json:"window"` // days
	Values   []float64  `json:"values"`
	Expected float64    `json:"expected"` // 0: none
	Bound    float64    `json:"bound"`
}

// Caption says in words what the chart shows; it is its alternative text too.
func (s Series) Caption() string {
	text := fmt.Sprintf("Distinct stories in %d day(s), %s to %s: highest %s, last %s.", s.Window, s.First, s.Last,
		figure(slices.Max(s.Values)), figure(s.Values[len(s.Values)-1]))
	if s.Expected > 0 {
		text += fmt.Sprintf(" Dashed line: expected, %s.", figure(s.Expected))
	}
	return text + fmt.Sprintf(" Full line: threshold, %s.", figure(s.Bound))
}

// Past is an earlier episode of the flashpoint.
type Past struct {
	Episode int          `json:"episode"`
	Peak    kulkul.Level `json:"peak"`
	From    time.Time    `json:"from"`
	To      time.Time    `json:"to,omitzero"` // zero: not known
}

// Opinions are what people declared since the episode began.
type Opinions struct {
	Concur  int      `json:"concur,omitempty"`
	Doubt   int      `json:"doubt,omitempty"`
	Remarks []Remark `json:"remarks,omitempty"` // newest first
}

// Any reports whether there is anything to show.
func (o Opinions) Any() bool { return o.Concur+o.Doubt+len(o.Remarks) > 0 }

// Remark is what one person said.
type Remark struct {
	By      string    `json:"by"`
	Country string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	AsParty bool      `json:"as_party,omitempty"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}
