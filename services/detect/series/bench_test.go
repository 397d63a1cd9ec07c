package series

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// BenchmarkAYear builds the table of 400 days with 900 tagged items each, and
// says what it keeps in memory and how long a garbage collection beside it takes.
func BenchmarkAYear(b *testing.B) {
	const days, perDay, publishers = 400, 900, 120
	var names []string
	for i := range publishers {
		names = append(names, fmt.Sprintf("source-%03d", i))
	}
	var pairs [][]kulkul.Pair
	for _, f := range kulkul.Flashpoints() {
		for _, a := range kulkul.Areas() {
			pairs = append(pairs, []kulkul.Pair{{Flashpoint: f, Area: a}})
		}
	}
	observe := func() []kulkul.Observation {
		list := make([]kulkul.Observation, 0, days*perDay)
		for i := range days * perDay {
			day, name := kulkul.Day(20_000+i/perDay), names[i%publishers]
			list = append(list, kulkul.Observation{Item: fmt.Sprintf("%032x", i), Story: fmt.Sprintf("%032x", i-i%5/4), Source: name, Owner: name, Country: "SG",
				Day: day, Entered: day, Collected: day.Start().Add(time.Hour), Weight: 0.5, Pairs: pairs[i*i%len(pairs)]})
		}
		return list
	}
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		t := Build(Collection{}, observe(), nil, time.Time{})
		runtime.GC()
		runtime.ReadMemStats(&after)
		start := time.Now()
		runtime.GC()
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "gc-ms")
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		b.ReportMetric(float64(after.HeapObjects-before.HeapObjects)/float64(t.Items()), "objects/item")
		runtime.KeepAlive(t)
	}
}
