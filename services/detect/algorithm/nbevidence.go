package algorithm

import "math"

// Up to a count of stepped, and for baselines of up to busy reports a day,
// evidence is built up count by count; beyond, the gamma function takes over.
const (
	stepped = 160
	busy    = 48
)

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
	most := 0.0
	for i := range b.onsets {
		most = math.Max(most, b.onsets[i].mean*factor)
	}
	if most > busy {
		return b.observeBusy(y, factor, limit, most)
	}
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
		upper = b.search(factor, limit, 2*stepped)
	}
	if math.IsNaN(evidence) {
		evidence = b.at(y, factor)
		b.keep()
	}
	return evidence, upper
}

// observeBusy is observe for a day on which up to most reports are expected.
func (b *bursts) observeBusy(y, factor, limit, most float64) (evidence, upper float64) {
	upper = math.NaN()
	if limit > 0 {
		upper = b.search(factor, limit, math.Floor(most+b.slack*math.Sqrt(most)))
		if upper > 0 {
			b.slack = (upper - most) / math.Sqrt(most)
		}
	}
	evidence = b.at(y, factor)
	b.keep()
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
		for k, e := range o.excess[:o.open] {
			l := y * math.Log1p(e/m)
			if q >= 1e-6 {
				l = logRise(m/q, e/q, y)
			}
			// A ratio within bounds times e^230 is within those of a float64.
			o.rise[k] = o.ratio[k] * math.Exp(math.Min(230, l-e*o.empty))
			sum += o.rise[k]
		}
	}
	return sum / b.open
}

// logRise is ln of prod_{j<y} (a+d+j)/(a+j), by Stirling's series, arranged so
// that large terms do not cancel.
func logRise(a, d, y float64) float64 {
	shifted := 1.0
	for ; a < 6; a++ {
		// Take the product one further at its end and one less at its beginning.
		shifted *= (a + d) / (a + d + y) * (a + y) / a
	}
	c := func(x float64) float64 { q := 1 / (x * x); return (1.0/12 - q*(1.0/360-q/1260)) / x }
	l := y*math.Log1p(d/(a+y)) + (a-0.5)*math.Log1p(-d/(a+d)*y/(a+y)) + d*math.Log1p(y/(a+d))
	return l + c(a+d+y) - c(a+d) - c(a+y) + c(a) + math.Log(shifted)
}

// search finds the largest count at which the evidence stays at or below the
// limit, from a guess, by secants through the logarithm of the evidence and, where
// they do not close in, by halves. -1 means that no count does.
func (b *bursts) search(factor, limit, guess float64) float64 {
	excess := func(y float64) float64 { return math.Log(b.at(y, factor) / limit) }
	guess = math.Max(0, guess)
	low, high := guess, guess
	atLow := excess(guess)
	atHigh := atLow
	for step := math.Ceil(math.Sqrt(guess+1) / 4); atHigh <= 0; step *= 2 {
		if low, atLow, high = high, atHigh, high+step; high > 1e15 {
			return math.NaN()
		}
		atHigh = excess(high)
	}
	for step := math.Ceil(math.Sqrt(guess+1) / 4); atLow > 0; step *= 2 {
		high, atHigh = low, atLow
		if low == 0 {
			return -1
		}
		low = math.Max(0, low-step)
		atLow = excess(low)
	}
	for round := 0; high-low > 1; round++ {
		mid := math.Floor((low + high) / 2)
		if secant := math.Floor(low - atLow*(high-low)/(atHigh-atLow)); round%3 < 2 && !math.IsNaN(secant) {
			mid = math.Min(high-1, math.Max(low+1, secant))
		}
		if v := excess(mid); v > 0 {
			high, atHigh = mid, v
		} else {
			low, atLow = mid, v
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
