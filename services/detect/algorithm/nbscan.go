package algorithm

import "math"

// NBScan is the product's own detector for daily series of few reports: the
// evidence that a burst is under way, as the mean over burst hypotheses (shape,
// size, day of onset) of the likelihood ratio of the days since the onset against
// a negative binomial baseline with weekday factors. Each hypothesis is held
// against the baseline as it was before its onset, so that a burst does not hide
// itself.
//
// The score is ln of the evidence, a Bayes factor: without a burst its
// expectation is 1 whatever the series' mean and dispersion, so that one
// threshold serves all series. An alarm is a score above it. The upper bound is
// the largest count that stays below, -1 where the days before suffice.
type NBScan struct {
	// Weekday holds the factors of the days, Monday first, pooled over all series.
	Weekday []float64 `json:"weekday"`
	// Alpha is the rate of false alarms aimed at, in episodes per series and week;
	// Threshold, where set, is the score to exceed and takes its place.
	Alpha     float64  `json:"alpha"`
	Threshold *float64 `json:"threshold"`
	// HalfLife is the number of days after which the past counts half.
	HalfLife float64 `json:"halfLife"`
	// Sizes are the numbers of reports that bursts bring, beyond the baseline.
	Sizes []float64 `json:"sizes"`
	// MinCount is the number of reports within two weeks below which no alarm is
	// raised, MinMean the least number expected of a day.
	MinCount float64 `json:"minCount"`
	MinMean  float64 `json:"minMean"`
	// Warmup is the number of days that must have been observed before the first
	// that is tested.
	Warmup int `json:"warmup"`
}

// NewNBScan has the settings that docs/detection.md measures.
func NewNBScan() NBScan {
	return NBScan{
		Alpha: 0.01, HalfLife: 112, Sizes: []float64{3, 6, 12, 24},
		MinCount: 2, MinMean: 0.02, Warmup: 14,
	}
}

// Validate checks the parameters.
func (d NBScan) Validate() error {
	if len(d.Sizes) == 0 || len(d.Sizes) > 32 {
		return &InvalidError{"nbscan", "sizes", "must hold 1 to 32 numbers"}
	}
	for _, size := range d.Sizes {
		if !(size > 0 && size <= 1e6) {
			return &InvalidError{"nbscan", "sizes", "must hold numbers above 0"}
		}
	}
	if d.Threshold != nil {
		if err := atLeast("nbscan", "threshold", *d.Threshold, 0); err != nil {
			return err
		}
	}
	return firstError(
		validWeekday("nbscan", d.Weekday),
		probability("nbscan", "alpha", d.Alpha),
		atLeast("nbscan", "halfLife", d.HalfLife, 7),
		atLeast("nbscan", "minCount", d.MinCount, 0),
		atLeast("nbscan", "minMean", d.MinMean, 1e-4),
		atLeast("nbscan", "warmup", float64(d.Warmup), 0),
	)
}

// Detect tests the points of a range.
func (d NBScan) Detect(s Series, first, last int) Result {
	r := undefined(first, last)
	d.scan(s, first, last, func(t int, p point) {
		i := t - first
		r.Upperbound[i], r.Score[i] = p.upper, p.score
		r.Alarm[i] = raised(p.score > d.limit())
	})
	return r
}

// point is what the scan finds at a day.
type point struct{ upper, score float64 }

// scan runs over the series: the baseline from its beginning, the hypotheses
// from two weeks before the range, and hands over each day that can be tested.
func (d NBScan) scan(s Series, first, last int, found func(t int, p point)) *bursts {
	lo, hi := s.clip(first, last)
	factor, ok := s.factors(d.Weekday)
	if !ok {
		return nil
	}
	base := newNBBaseline(d.HalfLife, d.MinMean)
	b := newBursts(d.Sizes)
	limit := math.Exp(d.limit())
	observed := 0
	for t := 1; t <= hi; t++ {
		f, y := factor.at(t), math.Round(s.at(t))
		if t > lo-longestBurst {
			b.begin(t, base.mean(), base.dispersion())
			b.expect(t)
			wanted := limit
			if t < lo {
				wanted = 0 // no bound is asked for
			}
			if !math.IsNaN(y) {
				evidence, upper := b.observe(y, f, wanted)
				if t >= lo && observed >= d.Warmup {
					found(t, d.judge(s, t, evidence, upper))
				}
			}
		}
		base.add(y, f)
		if !math.IsNaN(y) {
			observed++
		}
	}
	return b
}

// judge applies the least number of reports.
func (d NBScan) judge(s Series, t int, evidence, upper float64) point {
	before, _ := s.known(t-longestBurst+1, t-1)
	p := point{upper: math.Max(upper, math.Ceil(d.MinCount-before)-1), score: score(math.Log(evidence))}
	if before+s.at(t) < d.MinCount {
		p.score = math.Min(p.score, 0)
	}
	return p
}
