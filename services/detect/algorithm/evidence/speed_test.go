package evidence

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/algorithm/catalog"
)

// desk is what the product tests: 188 daily series of 400 days, between one
// report in twenty days and three a day.
func desk() []algorithm.Series {
	rng := rand.New(rand.NewPCG(5, 6))
	means := []float64{0.05, 0.1, 0.2, 0.5, 1, 3}
	var all []algorithm.Series
	for i := range 188 {
		m := burstModel{mean: means[i%len(means)], phi: 1 + float64(i%2), burst: "medium", bursts: true}
		all = append(all, algorithm.Series{Counts: m.make(rng, i).Counts, Freq: 365, Start: [2]int{2001, 1}})
	}
	return all
}

// settings are the parameters under which a method is timed on daily series of
// 400 days; farrington and farringtonFlexible take a week for a year there.
func settings(method string) (params string, freq int) {
	switch method {
	case "farrington":
		return `{"b":8,"w":1,"limit54":[0,4]}`, 7
	case "farringtonFlexible":
		return `{"b":8,"w":1,"limit54":[0,4],"thresholdMethod":"nbPlugin"}`, 7
	case "farringtonPearson":
		return `{"b":8,"w":1,"limit54":[0,4],"noPeriods":1,"pastWeeksNotIncluded":3}`, 7
	case "glrnb":
		return `{"mu0":[` + repeated("0.5,0.6,0.6,0.5,0.4,0.2,0.2", 58) + `],"alpha":0.3,"M":28}`, 365
	case "nbscan", "nbscanPlain", "nbcusum", "silence":
		return `{"weekday":` + weekday + `}`, 365
	}
	return `{}`, 365
}

func repeated(s string, n int) string {
	b := []byte(s)
	for range n - 1 {
		b = append(b, ',')
		b = append(b, s...)
	}
	return string(b)
}

func timed(t testing.TB, method string) (algorithm.Detector, int) {
	t.Helper()
	params, freq := settings(method)
	d, err := catalog.New(method, []byte(params))
	if err != nil {
		t.Fatal(err)
	}
	return d, freq
}

// TestSpeed holds all detectors together to two seconds for the whole desk, and
// nbscan to five seconds for the last day of 10,000 series. It measures only when
// asked for, in processor time.
func TestSpeed(t *testing.T) {
	heavy(t)
	all := desk()
	var total time.Duration
	runtime.GC()
	for _, method := range catalog.Methods() {
		d, freq := timed(t, method)
		begin := processor(t)
		for _, s := range all {
			s.Freq = freq
			d.Detect(s, 1, len(s.Counts))
		}
		took := processor(t) - begin
		total += took
		t.Logf("%-20s %8.1f ms", method, float64(took.Microseconds())/1000)
	}
	t.Logf("%-20s %8.1f ms", "all", float64(total.Microseconds())/1000)
	if total > 2*time.Second {
		t.Errorf("all detectors on 188 series of 400 days: %v, want under 2s", total)
	}
	d, _ := timed(t, "nbscan")
	begin := processor(t)
	for i := range 10000 {
		d.Detect(all[i%len(all)], 400, 400)
	}
	took := processor(t) - begin
	t.Logf("nbscan, one day of 10,000 series: %v", took)
	if took > 5*time.Second {
		t.Errorf("one day of 10,000 series: %v, want under 5s", took)
	}
}

// processor is the processor time that the process has used: unlike the clock it
// does not count what others do on the machine.
func processor(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDesk times a method on all days of the desk.
func BenchmarkDesk(b *testing.B) {
	all := desk()
	for _, method := range catalog.Methods() {
		d, freq := timed(b, method)
		b.Run(method, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range all {
					s.Freq = freq
					d.Detect(s, 1, len(s.Counts))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/188/400, "ns/point")
		})
	}
}

// BenchmarkToday times a method on the last day of the desk, as a live detector
// asks.
func BenchmarkToday(b *testing.B) {
	all := desk()
	for _, method := range catalog.Methods() {
		d, freq := timed(b, method)
		b.Run(method, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range all {
					s.Freq = freq
					d.Detect(s, len(s.Counts), len(s.Counts))
				}
			}
		})
	}
}

// weekly is a weekly series of twelve years.
func weekly(mean float64) algorithm.Series {
	rng := rand.New(rand.NewPCG(7, 8))
	s := algorithm.Series{Freq: 52, Start: [2]int{2001, 1}}
	for range 624 {
		s.Counts = append(s.Counts, negBin(rng, mean, 1.5))
	}
	return s
}

// BenchmarkFarringtonFlexible times one week of farringtonFlexible with the
// settings of Noufaily et al.
func BenchmarkFarringtonFlexible(b *testing.B) {
	for _, mean := range []float64{0.5, 5, 100} {
		s := weekly(mean)
		d, err := catalog.New("farringtonFlexible", []byte(`{"noPeriods":10,"pastWeeksNotIncluded":26,"pThresholdTrend":1,"thresholdMethod":"nbPlugin","alpha":0.005,"limit54":[0,4]}`))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("mean=%g", mean), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Detect(s, 576, 624)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/49, "ns/point")
		})
	}
}
