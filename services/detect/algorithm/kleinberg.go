package algorithm

import "math"

// Kleinberg describes, after the fact, when a series burst and how strongly
// (Kleinberg 2003, Data Min Knowl Disc 7:373): an automaton whose state i emits
// Poisson counts at S^i times the mean of the range, climbs at a cost of Gamma*ln(n)
// a level and descends free of charge; the cheapest path through its states is
// the answer. Unlike the other detectors it uses the whole range for every point.
//
// As a detector its score is the level, an alarm a level above 0; there is no
// upper bound.
type Kleinberg struct {
	S      float64 `json:"s"`      // ratio of the rates of neighbouring levels
	Gamma  float64 `json:"gamma"`  // how hard it is to climb
	Levels int     `json:"levels"` // highest level
}

// NewKleinberg has the published settings.
func NewKleinberg() Kleinberg { return Kleinberg{S: 2, Gamma: 1, Levels: 6} }

// Validate checks the parameters.
func (d Kleinberg) Validate() error {
	return firstError(
		atLeast("kleinberg", "s", d.S, 1.01),
		atLeast("kleinberg", "gamma", d.Gamma, 0),
		within("kleinberg", "levels", float64(d.Levels), 1, 30),
	)
}

// Burst is an interval of points, from First to Last inclusive, spent at a level
// or above it. Bursts of a higher level lie within one of the level below.
// Weight is what the level saves over the one below, in nats.
type Burst struct {
	Level, First, Last int
	Weight             float64
}

// Detect tests the points of a range.
func (d Kleinberg) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	for t, level := range d.levels(s, first, last) {
		if level >= 0 {
			r.Alarm[t], r.Score[t] = raised(level > 0), float64(level)
		}
	}
	return r
}

// Bursts are the bursts of a range, by level, then by time.
func (d Kleinberg) Bursts(s Series, first, last int) []Burst {
	levels := d.levels(s, first, last)
	rate := d.rate(s, first, last)
	var found []Burst
	for level := 1; level <= d.Levels; level++ {
		open := -1
		for i := 0; i <= len(levels); i++ {
			inside := i < len(levels) && levels[i] >= level
			switch {
			case inside && open < 0:
				open = i
			case !inside && open >= 0:
				b := Burst{Level: level, First: first + open, Last: first + i - 1}
				for t := b.First; t <= b.Last; t++ {
					b.Weight += d.cost(s.at(t), rate, level-1) - d.cost(s.at(t), rate, level)
				}
				found = append(found, b)
				open = -1
			}
		}
	}
	return found
}

// rate is the mean of the range's counts.
func (d Kleinberg) rate(s Series, first, last int) float64 {
	sum, n := s.known(first, last)
	return sum / n
}

// cost is -ln of the Poisson probability of a count at a level, but for a term
// that depends on the count alone; a missing count costs nothing.
func (d Kleinberg) cost(y, rate float64, level int) float64 {
	if math.IsNaN(y) {
		return 0
	}
	l := rate * math.Pow(d.S, float64(level))
	return l - y*math.Log(l)
}

// levels is the cheapest path, one level per point of the range; -1 outside the
// series and where nothing was ever reported.
func (d Kleinberg) levels(s Series, first, last int) []int {
	path := make([]int, max(0, last-first+1))
	for i := range path {
		path[i] = -1
	}
	lo, hi := s.clip(first, last)
	rate := d.rate(s, lo, hi)
	if !(rate > 0) {
		return path
	}
	n, k := hi-lo+1, d.Levels+1
	climb := d.Gamma * math.Log(float64(n))
	from := make([]int, n*k)
	cost, next := make([]float64, k), make([]float64, k)
	for j := 1; j < k; j++ {
		cost[j] = math.Inf(1) // the automaton begins at level 0
	}
	for i := range n {
		for j := range k {
			best, at := math.Inf(1), 0
			for l := range k {
				if c := cost[l] + climb*float64(max(0, j-l)); c < best {
					best, at = c, l
				}
			}
			next[j] = best + d.cost(s.at(lo+i), rate, j)
			from[i*k+j] = at
		}
		cost, next = next, cost
	}
	end := 0
	for j := range cost {
		if cost[j] < cost[end] {
			end = j
		}
	}
	for i := n - 1; i >= 0; i-- {
		path[lo-first+i] = end
		end = from[i*k+end]
	}
	return path
}
