package evidence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// burstModel makes daily series as those of the simulation are described: negative
// binomial counts of a mean and dispersion under weekday factors, and two bursts
// after the warm-up.
type burstModel struct {
	mean, phi float64
	burst     string
	bursts    bool
}

var week = [7]float64{1.25, 1.3, 1.3, 1.25, 1.1, 0.4, 0.4}

// make is one series of 400 days.
func (m burstModel) make(rng *rand.Rand, rep int) daily {
	d := daily{ID: fmt.Sprintf("%s-%g-%g-%d", m.burst, m.mean, m.phi, rep), Mean: m.mean, Phi: m.phi, Burst: m.burst, Rep: rep}
	d.Counts = make([]float64, lastDay)
	for i := range d.Counts {
		d.Counts[i] = negBin(rng, m.mean*week[i%7], m.phi)
	}
	if m.bursts {
		m.add(rng, &d, 130+rng.IntN(85))
		m.add(rng, &d, 285+rng.IntN(85))
	}
	return d
}

// add puts a burst on a series.
func (m burstModel) add(rng *rand.Rand, d *daily, start int) {
	expected := map[string]float64{"small": 3 + 2*m.mean, "medium": 6 + 4*m.mean, "large": 12 + 8*m.mean}[m.burst]
	size := 0
	for size < 2 {
		size = poisson(rng, expected)
	}
	shape := []string{"spike", "wave", "ramp"}[rng.IntN(3)]
	first, last := math.MaxInt, 0
	for range size {
		t := start + delay(rng, shape)
		if t <= lastDay {
			d.Counts[t-1]++
			first, last = min(first, t), max(last, t)
		}
	}
	d.Events = append(d.Events, struct {
		Start int    `json:"start"`
		End   int    `json:"end"`
		Shape string `json:"shape"`
	}{first, last, shape})
}

// delay is the day of a burst on which a report comes.
func delay(rng *rand.Rand, shape string) int {
	switch shape {
	case "spike":
		if rng.Float64() < 0.8 {
			return 0
		}
		return 1
	case "wave":
		return int(math.Exp(0.5 + 0.6*rng.NormFloat64()))
	}
	return int(14 * math.Sqrt(rng.Float64()))
}

func negBin(rng *rand.Rand, mean, phi float64) float64 {
	if phi > 1 {
		mean = gamma(rng, mean/(phi-1)) * (phi - 1)
	}
	return float64(poisson(rng, mean))
}

// gamma draws from the gamma distribution with a shape and scale 1 (Marsaglia and
// Tsang 2000).
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Pow(rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := rng.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func poisson(rng *rand.Rand, mean float64) int {
	k, p := 0, math.Exp(-mean)
	for u := rng.Float64() - p; u > 0 && p > 1e-300; u -= p {
		k++
		p *= mean / float64(k)
	}
	return k
}

// simulate makes series of all means, dispersions and sizes of the simulation.
func simulate(seed uint64, reps int, bursts bool) []daily {
	rng := rand.New(rand.NewPCG(seed, 1))
	var all []daily
	for _, mean := range []float64{0.05, 0.1, 0.2, 0.5, 1, 3} {
		for _, phi := range []float64{1, 2} {
			for _, burst := range []string{"small", "medium", "large"} {
				for rep := range reps {
					all = append(all, burstModel{mean, phi, burst, bursts}.make(rng, rep+1))
				}
			}
		}
	}
	return all
}

// TestNBScanCalibration measures, on series of its own making, how the rate of
// false alarms of nbscan falls with the threshold, and holds the threshold that
// the detector computes from a rate to it.
func TestNBScanCalibration(t *testing.T) {
	heavy(t)
	for _, bursts := range []bool{true, false} {
		scores, _ := detect(t, simulate(11, 150, bursts), "nbscan", `{"weekday":`+weekday+`}`)
		for threshold := 1.0; threshold <= 7; threshold += 0.5 {
			p := measure(scores, threshold)
			t.Logf("bursts %v, score above %.1f: %s, exp %.3f", bursts, threshold, row(p), math.Log(p.rate))
		}
		t.Logf("bursts %v: rate 0.01 at %.3f, 0.0027 at %.3f", bursts, matched(scores, 0.01), matched(scores, 0.0027))
	}
}
