package health

import (
	"math"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Rhythm is how often a feed brings something.
type Rhythm struct {
	Last    time.Time     `json:"last,omitzero"` // newest publication
	Gaps    int           `json:"gaps,omitempty"`
	Mean    time.Duration `json:"mean,omitempty"`   // between two publications, recent ones weighing more
	Square  float64       `json:"square,omitempty"` // mean square of the gaps in s², likewise
	Longest time.Duration `json:"longest,omitempty"`
}

// A rhythm is known after so many gaps; each later gap weighs 1/20 in the mean,
// so that it follows a change within some twenty items.
const (
	knownAfter = 10
	memorySpan = 20
)

// With is the rhythm after the publications given, in any order.
func (r Rhythm) With(published []time.Time, now time.Time) Rhythm {
	for _, t := range slices.SortedFunc(slices.Values(published), time.Time.Compare) {
		if t.After(now) {
			t = now
		}
		if r.Last.IsZero() {
			r.Last = t
			continue
		}
		gap := t.Sub(r.Last)
		if gap < 0 {
			continue // older than what is known: a backlog, not a rhythm
		}
		r.Last = t
		r.Gaps++
		weight := min(r.Gaps, memorySpan)
		r.Mean += (gap - r.Mean) / time.Duration(weight)
		r.Square += (gap.Seconds()*gap.Seconds() - r.Square) / float64(weight)
		r.Longest = max(r.Longest-r.Longest/100, gap)
	}
	return r
}

// silent reports whether the silence is longer than the feed's own rhythm
// explains: seven standard deviations beyond the mean gap, and half as long
// again as the longest. Where items come independently (exponential gaps, their
// deviation equal to their mean) that is eight mean gaps: chance has it once in
// 3,000 gaps (e^-8).
func (r Rhythm) silent(now time.Time, atLeast time.Duration) (bool, time.Duration) {
	quiet := now.Sub(r.Last)
	return r.Gaps >= knownAfter && quiet > max(atLeast, r.Mean+7*r.deviation(), r.Longest*3/2), quiet
}

func (r Rhythm) deviation() time.Duration {
	mean := r.Mean.Seconds()
	return time.Duration(math.Sqrt(max(r.Square-mean*mean, 0)) * float64(time.Second))
}

// Expected is the time between items that a scheduler may count on; 0 where it
// is not known yet. A feed that has gone quiet counts as slower.
func (r Rhythm) Expected(now time.Time) time.Duration {
	if r.Gaps < knownAfter {
		return 0
	}
	return max(r.Mean, now.Sub(r.Last)/2)
}

// Days is how much a feed brings in a day (UTC, by collection).
type Days struct {
	Day   kulkul.Day `json:"day"`
	Today int        `json:"today"`
	Old   int        `json:"old,omitempty"` // of today's, those published long before
	Usual float64    `json:"usual"`         // a day's items, recent days weighing more
	Known int        `json:"known"`         // days that usual is made of
}

// knownDays is how many days make a usual day, and how many weigh in it later.
const (
	knownDays = 7
	daysSpan  = 14
)

func (d Days) with(n, old int, at time.Time) Days {
	day := kulkul.DayOf(at)
	if d.Day == 0 {
		d.Day = day
	}
	for d.Day < day {
		d.Known++
		d.Usual += (float64(d.Today) - d.Usual) / float64(min(d.Known, daysSpan))
		d.Today, d.Old, d.Day = 0, 0, max(d.Day+1, day-daysSpan)
	}
	d.Today += n
	d.Old += old
	return d
}

// doubled reports whether today is at least twice the usual day and three
// standard deviations (of a Poisson count) beyond that.
func (d Days) doubled(usual float64, from int) bool {
	return d.Known >= knownDays && d.Today >= from && float64(d.Today) > 2*usual+3*math.Sqrt(usual)
}
