package algorithm

import "math"

// stepped is the count up to which evidence is built up count by count; beyond
// it the gamma function takes over.
const stepped = 64

// observe takes in a day's count under its weekday factor. It returns the
// evidence for a burst, the mean likelihood ratio over the open hypotheses, and
// the largest count at which the evidence stays at or below the limit (-1 where
// the days before are evidence enough).
//
// The likelihood ratio of a count y at baseline mean m and dispersion phi = 1+q
// for an excess e is exp(-e*ln(phi)/q) * prod_{j<y} (1 + e/(m+j*q)): both are
// negative binomial with the same dispersion. So it is made from the ratio of
// the count 0 by one factor per report.
func (b *bursts) observe(y, factor, limit float64) (evidence, upper float64) {
	upper, evidence = math.NaN(), math.NaN()
	tried := b.nothing()
	for j := 0.0; j <= stepped; j++ {
		if j == y {
			evidence = tried
			b.keep()
		}
		if tried > limit && math.IsNaN(upper) {
			upper = j - 1
		}
		if j >= y && !math.IsNaN(upper) {
			return evidence, upper
		}
		tried = b.oneMore(j, factor)
	}
	if math.IsNaN(upper) {
		upper = b.search(factor, limit)
	}
	if math.IsNaN(evidence) {
		evidence = b.at(y, factor)
		b.keep()
	}
	return evidence, upper
}

// nothing tries a day without a report.
func (b *bursts) nothing() float64 {
	sum := 0.0
	for i := range b.onsets {
		o := &b.onsets[i]
		fall, before := 1.0, 0.0
		for k, e := range o.excess[:o.open] {
			if e == 2*before { // sizes that double spare the exponential
				fall *= fall
			} else {
				fall = math.Exp(-e * o.empty)
			}
			before = e
			o.rise[k] = o.ratio[k] * fall
			sum += o.rise[k]
		}
	}
	return sum / b.open
}

// oneMore goes from j reports tried to j+1.
func (b *bursts) oneMore(j, factor float64) float64 {
	sum := 0.0
	for i := range b.onsets {
		o := &b.onsets[i]
		if o.open == 0 {
			continue
		}
		inverse := 1 / (o.mean*factor + j*(o.phi-1))
		rise := o.rise[:o.open]
		for k, e := range o.excess[:o.open] {
			r := rise[k] * (1 + e*inverse)
			rise[k] = r
			sum += r
		}
	}
	return sum / b.open
}

// at tries y reports, whatever their number.
func (b *bursts) at(y, factor float64) float64 {
	sum := 0.0
	for i := range b.onsets {
		o := &b.onsets[i]
		m, q := o.mean*factor, o.phi-1
		base := logRising(m, q, y)
		for k, e := range o.excess[:o.open] {
			// A ratio within bounds times e^230 is within those of a float64.
			o.rise[k] = o.ratio[k] * math.Exp(math.Min(230, logRising(m+e, q, y)-base-e*o.empty))
			sum += o.rise[k]
		}
	}
	return sum / b.open
}

// search finds the upper bound beyond what was stepped through.
func (b *bursts) search(factor, limit float64) float64 {
	low, high := float64(stepped), 2.0*stepped
	for b.at(high, factor) <= limit {
		low, high = high, 2*high
		if high > 1e15 {
			return math.NaN()
		}
	}
	for high-low > 1 {
		if mid := math.Floor((low + high) / 2); b.at(mid, factor) <= limit {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// keep makes the ratios tried those of the day.
func (b *bursts) keep() {
	for i := range b.onsets {
		o := &b.onsets[i]
		for k, r := range o.rise[:o.open] {
			o.ratio[k] = min(maxRatio, r)
		}
	}
}
