package algorithm

import (
	"errors"
	"sort"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// errNoDates says that years were to be counted by date in a series without dates.
var errNoDates = errors.New("epochAsDate: the series has no dates")

// Fits checks that there are dates where years are counted by date.
func (d FarringtonFlexible) Fits(s Series) error {
	if d.EpochAsDate && len(s.Dates) < 2 {
		return errNoDates
	}
	return nil
}

// reference collects the reference data of t: group NoPeriods-1 holds the
// windows about the same time of each year, the groups below it the blocks
// between them. It reports whether the series reaches back far enough.
func (d FarringtonFlexible) reference(q *quasiPoisson, s Series, t int) bool {
	q.reset(d.NoPeriods)
	window, end := d.NoPeriods-1, t-d.past()-1
	next := 0 // nothing up to here is added again
	add := func(lo, hi, group int) {
		for u := max(lo, next+1); u <= min(hi, end); u++ {
			q.add(u, s.time(d.EpochAsDate, u), group)
		}
		next = max(next, hi)
	}
	at, ok := d.yearBack(s, t, d.B)
	if !ok || at-d.W < 0 {
		return false
	}
	for i := d.B; i >= 1; i-- {
		later, found := d.yearBack(s, t, i-1)
		if !found {
			return false
		}
		add(at-d.W, at+d.W, window)
		if d.NoPeriods > 1 && !d.blocks(at+d.W+1, later-d.W-1, add) {
			return false
		}
		at = later
	}
	add(t-d.W, t, window)
	return len(q.data.Response) > 0
}

// blocks cuts the points lo..hi into NoPeriods-1 blocks, the first ones one
// longer where they do not come out even. It reports whether there are enough.
func (d FarringtonFlexible) blocks(lo, hi int, add func(lo, hi, group int)) bool {
	n, p := hi-lo+1, d.NoPeriods-1
	if n < d.NoPeriods-(2*d.W+1) || n < 0 {
		return false
	}
	for j := range p {
		size := n / p
		if j < n%p {
			size++
		}
		add(lo, lo+size-1, j)
		lo += size
	}
	return true
}

// yearBack is the point that lies i years before t.
func (d FarringtonFlexible) yearBack(s Series, t, i int) (int, bool) {
	if !d.EpochAsDate {
		return t - i*s.Freq, t-i*s.Freq >= 1
	}
	if len(s.Dates) == 0 {
		return 0, false
	}
	want := dateBack(s.Dates[t-1], i, s.Freq == 52)
	k := sort.Search(len(s.Dates), func(k int) bool { return s.Dates[k] >= want })
	return k + 1, k < len(s.Dates) && s.Dates[k] == want
}

// dateBack is the same date i years before, for a weekly series the nearest day
// of the same weekday (the earlier of two).
func dateBack(day kulkul.Day, i int, weekly bool) kulkul.Day {
	then := day.Start()
	back := kulkul.DayOf(time.Date(then.Year()-i, then.Month(), then.Day(), 0, 0, 0, 0, time.UTC))
	if !weekly {
		return back
	}
	a := back - kulkul.Day(back.Weekday()-day.Weekday())
	b := a + 7
	if a > back {
		b = a - 7
	}
	if abs(a-back) > abs(b-back) {
		return b
	}
	return a
}

func abs(d kulkul.Day) kulkul.Day { return max(d, -d) }

// time is the time axis of a regression: the number of the point, or by date the
// distance from the first in units of the first step.
func (s Series) time(byDate bool, t int) float64 {
	if !byDate || len(s.Dates) < 2 {
		return float64(t)
	}
	return float64(s.Dates[t-1]-s.Dates[0]) / float64(s.Dates[1]-s.Dates[0])
}
