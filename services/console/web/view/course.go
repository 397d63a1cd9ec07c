package view

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/detect/evaluate"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Course is what the rules in force hold a series against, one figure a day;
// over the past year only.
type Course struct {
	// Expected is how many stories the baseline expects; 0 where the past is too
	// short to say.
	Expected []float64 `json:"expected"`
	// AlarmFrom is how many stories raise an alarm; 0 where no rule tests the day.
	AlarmFrom []int `json:"alarm_from"`
	// Alarms are the days that raise one, if their publishers are as many as the
	// rule asks for.
	Alarms []kulkul.Day `json:"alarms"`
}

// Known reports whether it says anything.
func (c Course) Known() bool {
	return slices.ContainsFunc(c.Expected, func(v float64) bool { return v > 0 })
}

// course gives a series' course over its own days.
func course(c *evaluate.Courses, s *Series) Course {
	points := c.Of(s.Pair, s.From, s.From+kulkul.Day(len(s.Stories))-1)
	out := Course{Expected: make([]float64, len(points)), AlarmFrom: make([]int, len(points))}
	for i, p := range points {
		out.Expected[i] = p.Expected
		if !math.IsNaN(p.Bound) {
			out.AlarmFrom[i] = max(1, int(p.Bound)+1)
		}
		if p.Alarm {
			out.Alarms = append(out.Alarms, s.From+kulkul.Day(i))
		}
	}
	return out
}

// readCourses reads the counts of the past year under the rules in force.
func (r *Reader) readCourses(ctx context.Context) (*evaluate.Courses, error) {
	rules, err := indicator.Parse(config.IndicatorsFile, r.Settings.Current().Files[config.IndicatorsFile])
	if err != nil {
		return nil, fmt.Errorf("read the indicators in force: %w", err)
	}
	recent, err := r.recentCounts(ctx)
	if err != nil {
		return nil, err
	}
	today := r.today()
	// Yesterday's reading does: what it lacks is one day of a year.
	old, _, ok := r.settled.have(r.Now())
	if !ok || old.taxonomy != r.Taxonomy() {
		if old, err = r.settledCounts(ctx, settledFresh); err != nil {
			return nil, err
		}
	}
	from := today - settledDays + 1
	counts := map[kulkul.Pair][]int{}
	take := func(list []store.DayCount, first, last kulkul.Day) {
		for _, c := range list {
			if c.Day < first || c.Day > last {
				continue
			}
			if counts[c.Pair] == nil {
				counts[c.Pair] = make([]int, settledDays)
			}
			counts[c.Pair][c.Day-from] = c.Count.Stories
		}
	}
	take(old.counts, from, today-window)
	take(recent, today-window+1, today)
	return evaluate.NewCourses(rules, from, counts), nil
}
