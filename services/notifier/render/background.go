package render

import (
	"cmp"
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
	Voices  []Voice  `json:"voices,omitempty"`  // by track and country
	Remarks []Remark `json:"remarks,omitempty"` // newest first
}

// Count adds a judgement. One whose track or country is not known counts and is
// no voice of its own.
func (o *Opinions) Count(a kulkul.Assessment) {
	var v Voice
	switch a.Opinion {
	case "concur":
		v.Concur = 1
	case "doubt":
		v.Doubt = 1
	}
	o.Concur, o.Doubt = o.Concur+v.Concur, o.Doubt+v.Doubt
	if a.Track == "" || a.Country == "" {
		return
	}
	i := slices.IndexFunc(o.Voices, func(v Voice) bool { return v.Track == a.Track && v.Country == a.Country })
	if i < 0 {
		i = len(o.Voices)
		o.Voices = append(o.Voices, Voice{Track: a.Track, Country: a.Country})
	}
	o.Voices[i].Concur, o.Voices[i].Doubt = o.Voices[i].Concur+v.Concur, o.Voices[i].Doubt+v.Doubt
	slices.SortFunc(o.Voices, func(a, b Voice) int {
		return cmp.Or(cmp.Compare(a.Track, b.Track), cmp.Compare(a.Country, b.Country))
	})
}

// Voice is how many of one track and country judged how.
type Voice struct {
	Track   kulkul.Track `json:"track"`
	Country string       `json:"country"`
	Concur  int          `json:"concur,omitempty"`
	Doubt   int          `json:"doubt,omitempty"`
}

// Concern is a weakness of the figures that is known.
type Concern struct {
	// Kind is country (all publishers are of one), party (publishers of parties),
	// baseline (there is none yet) or silent (sources that bring nothing).
	Kind  string `json:"kind"`
	N     int    `json:"n,omitempty"`
	Total int    `json:"total,omitempty"`
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
