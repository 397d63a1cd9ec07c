package glm

import "math"

// moments are the sums of a group: of the prior weights, of the counts and of
// y ln y under them, and, at the means of a step, of the working weights, of the
// times and of the working responses under those.
type moments struct{ omega, y, yLogY, w, t, z float64 }

// start takes the means y+0.1 and returns the deviance there, with the size of
// the terms that a deviance is a difference of.
func (b *Blocks) start() (dev, scale float64) {
	d := b.data
	b.origin = d.Time[len(d.Time)/2]
	b.tt, b.tz = 0, 0
	clear(b.group)
	for i, c := range d.Response {
		omega := 1.0
		if b.prior != nil {
			omega = b.prior[i]
		}
		mu := c.Y + 0.1
		g := &b.group[d.Group[i]]
		g.omega += omega
		g.y += omega * c.Y
		g.yLogY += omega * c.yLogY
		dev += omega * (mu - c.Y*c.logStart)
		b.ahead[i] = b.take(g, omega, mu, c.logStart, c.Y, d.Time[i]-b.origin)
	}
	for _, g := range b.group {
		dev += g.yLogY - g.y
		scale += math.Abs(g.yLogY) + g.y + g.omega
	}
	return 2 * dev, 64 * scale
}

// take adds an observation at its mean to the moments of its group. It returns
// the working weight. The working response is eta + (y-mu)/mu, so that weighted
// by mu it needs no division.
func (b *Blocks) take(g *moments, omega, mu, eta, y, t float64) float64 {
	w, z := omega*mu, omega*(mu*(eta-1)+y)
	g.w += w
	g.t += w * t
	g.z += z
	b.tt += w * t * t
	b.tz += z * t
	return w
}

// solve does one step of weighted least squares on the moments: the levels and,
// with a trend, the slope. It reports whether the times differ enough for one.
func (b *Blocks) solve() bool {
	if b.uniform {
		b.solveLevels()
		return true
	}
	tt, tz := b.tt, b.tz
	for i, g := range b.group {
		b.weight[i], b.centre[i], b.level[i] = g.w, 0, 0
		if g.w > 0 {
			b.centre[i], b.level[i] = g.t/g.w, g.z/g.w
			tt -= g.t * b.centre[i]
			tz -= g.t * b.level[i]
		}
	}
	b.uniform = !b.trend
	if !b.trend {
		return true
	}
	if !(tt > b.tt*1e-13) {
		return false
	}
	b.inertia, b.Slope = tt, tz/tt
	b.work, b.ahead = b.ahead, b.work
	return true
}

// solveLevels is a step without a trend, where a group has one mean: its level
// moves by (weighted mean count - mean)/mean.
func (b *Blocks) solveLevels() {
	for i, g := range b.group {
		if g.omega > 0 {
			mu := math.Exp(b.level[i])
			b.weight[i] = g.omega * mu
			b.level[i] += (g.y/g.omega - mu) / mu
		}
	}
}

// follow moves to the means that levels and slope make and returns the deviance
// there. Along a run of unit steps within a group the mean grows by one factor,
// which spares most of the exponentials.
func (b *Blocks) follow() (dev float64) {
	for i, g := range b.group {
		dev += g.yLogY - g.y
		if b.uniform && g.omega > 0 {
			dev += g.omega*math.Exp(b.level[i]) - g.y*b.level[i]
		}
	}
	if b.uniform {
		return 2 * dev
	}
	d := b.data
	b.tt, b.tz = 0, 0
	for i := range b.group {
		b.group[i].w, b.group[i].t, b.group[i].z = 0, 0, 0
	}
	growth := math.Exp(b.Slope)
	group, time, mu := -1, 0.0, 0.0
	for i, c := range d.Response {
		k, t := d.Group[i], d.Time[i]-b.origin
		eta := b.level[k] + b.Slope*(t-b.centre[k])
		if k == group && t == time+1 {
			mu *= growth
		} else {
			mu = math.Exp(eta)
		}
		group, time = k, t
		omega := 1.0
		if b.prior != nil {
			omega = b.prior[i]
		}
		dev += omega * (mu - c.Y*eta)
		b.Eta[i], b.Mu[i] = eta, mu
		b.ahead[i] = b.take(&b.group[k], omega, mu, eta, c.Y, t)
	}
	return 2 * dev
}

// spread writes the groups' levels, means and weights to the observations of a
// fit without a trend.
func (b *Blocks) spread() {
	for i, l := range b.level {
		b.centre[i] = math.Exp(l) // free here: without a trend a group has no centre
	}
	for i, k := range b.data.Group {
		w := b.weight[k] / b.group[k].omega
		if b.prior != nil {
			w *= b.prior[i]
		}
		b.work[i], b.Eta[i], b.Mu[i] = w, b.level[k], b.centre[k]
	}
}
