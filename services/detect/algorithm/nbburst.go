package algorithm

import "slices"

// shape is how the reports of a burst spread over its days.
type shape struct {
	name  string
	share []float64 // adds up to 1
}

// burstShapes are the bursts looked for, the longest first: ramps that rise for
// two weeks and for one, waves that rise and fall within a week and within four
// days, spikes of two days and of one.
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
		{"ramp", ramp(14)}, {"ramp", ramp(7)},
		{"wave", wave(7)}, {"wave", wave(4)},
		{"spike", flat(2)}, {"spike", flat(1)},
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

// onset is a day on which bursts may have begun, with the baseline of that day.
// Its hypotheses are ordered by shape, then by size; those of the first shapes,
// which last longest, stay open.
type onset struct {
	day              int
	mean, phi, empty float64
	open             int       // number of hypotheses still open
	excess           []float64 // reports expected of them today, beyond the baseline
	ratio            []float64 // their likelihood ratios since the onset, against the baseline
	rise             []float64 // the ratios with the count tried today
}

// bursts is the posterior over burst hypotheses (day of onset, shape, size) that
// have not ended, on its way through a series.
type bursts struct {
	shapes []shape
	sizes  []float64
	onsets [longestBurst]onset // ring, by day
	open   float64             // number of open hypotheses
	// slack is how far the last upper bound of a busy day lay above the mean, in
	// its square roots: where the search for the next begins.
	slack float64
	// expected holds, by age of an onset and hypothesis, the reports of the day of
	// a burst over a baseline of next to nothing.
	expected [longestBurst][]float64
}

func newBursts(sizes []float64) *bursts {
	b := &bursts{shapes: burstShapes(), sizes: slices.Sorted(slices.Values(sizes)), slack: 6}
	n := len(b.shapes) * len(sizes)
	memory := make([]float64, 3*n*longestBurst)
	for i := range b.onsets {
		o := &b.onsets[i]
		o.excess, o.ratio, o.rise = memory[:n:n], memory[n:2*n:2*n], memory[2*n:3*n:3*n]
		memory = memory[3*n:]
	}
	for age := range b.expected {
		for _, sh := range b.shapes {
			if age >= len(sh.share) {
				break
			}
			for _, size := range b.sizes {
				b.expected[age] = append(b.expected[age], size*sh.share[age])
			}
		}
	}
	return b
}

// begin opens the hypotheses that a burst begins on a day, over a baseline.
func (b *bursts) begin(day int, mean, phi float64) {
	o := &b.onsets[day%longestBurst]
	o.day, o.mean, o.phi, o.empty = day, mean, phi, emptiness(phi)
	o.open = len(o.ratio)
	for k := range o.ratio {
		o.ratio[k] = 1
	}
}

// expect closes the hypotheses that have ended before the day and sets what the
// others expect of it. A burst of a size brings so many reports plus half as
// many days' worth of the baseline: what stands out of a busy series is larger.
func (b *bursts) expect(day int) {
	b.open = 0
	for i := range b.onsets {
		o := &b.onsets[i]
		if o.open == 0 {
			continue
		}
		expected := b.expected[day-o.day]
		o.open = len(expected)
		b.open += float64(o.open)
		scale := 1 + o.mean/2
		for k, e := range expected {
			o.excess[k] = scale * e
		}
	}
}

// hypothesis is the shape and the size of an onset's hypothesis k.
func (b *bursts) hypothesis(k int) (s shape, size float64) {
	return b.shapes[k/len(b.sizes)], b.sizes[k%len(b.sizes)]
}
