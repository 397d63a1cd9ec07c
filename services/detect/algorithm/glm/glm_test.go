package glm

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Max(1e-9, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// sample is twenty counts in three groups; the expected values of the tests on
// it are those of R 4.2.2's glm and MASS's glm.nb.
func sample() *Data {
	d := &Data{
		Response: counts(sampleCounts()...),
		Group:    []int{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 0, 0, 0, 1, 1},
		Groups:   3,
	}
	for i := range d.Response {
		d.Time = append(d.Time, float64(i+1))
	}
	return d
}

func sampleCounts() []float64 {
	return []float64{3, 0, 5, 2, 8, 1, 4, 9, 12, 3, 0, 0, 7, 6, 15, 2, 10, 4, 1, 0}
}

func counts(y ...float64) []Count {
	c := make([]Count, len(y))
	for i := range y {
		c[i] = NewCount(y[i])
	}
	return c
}

func halves() []float64 {
	w := make([]float64, 20)
	for i := range w {
		w[i] = 0.5 + float64(i%2)
	}
	return w
}

func TestTrendAgainstR(t *testing.T) {
	var b Blocks
	if !b.Fit(sample(), true, nil) {
		t.Fatal("no convergence")
	}
	near(t, "slope", b.Slope, 0.00779789013222, 1e-6)
	near(t, "dispersion", b.Dispersion(), 4.62473573535344, 1e-8)
	near(t, "se of slope", math.Sqrt(b.SlopeVariance()*b.Dispersion()), 0.04228872514504, 1e-7)
	near(t, "hat 1", b.Hat(0), 0.208103032453015, 1e-7)
	near(t, "hat 20", b.Hat(19), 0.280468908544888, 1e-7)
	eta, v := b.Predict(1, 25)
	near(t, "prediction", eta, 1.56135414484168, 1e-7)
	near(t, "se of prediction", math.Sqrt(v*b.Dispersion()), 0.692477473565192, 1e-7)
	if b.DF != 16 {
		t.Errorf("degrees of freedom = %d, want 16", b.DF)
	}
}

func TestWeightedAgainstR(t *testing.T) {
	var b Blocks
	if !b.Fit(sample(), true, halves()) {
		t.Fatal("no convergence")
	}
	near(t, "slope", b.Slope, 0.00271023280387307, 1e-5)
	near(t, "dispersion", b.Dispersion(), 4.45370500441118, 1e-8)
	eta, v := b.Predict(1, 25)
	near(t, "prediction", eta, 1.35477723743579, 1e-7)
	near(t, "se of prediction", math.Sqrt(v*b.Dispersion()), 0.751252313514502, 1e-7)
}

func TestLevelsAgainstR(t *testing.T) {
	var b Blocks
	if !b.Fit(sample(), false, halves()) {
		t.Fatal("no convergence")
	}
	near(t, "dispersion", b.Dispersion(), 4.19423824815833, 1e-8)
	near(t, "dispersion with overwritten weights", b.RelativeDispersion(halves()), 1.12132772962029, 1e-8)
	near(t, "hat 12", b.Hat(11), 0.3333333333333334, 1e-8)
	eta, v := b.Predict(1, 25)
	near(t, "prediction", eta, 1.31730148977654, 1e-8)
	near(t, "se of prediction", math.Sqrt(v*b.Dispersion()), 0.38702930709785, 1e-8)
}

// A fit with levels alone is known in closed form: the groups' weighted means.
func TestLevelsAreGroupMeans(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var b Blocks
	for range 200 {
		d := &Data{Groups: 4}
		sum, weight := [4]float64{}, [4]float64{}
		var prior []float64
		for i := range 40 {
			y, w, g := float64(rng.IntN(9)), 0.1+rng.Float64(), i%4
			d.Response, d.Time, d.Group, prior = append(d.Response, NewCount(y)), append(d.Time, float64(i)), append(d.Group, g), append(prior, w)
			sum[g] += w * y
			weight[g] += w
		}
		if !b.Fit(d, false, prior) {
			t.Fatal("no convergence")
		}
		for g := range sum {
			eta, _ := b.Predict(g, 0)
			near(t, "level", math.Exp(eta), sum[g]/weight[g], 1e-4)
		}
	}
}

// The leverages of a fit add up to its number of parameters.
func TestHatsSumToParameters(t *testing.T) {
	for _, trend := range []bool{false, true} {
		var b Blocks
		d := sample()
		if !b.Fit(d, trend, halves()) {
			t.Fatal("no convergence")
		}
		sum := 0.0
		for i := range d.Response {
			sum += b.Hat(i)
		}
		near(t, "sum of leverages", sum, float64(len(d.Response)-b.DF), 1e-9)
	}
}

func TestDegenerateData(t *testing.T) {
	time := func(n int) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = float64(i)
		}
		return s
	}
	constant := func(v float64, n int) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = v
		}
		return s
	}
	for _, c := range []struct {
		name     string
		response []float64
		trend    bool
		ok       bool
	}{
		{"huge and constant", constant(1e9, 30), true, true},
		{"huge and constant, no trend", constant(1e9, 30), false, true},
		{"infinite", append(constant(1, 29), math.Inf(1)), true, false},
		{"not a number", append(constant(1, 29), math.NaN()), false, false},
	} {
		var b Blocks
		d := &Data{Response: counts(c.response...), Time: time(30), Group: make([]int, 30), Groups: 1}
		if ok := b.Fit(d, c.trend, nil); ok != c.ok {
			t.Errorf("%s: converged %v, want %v", c.name, ok, c.ok)
		}
	}
	var b Blocks
	same := &Data{Response: counts(constant(3, 10)...), Time: constant(7, 10), Group: make([]int, 10), Groups: 1}
	if b.Fit(same, true, nil) {
		t.Error("a slope was found at a single point in time")
	}
	// All zeros: the mean walks towards 0 until the deviance stops moving, as in R.
	zeros := &Data{Response: counts(make([]float64, 30)...), Time: time(30), Group: make([]int, 30), Groups: 1}
	if !b.Fit(zeros, false, nil) {
		t.Error("all zeros: no convergence; R converges at a mean of about 1e-10")
	}
	if eta, _ := b.Predict(0, 3); !(math.Exp(eta) < 1e-8) {
		t.Errorf("all zeros: mean %g", math.Exp(eta))
	}
}

func TestEmptyGroupHasNoPrediction(t *testing.T) {
	var b Blocks
	d := sample()
	d.Groups = 4
	if !b.Fit(d, true, nil) {
		t.Fatal("no convergence")
	}
	if eta, _ := b.Predict(3, 1); !math.IsNaN(eta) {
		t.Errorf("empty group predicted %g", eta)
	}
	if b.DF != 16 {
		t.Errorf("degrees of freedom = %d, want 16", b.DF)
	}
}

func rows(y []float64) [][]float64 {
	x := make([][]float64, len(y))
	for i := range x {
		t := float64(i + 1)
		x[i] = []float64{1, t, math.Cos(2 * math.Pi * t / 7)}
	}
	return x
}

func TestLoglinearAgainstR(t *testing.T) {
	y := sampleCounts()
	for _, c := range []struct {
		name  string
		theta float64
		want  []float64
	}{
		{"poisson", math.Inf(1), []float64{1.3947989894212529, 0.0122087220743415, 0.2231133041319001}},
		{"negative binomial", 2, []float64{1.3633511607117337, 0.0151463421107472, 0.2214666453079089}},
	} {
		m, ok := FitLoglinear(rows(y), y, c.theta)
		if !ok {
			t.Fatalf("%s: no convergence", c.name)
		}
		for i, want := range c.want {
			near(t, c.name, m.Coef[i], want, 1e-5)
		}
	}
	m, ok := FitNegBin(rows(y), y)
	if !ok {
		t.Fatal("negative binomial with free size: no convergence")
	}
	near(t, "theta", m.Theta, 1.16998731552906, 1e-6)
	for i, want := range []float64{1.3583771278519015, 0.0156108238204906, 0.2213564493730213} {
		near(t, "coefficient", m.Coef[i], want, 1e-5)
	}
}

func TestNegBinWithoutOverdispersionIsPoisson(t *testing.T) {
	y := make([]float64, 28)
	for i := range y {
		y[i] = 4
	}
	m, ok := FitNegBin(rows(y), y)
	if !ok || !math.IsInf(m.Theta, 1) {
		t.Errorf("theta %g, converged %v, want +Inf, true", m.Theta, ok)
	}
}

func BenchmarkBlocks(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	d := &Data{Groups: 10}
	for i := range 240 {
		d.Response, d.Time, d.Group = append(d.Response, NewCount(float64(rng.IntN(12)))), append(d.Time, float64(i)), append(d.Group, i/3%10)
	}
	var f Blocks
	for _, trend := range []bool{true, false} {
		b.Run(map[bool]string{true: "trend", false: "levels"}[trend], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Fit(d, trend, nil)
			}
		})
	}
}
