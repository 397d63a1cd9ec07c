package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Situation is the first page: where the region stands.
type Situation struct {
	At    time.Time `json:"at"`
	Areas []string  `json:"areas"`
	// Rows are the flashpoints, the most pressing first; Regional is the row of
	// the areas' totals.
	Rows     []Row       `json:"rows"`
	Regional Row         `json:"regional"`
	Alerts   []AlertLine `json:"alerts"` // open, the most pressing first
	System   System      `json:"system"`
	Listen   Listen      `json:"listen"`
	// Calm, Silent and Degraded count flashpoints without an alert by kind of
	// quiet; Rising counts those with one.
	Calm     int `json:"calm"`
	Silent   int `json:"silent"`
	Degraded int `json:"degraded"`
	Alerting int `json:"alerting"`
}

// Row is one flashpoint in the situation.
type Row struct {
	Flashpoint string       `json:"flashpoint"`
	Name       string       `json:"name"`
	Level      kulkul.Level `json:"level"`
	Total      Cell         `json:"total"`
	Cells      []Cell       `json:"cells"` // one per area, in the areas' order
	Quiet      Quiet        `json:"quiet,omitempty"`
}

// Cell is one series in the situation with the alert it stands in.
type Cell struct {
	Pair   kulkul.Pair  `json:"pair"`
	Series *Series      `json:"series,omitempty"` // nil: no story in the window
	Level  kulkul.Level `json:"level"`
	Alert  string       `json:"alert,omitempty"` // id of the alert behind the level
}

// Quiet says why a flashpoint is quiet. The three kinds are never shown alike.
type Quiet string

// The kinds of quiet.
const (
	Loud     Quiet = ""         // it is not
	Calm     Quiet = "calm"     // sources report, nothing stands out
	Silenced Quiet = "silent"   // those who speak of it say nothing: we may not know
	Degraded Quiet = "degraded" // the system itself does not keep up
)

// Situation reads the first page.
func (r *Reader) Situation(ctx context.Context, u kulkul.User) (Situation, error) {
	s := Situation{At: r.Now().UTC(), Areas: kulkul.Areas()}
	var counts []store.DayCount
	var open []AlertLine
	err := AtOnce(ctx, func(ctx context.Context) (err error) {
		if counts, err = r.recentCounts(ctx); err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
		return nil
	}, func(ctx context.Context) (err error) {
		open, err = r.openAlerts(ctx, u, store.AlertFilter{})
		return err
	}, func(ctx context.Context) (err error) {
		s.System, err = r.System(ctx)
		return err
	}, func(ctx context.Context) (err error) {
		s.Listen, err = r.listen(ctx)
		return err
	})
	if err != nil {
		return s, err
	}
	series := arrange(counts, r.today()-window+1, window)
	levels := levelsOf(open)
	for _, f := range r.Flashpoints(u) {
		row := r.row(f, s.Areas, series, levels)
		switch {
		case row.Level > kulkul.NoLevel:
			s.Alerting++
		case s.System.Degraded():
			row.Quiet = Degraded
			s.Degraded++
		case s.Listen.DeafTo(f) || s.Listen.Deaf() && row.Total.Series == nil:
			row.Quiet = Silenced
			s.Silent++
		default:
			row.Quiet = Calm
			s.Calm++
		}
		s.Rows = append(s.Rows, row)
	}
	slices.SortStableFunc(s.Rows, byUrgency)
	s.Regional = r.row(kulkul.Any, s.Areas, series, levels)
	s.Alerts = open
	return s, nil
}

func byUrgency(a, b Row) int {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(excess(b.Total), excess(a.Total)))
}

// excess is how many stories the week has beyond the usual.
func excess(c Cell) float64 {
	if c.Series == nil {
		return 0
	}
	return float64(c.Series.Week) - c.Series.Usual
}

// strongest is the highest level of a pair and the alert it comes from.
type strongest struct {
	level kulkul.Level
	alert string
}

func levelsOf(open []AlertLine) map[kulkul.Pair]strongest {
	levels := map[kulkul.Pair]strongest{}
	for _, a := range open {
		if a.Alert.State == kulkul.Pending {
			continue
		}
		p := kulkul.Pair{Flashpoint: a.Alert.Key.Flashpoint, Area: a.Alert.Key.Area}
		if a.Alert.Level > levels[p].level {
			levels[p] = strongest{a.Alert.Level, a.ID}
		}
	}
	return levels
}

func (r *Reader) row(flashpoint string, areas []string, series map[kulkul.Pair]*Series, levels map[kulkul.Pair]strongest) Row {
	cell := func(area string) Cell {
		p := kulkul.Pair{Flashpoint: flashpoint, Area: area}
		return Cell{Pair: p, Series: series[p], Level: levels[p].level, Alert: levels[p].alert}
	}
	row := Row{Flashpoint: flashpoint, Total: cell(kulkul.Any)}
	if flashpoint == kulkul.Any {
		row.Name = "All the region"
	} else {
		row.Name = r.Names.Name(flashpoint)
	}
	row.Level = row.Total.Level
	for _, a := range areas {
		c := cell(a)
		row.Level = max(row.Level, c.Level)
		row.Cells = append(row.Cells, c)
	}
	return row
}
