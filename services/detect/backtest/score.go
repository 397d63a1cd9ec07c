package backtest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Onset is a day on which something began at a flashpoint, to be found.
type Onset struct {
	Flashpoint string
	Day        kulkul.Day
	Name       string
}

// ReadOnsets reads CSV with the columns flashpoint, onset (YYYY-MM-DD), name.
func ReadOnsets(r io.Reader) ([]Onset, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = 3
	var out []Onset
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read onsets: %w", err)
		}
		line, _ := in.FieldPos(0)
		if line == 1 && row[0] == "flashpoint" {
			continue
		}
		day, err := kulkul.ParseDay(row[1])
		if err != nil {
			return nil, fmt.Errorf("read onsets: line %d: %w", line, err)
		}
		if !slices.Contains(kulkul.Flashpoints(), row[0]) {
			return nil, fmt.Errorf("read onsets: line %d: no flashpoint %q", line, row[0])
		}
		out = append(out, Onset{row[0], day, row[2]})
	}
}

// tolerance is how many days either side of an onset an alert finds it.
const tolerance = 7

// Scorecard says how well onsets were found, and at what price.
type Scorecard struct {
	Onsets int     `json:"onsets"` // within the days replayed
	Found  int     `json:"found"`
	Recall float64 `json:"recall"`
	// MedianDelay is in days from the onset to the first alert within the
	// tolerance; negative: the alert led. Null where none was found.
	MedianDelay *float64 `json:"median_delay_days"`
	// Episodes are distinct flashpoint episodes; Regional are those of areas
	// over all flashpoints, which belong to none.
	Episodes        int     `json:"episodes"`
	Regional        int     `json:"regional_episodes"`
	FlashpointYears float64 `json:"flashpoint_years"`
	Rate            float64 `json:"episodes_per_flashpoint_year"`
	// Precision is the share of flashpoint episodes that found an onset. The
	// list of onsets is not complete, so this is a lower bound.
	Precision float64 `json:"precision"`
	// Fired is how many alerts fired, those not counted that another explains;
	// Budget.Fired is that in Budget.Days days, of which the rules ask that at
	// most Budget.Alerts come of chance.
	Fired   int           `json:"fired"`
	Budget  BudgetUse     `json:"budget"`
	Details []OnsetResult `json:"details"`
}

// BudgetUse holds what fired against the budget of the rules.
type BudgetUse struct {
	Days   float64 `json:"days"`
	Alerts float64 `json:"alerts"`
	Fired  float64 `json:"fired"`
}

// OnsetResult is what became of one onset.
type OnsetResult struct {
	Flashpoint string       `json:"flashpoint"`
	Onset      kulkul.Day   `json:"onset"`
	Name       string       `json:"name"`
	Found      bool         `json:"found"`
	Delay      int          `json:"delay_days"` // of the first alert; 0 where not found
	Level      kulkul.Level `json:"level"`      // the highest within the tolerance
	// Stories are those of the flashpoint within the tolerance: a miss with few
	// was hardly to be seen.
	Stories int    `json:"stories"`
	Reason  string `json:"reason,omitempty"`
}

// Score holds a replay against onsets.
func (h *History) Score(onsets []Onset) Scorecard {
	s := Scorecard{Details: []OnsetResult{}}
	s.FlashpointYears = float64(len(kulkul.Flashpoints())) * float64(h.To-h.From+1) / 365.25
	episodes := h.episodes()
	hits := map[episodeKey]bool{}
	var delays []float64
	for _, o := range onsets {
		if o.Day < h.From || o.Day > h.To {
			continue
		}
		r := h.find(o, hits)
		s.Onsets++
		if r.Found {
			s.Found++
			delays = append(delays, float64(r.Delay))
		}
		s.Details = append(s.Details, r)
	}
	for k := range episodes {
		if k.flashpoint == kulkul.Any {
			s.Regional++
		} else {
			s.Episodes++
		}
	}
	for _, e := range h.Events {
		if e.Change == kulkul.Fired && e.Alert.Inhibited == "" {
			s.Fired++
		}
	}
	s.Budget = BudgetUse{Days: h.budget.Days, Alerts: h.budget.Alerts,
		Fired: math.Round(float64(s.Fired)*h.budget.Days/float64(h.To-h.From+1)*1000) / 1000}
	if s.Onsets > 0 {
		s.Recall = float64(s.Found) / float64(s.Onsets)
	}
	if len(delays) > 0 {
		m := median(delays)
		s.MedianDelay = &m
	}
	s.Rate = math.Round(float64(s.Episodes)/s.FlashpointYears*1000) / 1000
	if s.Episodes > 0 {
		s.Precision = math.Round(float64(len(hits))/float64(s.Episodes)*1000) / 1000
	}
	return s
}

type episodeKey struct {
	flashpoint string
	number     int
}

func (h *History) episodes() map[episodeKey]bool {
	out := map[episodeKey]bool{}
	for _, l := range h.Lines {
		out[episodeKey{l.Flashpoint, l.Episode}] = true
	}
	return out
}

// find looks for the first alert of the onset's flashpoint that fires, or is
// raised, within the tolerance, and notes the episodes that found it.
func (h *History) find(o Onset, hits map[episodeKey]bool) OnsetResult {
	r := OnsetResult{Flashpoint: o.Flashpoint, Onset: o.Day, Name: o.Name}
	total := kulkul.Pair{Flashpoint: o.Flashpoint, Area: kulkul.Any}
	for _, n := range h.table.Counts(total, o.Day-tolerance, o.Day+tolerance, h.To) {
		r.Stories += n
	}
	for _, l := range h.Lines {
		delay := int(kulkul.DayOf(l.At) - o.Day)
		if l.State != kulkul.Firing || l.Flashpoint != o.Flashpoint || delay < -tolerance || delay > tolerance {
			continue
		}
		hits[episodeKey{l.Flashpoint, l.Episode}] = true
		if !r.Found {
			r.Found, r.Delay, r.Reason = true, delay, l.Reason
		}
		r.Level = max(r.Level, l.Level)
	}
	if !r.Found {
		r.Reason = h.miss(o)
	}
	return r
}

// miss says why an onset was not found, as far as the counts tell.
func (h *History) miss(o Onset) string {
	for _, l := range slices.Backward(h.Lines) {
		if l.Flashpoint != o.Flashpoint || kulkul.DayOf(l.At) > o.Day {
			continue
		}
		if l.State == kulkul.Firing || l.State == kulkul.Recovering {
			return fmt.Sprintf("episode %d had lasted since before and its level did not rise", l.Episode)
		}
		break
	}
	return "no rule was met by the stories of these days"
}

func median(v []float64) float64 {
	slices.Sort(v)
	n := len(v)
	if n%2 == 1 {
		return v[n/2]
	}
	return (v[n/2-1] + v[n/2]) / 2
}
