package glm

import "math"

// groupSums are what a step without a trend needs of a group: the prior weight,
// the weighted counts, and the weighted y ln y.
type groupSums struct{ omega, y, ylogy float64 }

// sumGroups sums the data once per fit.
func (b *Blocks) sumGroups() {
	if cap(b.group) < b.data.Groups {
		b.group = make([]groupSums, b.data.Groups)
	}
	b.group = b.group[:b.data.Groups]
	clear(b.group)
	for i, y := range b.data.Response {
		w := 1.0
		if b.prior != nil {
			w = b.prior[i]
		}
		g := &b.group[b.data.Group[i]]
		g.omega += w
		if y > 0 {
			g.y += w * y
			g.ylogy += w * y * math.Log(y)
		}
	}
}

// solve does one step of weighted least squares: the levels and, with a trend,
// the slope, and from them the new linear predictors and means.
func (b *Blocks) solve() bool {
	if b.uniform {
		b.solveLevels()
		return true
	}
	b.centreGroups()
	if b.trend {
		return b.solveSlope()
	}
	b.uniform = true
	return true
}

// centreGroups finds working weights, mean times and mean working responses of
// the groups at the current means.
func (b *Blocks) centreGroups() {
	clear(b.weight)
	clear(b.centre)
	clear(b.level)
	d := b.data
	for i, y := range d.Response {
		w := b.Mu[i]
		if b.prior != nil {
			w *= b.prior[i]
		}
		b.work[i] = w
		g := d.Group[i]
		b.weight[g] += w
		b.centre[g] += w * d.Time[i]
		b.level[g] += w * (b.Eta[i] + (y-b.Mu[i])/b.Mu[i])
	}
	for g, w := range b.weight {
		if w > 0 {
			b.centre[g] /= w
			b.level[g] /= w
		}
	}
}

// solveLevels is a step without a trend, where a group has one mean: its level
// moves by (weighted mean count - mean)/mean.
func (b *Blocks) solveLevels() {
	for g, s := range b.group {
		if s.omega <= 0 {
			continue
		}
		mu := math.Exp(b.level[g])
		b.weight[g] = s.omega * mu
		b.level[g] += (s.y/s.omega - mu) / mu
	}
}

// solveSlope finds the slope from the distances to the groups' centres, and the
// new means. It reports whether the times differ enough for a slope.
func (b *Blocks) solveSlope() bool {
	d := b.data
	var tt, tz, span float64
	for i, y := range d.Response {
		g := d.Group[i]
		dt := d.Time[i] - b.centre[g]
		z := b.Eta[i] + (y-b.Mu[i])/b.Mu[i]
		w := b.work[i] * dt
		tt += w * dt
		tz += w * (z - b.level[g])
		span += b.work[i] * d.Time[i] * d.Time[i]
	}
	if !(tt > span*1e-14) {
		return false
	}
	b.inertia, b.Slope = tt, tz/tt
	for i := range d.Response {
		g := d.Group[i]
		eta := b.level[g] + b.Slope*(d.Time[i]-b.centre[g])
		b.Eta[i], b.Mu[i] = eta, math.Exp(eta)
	}
	return true
}

// deviance is that of the Poisson model under the prior weights.
func (b *Blocks) deviance() float64 {
	sum := 0.0
	if b.uniform {
		for g, s := range b.group {
			if s.omega > 0 {
				sum += s.ylogy - s.y*b.level[g] - s.y + s.omega*math.Exp(b.level[g])
			}
		}
		return 2 * sum
	}
	for _, s := range b.group {
		sum += s.ylogy - s.y
	}
	for i, y := range b.data.Response {
		t := b.Mu[i] - y*b.Eta[i]
		if b.prior != nil {
			t *= b.prior[i]
		}
		sum += t
	}
	return 2 * sum
}

// spread writes the groups' levels back to the observations.
func (b *Blocks) spread() {
	d := b.data
	for i := range d.Response {
		g := d.Group[i]
		w := b.weight[g] / b.group[g].omega
		if b.prior != nil {
			w *= b.prior[i]
		}
		b.work[i] = w
		b.Eta[i] = b.level[g]
	}
	for i := range d.Response {
		b.Mu[i] = math.Exp(b.level[d.Group[i]])
	}
}
