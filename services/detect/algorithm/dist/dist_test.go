package dist

import (
	"math"
	"testing"
	"testing/quick"
)

// near reports whether got is within rel of want, relatively.
func near(got, want, rel float64) bool {
	return math.Abs(got-want) <= rel*math.Max(1e-300, math.Abs(want))
}

// The expected values of this file are those of R 4.2.2 (qnbinom, qpois,
// pnbinom, ppois, pnorm, pt, qt), printed with 15 digits.

func TestNegBinQuantile(t *testing.T) {
	for _, c := range []struct{ p, size, prob, want float64 }{
		{0.95, 0.5, 0.2, 8},
		{0.99, 3.7, 0.3, 25},
		{0.999, 120.5, 0.02, 7725},
		{0.995, 1e-3, 0.5, 0},
		{0.999, 2000, 0.4, 3273},
		{0.01, 800, 0.5, 709},
		{0.95, 1e-12, 0.9, 0},
		{1, 3, 0.5, math.Inf(1)},
		{0.5, 0, 0.5, 0},
	} {
		if got := NegBinQuantile(c.p, c.size, c.prob); got != c.want {
			t.Errorf("NegBinQuantile(%g, %g, %g) = %g, want %g", c.p, c.size, c.prob, got, c.want)
		}
	}
}

func TestPoissonQuantile(t *testing.T) {
	for _, c := range []struct{ p, mu, want float64 }{
		{0.95, 0.01, 0}, {0.99, 3.7, 9}, {0.999, 63.9, 90}, {0.999, 64.1, 90},
		{0.5, 1e6, 1e6}, {1e-4, 200, 150}, {0.9, 0, 0},
	} {
		if got := PoissonQuantile(c.p, c.mu); got != c.want {
			t.Errorf("PoissonQuantile(%g, %g) = %g, want %g", c.p, c.mu, got, c.want)
		}
	}
}

func TestLogTails(t *testing.T) {
	for _, c := range []struct{ k, size, prob, want float64 }{
		{3, 0.5, 0.2, -1.32211951843005},
		{60, 3.7, 0.3, -14.8383475635106},
		{500, 0.5, 0.5, -349.907931213792},
		{20, 400, 0.9, -3.04772512908081e-05},
		{1, 0.01, 0.5, -4.9751468405858},
		{0, 2, 0.5, 0},
	} {
		if got := NegBinLogTail(c.k, c.size, c.prob); !near(got, c.want, 1e-8) {
			t.Errorf("NegBinLogTail(%g, %g, %g) = %.15g, want %.15g", c.k, c.size, c.prob, got, c.want)
		}
	}
	if got := NegBinLogTail(1e5, 2, 0.9); !near(got, -230247.101723344, 1e-6) {
		t.Errorf("far tail = %.15g", got)
	}
	for _, c := range []struct{ k, mu, want float64 }{
		{3, 0.5, -4.24138313545577},
		{60, 3.7, -113.765697971002},
		{2000, 0.5, -14593.3184617274},
		{1, 0.001, -6.90825523731547},
		{300, 250, -6.75727392485723},
	} {
		if got := PoissonLogTail(c.k, c.mu); !near(got, c.want, 1e-6) {
			t.Errorf("PoissonLogTail(%g, %g) = %.15g, want %.15g", c.k, c.mu, got, c.want)
		}
	}
}

func TestNormalAndStudent(t *testing.T) {
	for _, c := range []struct{ z, want float64 }{
		{-3, -0.00135080996474819}, {0, -0.693147180559945}, {1, -1.84102164500926},
		{5, -15.0649983939887}, {19.9, -201.917167707333}, {20.1, -205.927118401948},
		{40, -804.608442013754}, {1000, -500007.826694812},
	} {
		if got := LogNormalTail(c.z); !near(got, c.want, 1e-7) {
			t.Errorf("LogNormalTail(%g) = %.15g, want %.15g", c.z, got, c.want)
		}
	}
	for _, c := range []struct{ t, df, want float64 }{
		{2.5, 10, 0.0157234221183044}, {-1, 27, 0.836905549660137}, {0, 5, 0.5}, {30, 12, 5.88659095350947e-13},
	} {
		if got := StudentTail(c.t, c.df); !near(got, c.want, 1e-9) {
			t.Errorf("StudentTail(%g, %g) = %.15g, want %.15g", c.t, c.df, got, c.want)
		}
	}
	for _, c := range []struct{ p, df, want float64 }{
		{0.99, 10, 2.7637694581127}, {0.95, 27, 1.70328844572213}, {0.99, 27, 2.47265991195601},
	} {
		if got := StudentQuantile(c.p, c.df); !near(got, c.want, 1e-9) {
			t.Errorf("StudentQuantile(%g, %g) = %.15g, want %.15g", c.p, c.df, got, c.want)
		}
	}
	if got := NormalQuantile(0.999); !near(got, 3.090232306167813, 1e-12) {
		t.Errorf("NormalQuantile(0.999) = %.16g", got)
	}
}

// The quantile is the smallest value whose upper tail beyond it is at most 1-p.
func TestQuantileInvertsTail(t *testing.T) {
	check := func(a, b, c uint16) bool {
		mean := math.Exp(float64(a)/65535*14 - 5) // e^-5 to e^9
		phi := 1 + math.Expm1(float64(b)/65535*7) // up to 1100
		p := 0.5 + 0.4999*float64(c)/65535
		k := Quantile(p, mean, phi)
		above, at := math.Exp(LogTail(k+1, mean, phi)), math.Exp(LogTail(k, mean, phi))
		return above <= (1-p)*(1+1e-6) && (k == 0 || at > (1-p)*(1-1e-6))
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 3000}); err != nil {
		t.Error(err)
	}
}

func TestNonsenseIsNaN(t *testing.T) {
	nan := math.NaN()
	for name, got := range map[string]float64{
		"negative size": NegBinQuantile(0.9, -1, 0.5),
		"prob 0":        NegBinQuantile(0.9, 1, 0),
		"nan size":      NegBinQuantile(0.9, nan, 0.5),
		"infinite size": NegBinQuantile(0.9, math.Inf(1), 0.5),
		"nan mu":        PoissonQuantile(0.9, nan),
		"infinite mu":   PoissonQuantile(0.9, math.Inf(1)),
		"p above 1":     PoissonQuantile(1.1, 2),
		"t of 0 df":     StudentTail(1, 0),
		"t of nan df":   StudentTail(1, nan),
		"nan t":         StudentTail(nan, 3),
		"t quantile":    StudentQuantile(0.9, 0),
		"normal":        NormalQuantile(-1),
		"tail of nan":   NegBinLogTail(nan, 1, 0.5),
		"tail, prob 2":  NegBinLogTail(1, 1, 2),
		"tail, inf":     PoissonLogTail(3, math.Inf(1)),
		"nan phi":       LogTail(3, 2, nan),
		"nan phi again": Quantile(0.5, 2, nan),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s: got %g, want NaN", name, got)
		}
	}
}

func TestHugeMeansEnd(t *testing.T) {
	for _, mean := range []float64{1e6, 1e9} {
		for _, phi := range []float64{1, 1.5, 40} {
			k := Quantile(0.999, mean, phi)
			sd := math.Sqrt(mean * phi)
			if !(k > mean+2*sd && k < mean+5*sd) {
				t.Errorf("Quantile(.999, %g, %g) = %g", mean, phi, k)
			}
		}
	}
}

func TestEdges(t *testing.T) {
	inf := math.Inf(1)
	for name, c := range map[string][2]float64{
		"mean 0":              {NegBinLogTail(1, 0, 0.5), -inf},
		"no successes":        {NegBinLogTail(1, 2, 1), -inf},
		"infinite count":      {NegBinLogTail(inf, 2, 0.5), -inf},
		"poisson mean 0":      {PoissonLogTail(1, 0), -inf},
		"poisson infinite":    {PoissonLogTail(inf, 3), -inf},
		"infinite t":          {StudentTail(inf, 3), 0},
		"minus infinite t":    {StudentTail(-inf, 3), 1},
		"any count is 0 up":   {PoissonLogTail(0, 3), 0},
		"certain is infinite": {NegBinQuantile(1, 2, 0.5), inf},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %g, want %g", name, c[0], c[1])
		}
	}
}
