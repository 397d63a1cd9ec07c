package algorithm

import (
	"fmt"
	"math"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Series is a series of counts at equal steps.
type Series struct {
	// Counts holds the counts, oldest first; NaN is a missing one.
	Counts []float64
	// Freq is the number of steps in a year: 365 days, 52 weeks, 12 months; 7 is
	// a daily series whose "year" is a week.
	Freq int
	// Start is the year and the step in it (from 1) of the first count.
	Start [2]int
	// Dates, where known, holds the day each step begins, UTC.
	Dates []kulkul.Day
	// Exposure, where known, is how much of the reporting of the step tested each
	// step saw, 1 being as much. Detectors with weekday factors read counts by it;
	// the others do not.
	Exposure []float64
}

// Validate checks what no detector can do without.
func (s Series) Validate() error {
	if s.Freq < 1 {
		return fmt.Errorf("freq %d: want 1 or more", s.Freq)
	}
	if len(s.Dates) != 0 && len(s.Dates) != len(s.Counts) {
		return fmt.Errorf("%d dates for %d counts", len(s.Dates), len(s.Counts))
	}
	if len(s.Exposure) != 0 && len(s.Exposure) != len(s.Counts) {
		return fmt.Errorf("%d exposures for %d counts", len(s.Exposure), len(s.Counts))
	}
	for i := 1; i < len(s.Dates); i++ {
		if s.Dates[i] <= s.Dates[i-1] {
			return fmt.Errorf("date %d (%s) is not after the one before", i+1, s.Dates[i])
		}
	}
	for i, y := range s.Counts {
		if y < 0 || math.IsInf(y, 0) {
			return fmt.Errorf("count %d: %g is no count", i+1, y)
		}
	}
	return nil
}

// at is the count at point t, from 1; NaN outside the series.
func (s Series) at(t int) float64 {
	if t < 1 || t > len(s.Counts) {
		return math.NaN()
	}
	return s.Counts[t-1]
}

// clip is the part of a range that lies in the series.
func (s Series) clip(first, last int) (int, int) {
	return max(1, first), min(last, len(s.Counts))
}

// Daily reports whether the steps are days.
func (s Series) Daily() bool {
	if len(s.Dates) > 1 {
		return s.Dates[len(s.Dates)-1]-s.Dates[0] == kulkul.Day(len(s.Dates)-1)
	}
	return len(s.Dates) == 1 || s.Freq == 365 || s.Freq == 7
}

// firstWeekday is the weekday of the first count, Monday 0. Without dates a year
// of 365 begins on the first of January, and a "year" of 7 on Monday.
func (s Series) firstWeekday() int {
	switch {
	case len(s.Dates) > 0:
		return (int(s.Dates[0].Weekday()) + 6) % 7
	case s.Freq == 7:
		return ((s.Start[1]-1)%7 + 7) % 7
	}
	day := time.Date(s.Start[0], time.January, s.Start[1], 0, 0, 0, 0, time.UTC)
	return (int(day.Weekday()) + 6) % 7
}

// mean is the mean of the counts from point lo to hi, as R's mean: NaN with a
// missing one among them, or with none.
func (s Series) mean(lo, hi int) float64 {
	return s.sum(lo, hi) / float64(hi-lo+1)
}

// sum is the sum of the counts from point lo to hi; NaN with a missing one.
func (s Series) sum(lo, hi int) float64 {
	sum := 0.0
	for t := lo; t <= hi; t++ {
		sum += s.at(t)
	}
	return sum
}

// known is the sum and the number of the counts from point lo to hi that are
// not missing.
func (s Series) known(lo, hi int) (sum, n float64) {
	for t := max(1, lo); t <= min(hi, len(s.Counts)); t++ {
		if y := s.Counts[t-1]; !math.IsNaN(y) {
			sum += y
			n++
		}
	}
	return sum, n
}
