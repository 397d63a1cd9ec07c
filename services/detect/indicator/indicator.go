package indicator

import (
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Indicators is the whole file.
type Indicators struct {
	// Version names the rules; alerts carry it. Empty in the file: a
	// fingerprint of the file.
	Version string
	// History is how many days of counts the detectors see.
	History int
	// Late is how many days before the tested one are tested again, for what
	// came in late.
	Late int
	// Settle is series.Collection.Settle: days until a new source counts.
	Settle int
	Budget Budget
	// Life is the policy of alerts: times and gates. Taxonomy is left empty.
	Life        life.Policy
	Opportunity Opportunity
	List        []Indicator // in the file's order
}

// Budget is how many false alerts are borne, over all series tested together.
type Budget struct {
	Alerts float64 // at most this many false alerts …
	Days   float64 // … in so many days
	// FDR is the share of a day's alarms that may be false (Benjamini and
	// Hochberg 1995, J R Stat Soc B 57:289).
	FDR float64
	// P is the largest p value that alarms however much of the budget is left:
	// what happens by chance every few weeks is no news, even if nothing else
	// is going on.
	P float64
}

// Opportunity says when a calm after an episode is worth a notice.
type Opportunity struct {
	// Within is how many days after an episode a calm counts as its outcome.
	Within int
	// Ratio is the largest share of the expected that still counts as well under
	// the baseline; Stories is how many must have been expected.
	Ratio   float64
	Stories float64
	Window  int // days over which it is judged
	Talks   Talks
}

// Talks says which items speak of talks, of a truce or of a meeting, and when
// more of them are worth a notice.
type Talks struct {
	// Rules are the taxonomy's rules that find them, as evidence names them.
	Rules []string `yaml:"rules"`
	// Stories and Publishers are the fewest of Window, Ratio how many times as
	// many as usual.
	Stories    int     `yaml:"stories"`
	Publishers int     `yaml:"publishers"`
	Ratio      float64 `yaml:"ratio"`
}

// Threshold is the method of an absolute rule; every other method is a detector
// of package algorithm.
const Threshold = "threshold"

// Indicator is one rule.
type Indicator struct {
	ID, Group, Method string
	Params            map[string]any
	// Detector is what Method and Params make; nil for Threshold.
	Detector algorithm.Detector
	// P turns the detector's score into the chance of as much on a quiet day;
	// its alarms are then drawn from the budget over all series. Nil: the
	// detector alarms by itself.
	P func(score float64) float64
	// Lead is how many days before the tested one the detector starts.
	Lead int
	// Window is how many days, ending on the tested one, the minimum counts and
	// the evidence cover.
	Window  int
	Minimum Minimum
	Clear   Clear
	Hold    time.Duration
	// Share is the indicator's share of the budget, beside the shares of the
	// others that draw on it.
	Share float64
	// Level is the highest level that it may give.
	Level kulkul.Level
	// Corroborates: it never opens an alert and keeps none open; where another
	// indicator alarms it counts as a second detector.
	Corroborates bool
	Scope        Scope
}

// Minimum is what the window must hold for an alarm; for a threshold it is the
// whole rule.
type Minimum struct {
	Stories    int     `yaml:"stories"`
	Publishers int     `yaml:"publishers"` // independent owners
	Countries  int     `yaml:"countries"`  // of independent owners
	Weight     float64 `yaml:"weight"`     // reliability weight
	// Ratio is how many times as many stories as the series' own baseline
	// expects of the window.
	Ratio float64 `yaml:"ratio"`
	// History is how many days the collection must go back.
	History int `yaml:"history"`
}

// Clear is the lower bound.
type Clear struct {
	// Stories: the window holds fewer than this.
	Stories int `yaml:"stories"`
	// P: the detector's p value is above this.
	P float64 `yaml:"p"`
	// Ratio: the window holds fewer than this many times what the baseline
	// expects. Where a minimum has a ratio, half-way between it and 1.
	Ratio float64 `yaml:"ratio"`
}

// Scope selects series. Empty lists select all.
type Scope struct {
	// Kinds are pairs, flashpoints (their totals) and areas (regional totals).
	Kinds       []string `yaml:"kinds"`
	Flashpoints []string `yaml:"flashpoints"`
	Areas       []string `yaml:"areas"`
}

// Kinds of series.
const (
	Pairs       = "pairs"
	Flashpoints = "flashpoints"
	Areas       = "areas"
)

// Covers reports whether the scope selects a series.
func (s Scope) Covers(p kulkul.Pair) bool {
	kind := Pairs
	switch {
	case p.Flashpoint == kulkul.Any:
		kind = Areas
	case p.Area == kulkul.Any:
		kind = Flashpoints
	}
	return listed(s.Kinds, kind) && (kind == Areas || listed(s.Flashpoints, p.Flashpoint)) &&
		(kind == Flashpoints || listed(s.Areas, p.Area))
}

func listed(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }

// Groups lists the groups of the indicators that cover a series, sorted.
func (in Indicators) Groups(p kulkul.Pair) []string {
	var out []string
	for _, i := range in.List {
		if i.Scope.Covers(p) {
			out = append(out, i.Group)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
