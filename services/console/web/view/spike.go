package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Spike says of what the stories of a stretch of days are made: what is news,
// and what only looks like it.
type Spike struct {
	Flashpoint string     `json:"flashpoint"`
	From       kulkul.Day `json:"from"`
	To         kulkul.Day `json:"to"`
	// Stories counts all that detectors test; News those that are real news.
	Stories int `json:"stories"`
	News    int `json:"news"`
	// Late came in two days or more after publication, or from sources that had
	// been silent, which Returned names.
	Late     int      `json:"late"`
	Returned []string `json:"returned"`
	// New counts stories left out of tests: only sources that were added lately
	// carried them.
	New int `json:"new"`
	// Items is how many items told the stories; Carried how many sources
	// carried the most reprinted one.
	Items   int `json:"items"`
	Carried int `json:"carried"`
	Owners  int `json:"owners"`
	// Days are the stretch's busiest days, each judged by itself.
	Days []SpikeDay `json:"days"`
}

// SpikeDay is one busy day.
type SpikeDay struct {
	Day     kulkul.Day `json:"day"`
	Stories int        `json:"stories"`
	News    int        `json:"news"`
	Late    int        `json:"late"`
	New     int        `json:"new"`
}

// spikeRange is the longest stretch that is judged, spikeRhythm how many days
// before it show a source's rhythm, busiest how many days are shown.
const (
	spikeRange  = 90
	spikeRhythm = 60
	busiest     = 7
)

// Spike judges the stories of a flashpoint over a range, as the detectors do.
func (r *Reader) Spike(ctx context.Context, u kulkul.User, id string, g Range) (Spike, error) {
	if !slices.Contains(r.Flashpoints(u), id) {
		return Spike{}, fmt.Errorf("flashpoint %q: %w", id, store.ErrNotFound)
	}
	from, to := g.bounds(r.today())
	from = max(from, to-spikeRange+1)
	s := Spike{Flashpoint: id, From: from, To: to}
	table, err := r.table(ctx, id, from, to)
	if err != nil {
		return s, err
	}
	pair := kulkul.Pair{Flashpoint: id, Area: kulkul.Any}
	w := table.Window(pair, from, to, to)
	s.Stories, s.News, s.Late, s.New, s.Carried = w.Stories, w.Firm.Stories, len(w.Backlog), w.Unsettled, w.Carried
	s.Returned, s.Items, s.Owners = w.Returned, table.Items(), len(w.Owners)
	for day := from; day <= to; day++ {
		if one := table.Window(pair, day, day, to); one.Stories+one.Unsettled > 0 {
			s.Days = append(s.Days, SpikeDay{day, one.Stories, one.Firm.Stories, len(one.Backlog), one.Unsettled})
		}
	}
	slices.SortStableFunc(s.Days, func(a, b SpikeDay) int { return b.Stories - a.Stories })
	s.Days = s.Days[:min(len(s.Days), busiest)]
	return s, nil
}

// table counts a flashpoint's stories as the detectors do.
func (r *Reader) table(ctx context.Context, id string, from, to kulkul.Day) (*series.Table, error) {
	current := r.Settings.Current()
	rules, err := indicator.Parse(config.IndicatorsFile, current.Files[config.IndicatorsFile])
	if err != nil {
		return nil, fmt.Errorf("read indicators: %w", err)
	}
	activity, err := r.Store.SourceActivity(ctx, from-spikeRhythm, to)
	if err != nil {
		return nil, fmt.Errorf("read activity of sources: %w", err)
	}
	arrivals := make([]series.Arrival, len(activity))
	for i, a := range activity {
		arrivals[i] = series.Arrival{Source: a.Source, Day: a.Day, Items: a.Items}
	}
	aliases, err := r.Store.Aliases(ctx)
	if err != nil {
		return nil, fmt.Errorf("read story joins: %w", err)
	}
	observations, err := r.Store.Observations(ctx, r.Taxonomy(), from, to, store.ObservationFilter{Flashpoint: id})
	if err != nil {
		return nil, fmt.Errorf("read observations: %w", err)
	}
	return series.Build(series.NewCollection(current.Sources, arrivals, rules.Settle), observations, aliases, time.Time{}), nil
}
