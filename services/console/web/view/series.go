package view

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// window is how many days the situation shows, today included: the week that
// is judged and the five before it that it is held against.
const (
	window = 42
	week   = 7
)

// Trend says how the last seven days stand against the weeks before. It guides
// the eye; alerts come from the detectors.
type Trend string

// The trends.
const (
	Rising  Trend = "rising"
	Falling Trend = "falling"
	Steady  Trend = "steady"
)

// Series is the daily stories of one pair over a range of days.
type Series struct {
	Pair kulkul.Pair `json:"pair"`
	From kulkul.Day  `json:"from"`
	// Stories, Owners: one figure a day, from From on.
	Stories []int `json:"stories"`
	Owners  []int `json:"owners"`
	// Week is the stories of the last seven days, Usual the mean of the full
	// weeks before.
	Week  int     `json:"week"`
	Usual float64 `json:"usual"`
	Trend Trend   `json:"trend"`
	// Last is the last day with a story; zero where there is none.
	Last kulkul.Day `json:"last,omitzero"`
}

// newSeries makes an empty series of n days.
func newSeries(p kulkul.Pair, from kulkul.Day, n int) *Series {
	return &Series{Pair: p, From: from, Stories: make([]int, n), Owners: make([]int, n)}
}

// arrange makes series of counts, one for every pair that has any.
func arrange(counts []store.DayCount, from kulkul.Day, n int) map[kulkul.Pair]*Series {
	all := map[kulkul.Pair]*Series{}
	for _, c := range counts {
		i := int(c.Day - from)
		if i < 0 || i >= n {
			continue
		}
		s := all[c.Pair]
		if s == nil {
			s = newSeries(c.Pair, from, n)
			all[c.Pair] = s
		}
		s.Stories[i], s.Owners[i] = c.Count.Stories, c.Count.Owners
		if c.Count.Stories > 0 {
			s.Last = max(s.Last, c.Day)
		}
	}
	for _, s := range all {
		s.judge()
	}
	return all
}

// judge sets week, usual and trend. The trend is rising or falling where the
// week lies two standard deviations of a Poisson count off the usual.
func (s *Series) judge() {
	n := len(s.Stories)
	split := max(n-week, 0)
	s.Week = sum(s.Stories[split:])
	weeks := split / week
	if weeks > 0 {
		s.Usual = float64(sum(s.Stories[split-weeks*week:split])) / float64(weeks)
	}
	z := (float64(s.Week) - s.Usual) / math.Sqrt(math.Max(s.Usual, 1))
	switch {
	case weeks > 0 && z >= 2:
		s.Trend = Rising
	case weeks > 0 && z <= -2:
		s.Trend = Falling
	default:
		s.Trend = Steady
	}
}

// Any reports whether there was a story at all.
func (s *Series) Any() bool { return s != nil && s.Last != 0 }

func sum(counts []int) int {
	total := 0
	for _, c := range counts {
		total += c
	}
	return total
}
