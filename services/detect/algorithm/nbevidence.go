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
	b.nothing()
	upper = math.NaN()
	evidence = math.NaN()
	for j := 0.0; j <= stepped; j++ {
		e := b.mean()
		if j == y {
			evidence = e
			b.keep()
		}
		if e > limit && math.IsNaN(upper) {
			upper = j - 1
		}
		if j >= y && !math.IsNaN(upper) {
			return evidence, upper
		}
		b.oneMore(j, factor)
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

// nothing sets the hypotheses' ratios to those after a day without a report.
func (b *bursts) nothing() {
	for i := range b.onsets {
		o := &b.onsets[i]
		empty := emptiness(o.phi)
		for k := range o.bursts {
			h := &o.bursts[k]
			h.rise = h.ratio * math.Exp(-h.excess*empty)
		}
	}
}

// oneMore takes the ratios from j reports to j+1.
func (b *bursts) oneMore(j, factor float64) {
	for i := range b.onsets {
		o := &b.onsets[i]
		inverse := 1 / (o.mean*factor + j*(o.phi-1))
		for k := range o.bursts {
			h := &o.bursts[k]
			h.rise *= 1 + h.excess*inverse
		}
	}
}

// at is the evidence with y reports, whatever their number.
func (b *bursts) at(y, factor float64) float64 {
	for i := range b.onsets {
		o := &b.onsets[i]
		m, q, empty := o.mean*factor, o.phi-1, emptiness(o.phi)
		base := logRising(m, q, y)
		for k := range o.bursts {
			h := &o.bursts[k]
			h.rise = h.ratio * math.Exp(math.Min(450, logRising(m+h.excess, q, y)-base-h.excess*empty))
		}
	}
	return b.mean()
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

// mean is the mean of the ratios tried.
func (b *bursts) mean() float64 {
	sum := 0.0
	for i := range b.onsets {
		for k := range b.onsets[i].bursts {
			sum += b.onsets[i].bursts[k].rise
		}
	}
	return sum / b.open
}

// keep makes the ratios tried those of the day.
func (b *bursts) keep() {
	for i := range b.onsets {
		for k := range b.onsets[i].bursts {
			h := &b.onsets[i].bursts[k]
			h.ratio = math.Min(maxRatio, h.rise)
		}
	}
}
