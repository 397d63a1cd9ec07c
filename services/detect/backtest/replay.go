package backtest

import (
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/evaluate"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Config says what to replay.
type Config struct {
	Indicators indicator.Indicators
	// From and To bound the days evaluated, both included; what was known
	// before is baseline.
	From, To kulkul.Day
	// Collection is what is known of the sources; zero: all of them count.
	Collection series.Collection
	Taxonomy   string
	// Series are those evaluated; nil: kulkul.AllSeries.
	Series []kulkul.Pair
}

// Run replays the items and hands each line to tell as it happens. The result
// holds what the scorecard and the report are made of.
func Run(c Config, items []Item, tell func(Line) error) (*History, error) {
	if c.To < c.From {
		return nil, fmt.Errorf("from %s to %s: no day lies between", c.From, c.To)
	}
	r := &replay{Config: c, table: series.New(c.Collection), coming: inOrder(items), lives: map[string]life.Flashpoint{},
		tell: tell, history: &History{From: c.From, To: c.To, budget: c.Indicators.Budget}}
	r.learn(c.From.Start().Add(-1))
	for day := c.From; day <= c.To; day++ {
		if err := r.day(day); err != nil {
			return nil, err
		}
	}
	r.history.table = r.table
	return r.history, nil
}

// History is what a replay left.
type History struct {
	From, To kulkul.Day
	Lines    []Line
	// Events are all that happened, Lines those of them that are printed.
	Events  []kulkul.AlertEvent
	Notices []kulkul.Notice

	budget indicator.Budget
	table  *series.Table
}

type replay struct {
	Config
	table   *series.Table
	coming  []Item // not known yet
	lives   map[string]life.Flashpoint
	tell    func(Line) error
	history *History
}

// learn takes in what is known by an instant, and reports whether anything of
// it counts in a series.
func (r *replay) learn(by time.Time) bool {
	any := false
	for len(r.coming) > 0 && !r.coming[0].Tagged.Item.Collected.After(by) {
		i := r.coming[0]
		r.coming = r.coming[1:]
		r.table.Join(i.Tagged.Aliases...)
		if known := i.known(r.Indicators.Opportunity.Talks.Rules); len(known[0].Pairs) > 0 {
			r.table.Add(known...)
			any = true
		}
	}
	return any
}

// day replays one day: a touch for every hour in which something came in, then
// the tick.
func (r *replay) day(day kulkul.Day) error {
	for len(r.coming) > 0 && r.coming[0].Tagged.Item.Collected.Before(day.End()) {
		hour := r.coming[0].Tagged.Item.Collected.Truncate(time.Hour).Add(time.Hour)
		at := hour.Add(-time.Nanosecond)
		if r.learn(at) {
			if err := r.evaluate(at, day, life.Raise); err != nil {
				return err
			}
		}
	}
	r.learn(day.End())
	return r.evaluate(day.End(), day, life.Full)
}

func (r *replay) evaluate(at time.Time, day kulkul.Day, mode life.Mode) error {
	result := evaluate.Evaluate(evaluate.Input{At: at, Day: day, Mode: mode, Table: r.table, Indicators: r.Indicators,
		Taxonomy: r.Taxonomy, Series: r.Series, Flashpoints: r.lives})
	for id, f := range result.Flashpoints {
		r.lives[id] = f
	}
	r.history.Notices = append(r.history.Notices, result.Notices...)
	r.history.Events = append(r.history.Events, result.Events...)
	for _, e := range result.Events {
		line, shown := lineOf(e)
		if !shown {
			continue
		}
		r.history.Lines = append(r.history.Lines, line)
		if err := r.tell(line); err != nil {
			return err
		}
	}
	return nil
}
