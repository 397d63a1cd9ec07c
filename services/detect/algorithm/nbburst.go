package algorithm

// shape is how the reports of a burst spread over its days.
type shape struct {
	name  string
	share []float64 // adds up to 1
}

// burstShapes are the bursts looked for: spikes of one and two days, waves that
// rise and fall within four days and within a week, and ramps that rise for one
// week and for two.
func burstShapes() []shape {
	wave := func(n int) []float64 {
		return shares(n, func(i int) float64 { return float64(min(i+1, n-i)) })
	}
	ramp := func(n int) []float64 {
		return shares(n, func(i int) float64 { return float64(i + 1) })
	}
	flat := func(n int) []float64 {
		return shares(n, func(int) float64 { return 1 })
	}
	return []shape{
		{"spike", flat(1)}, {"spike", flat(2)},
		{"wave", wave(4)}, {"wave", wave(7)},
		{"ramp", ramp(7)}, {"ramp", ramp(14)},
	}
}

func shares(n int, of func(int) float64) []float64 {
	s, sum := make([]float64, n), 0.0
	for i := range s {
		s[i] = of(i)
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
	return s
}

// longestBurst is the length of the longest shape, in days.
const longestBurst = 14

// maxRatio bounds the likelihood ratio of a hypothesis, so that sums and products
// of them stay finite.
const maxRatio = 1e200

// burst is the hypothesis that a burst of some shape and size began some days
// ago and has not ended.
type burst struct {
	shape, size int
	excess      float64 // reports expected of it today, beyond the baseline
	ratio       float64 // likelihood ratio of the days since its onset, against the baseline
	rise        float64 // the ratio with the count tried today
}

// onset is a day on which bursts may have begun, with the baseline of that day
// and the hypotheses that are still open.
type onset struct {
	day       int
	mean, phi float64
	bursts    []burst
}

// bursts is the posterior over burst hypotheses, on its way through a series.
type bursts struct {
	shapes []shape
	sizes  []float64
	onsets [longestBurst]onset // ring, by day
	open   float64             // number of open hypotheses
}

func newBursts(sizes []float64) *bursts { return &bursts{shapes: burstShapes(), sizes: sizes} }

// begin opens the hypotheses that a burst begins on a day, over a baseline.
func (b *bursts) begin(day int, mean, phi float64) {
	o := &b.onsets[day%longestBurst]
	o.day, o.mean, o.phi = day, mean, phi
	o.bursts = o.bursts[:0]
	for k := range b.shapes {
		for i := range b.sizes {
			o.bursts = append(o.bursts, burst{shape: k, size: i, ratio: 1})
		}
	}
}

// expect closes the hypotheses that have ended before the day and sets what the
// others expect of it. A burst of a size brings so many reports plus half as
// many days' worth of the baseline: what stands out of a busy series is larger.
func (b *bursts) expect(day int) {
	b.open = 0
	for i := range b.onsets {
		o := &b.onsets[i]
		age := day - o.day
		open := o.bursts[:0]
		for _, h := range o.bursts {
			if share := b.shapes[h.shape].share; age < len(share) {
				h.excess = b.sizes[h.size] * (1 + o.mean/2) * share[age]
				open = append(open, h)
			}
		}
		o.bursts = open
		b.open += float64(len(open))
	}
}
