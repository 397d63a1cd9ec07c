package evidence

import (
	"math"
	"slices"
	"sort"
)

// daily is one simulated daily series: 400 days, two bursts after a warm-up of
// 120 days.
type daily struct {
	ID     string    `json:"id"`
	Mean   float64   `json:"mean"`
	Phi    float64   `json:"phi"`
	Burst  string    `json:"burst"` // small, medium or large
	Rep    int       `json:"rep"`
	Counts []float64 `json:"counts"`
	Events []struct {
		Start int    `json:"start"`
		End   int    `json:"end"`
		Shape string `json:"shape"` // spike, wave or ramp
	} `json:"events"`
}

// The days that are scored.
const firstDay, lastDay = 121, 400

// within tells whether a day lies in a burst or the week after it: an alarm there
// is no false one.
func (d *daily) within(t int) bool {
	for _, e := range d.Events {
		if t >= e.Start && t <= e.End+7 {
			return true
		}
	}
	return false
}

// scored is a series with a detector's scores over firstDay..lastDay, NaN where
// undefined.
type scored struct {
	*daily
	scores []float64
}

// falseAlarms counts the episodes of alarms (scores above the threshold) outside
// bursts: an alarm more than seven days after the last that was counted is a new
// one.
func (s scored) falseAlarms(threshold float64) int {
	n, counted := 0, -8
	for i, v := range s.scores {
		if t := firstDay + i; v > threshold && !s.within(t) && t-counted > 7 {
			n++
			counted = t
		}
	}
	return n
}

// delays are the days from each burst's onset to its first alarm, -1 where there
// is none until its end, two weeks at most.
func (s scored) delays(threshold float64) []int {
	var found []int
	for _, e := range s.Events {
		delay := -1
		for t := e.Start; t <= min(e.End, e.Start+13); t++ {
			if s.scores[t-firstDay] > threshold {
				delay = t - e.Start
				break
			}
		}
		found = append(found, delay)
	}
	return found
}

// weeks is the time outside bursts, in series-weeks.
func weeks(all []scored) float64 {
	days := 0
	for _, s := range all {
		for t := firstDay; t <= lastDay; t++ {
			if !s.within(t) {
				days++
			}
		}
	}
	return float64(days) / 7
}

// rate is the number of false alarm episodes per series-week.
func rate(all []scored, threshold float64) float64 {
	n := 0
	for _, s := range all {
		n += s.falseAlarms(threshold)
	}
	return float64(n) / weeks(all)
}

// matched is the lowest threshold at which there are no more than limit false
// alarm episodes per series-week.
func matched(all []scored, limit float64) float64 {
	var values []float64
	for _, s := range all {
		for _, v := range s.scores {
			if !math.IsNaN(v) {
				values = append(values, v)
			}
		}
	}
	slices.Sort(values)
	return values[sort.Search(len(values)-1, func(i int) bool { return rate(all, values[i]) <= limit })]
}

// performance is how a detector does at a threshold.
type performance struct {
	rate        float64 // false alarm episodes per series-week
	pod         float64 // share of bursts found
	mean        float64 // delay in days of those found
	median      float64
	bySize      map[string]float64
	byShape     map[string]float64
	episodes    int
	burstsFound int
}

func measure(all []scored, threshold float64) performance {
	p := performance{rate: rate(all, threshold), bySize: map[string]float64{}, byShape: map[string]float64{}}
	p.episodes = int(math.Round(p.rate * weeks(all)))
	size, shape := map[string]float64{}, map[string]float64{}
	bursts := 0
	var delays []float64
	for _, s := range all {
		for i, d := range s.delays(threshold) {
			bursts++
			size[s.Burst]++
			shape[s.Events[i].Shape]++
			if d >= 0 {
				delays = append(delays, float64(d))
				p.bySize[s.Burst]++
				p.byShape[s.Events[i].Shape]++
			}
		}
	}
	for k := range size {
		p.bySize[k] /= size[k]
	}
	for k := range shape {
		p.byShape[k] /= shape[k]
	}
	p.burstsFound = len(delays)
	p.pod = float64(len(delays)) / float64(bursts)
	p.mean, p.median = math.NaN(), math.NaN()
	if len(delays) > 0 {
		slices.Sort(delays)
		sum := 0.0
		for _, d := range delays {
			sum += d
		}
		p.mean, p.median = sum/float64(len(delays)), delays[len(delays)/2]
	}
	return p
}
