package algorithm

import (
	"math"
	"testing"
)

func TestKleinbergFindsInterval(t *testing.T) {
	counts := append(drawn(31, 100, 1, 1), drawn(32, 10, 8, 1)...)
	counts = append(counts, drawn(33, 100, 1, 1)...)
	s := daily(counts...)
	found := NewKleinberg().Bursts(s, 1, 210)
	if len(found) == 0 {
		t.Fatal("no burst")
	}
	b := found[0]
	if b.Level != 1 || b.First < 99 || b.First > 103 || b.Last < 108 || b.Last > 112 || !(b.Weight > 0) {
		t.Errorf("found %+v, want about 101 to 110", b)
	}
	for _, inner := range found[1:] {
		if inner.Level > 1 && (inner.First < b.First || inner.Last > b.Last) {
			t.Errorf("%+v is not within %+v", inner, b)
		}
	}
	r := NewKleinberg().Detect(s, 1, 210)
	if r.Alarm[104] != Raised || r.Alarm[50] != Quiet || r.Score[104] < 1 {
		t.Errorf("as a detector: %d and %d, level %g", r.Alarm[104], r.Alarm[50], r.Score[104])
	}
}

// The path must cost no more than any other: compared with all paths of a short
// series.
func TestKleinbergPathIsCheapest(t *testing.T) {
	d := Kleinberg{S: 2, Gamma: 0.5, Levels: 2}
	for seed := range uint64(30) {
		s := daily(drawn(40+seed, 7, 1.5, 3)...)
		rate := d.rate(s, 1, 7)
		if rate == 0 {
			continue
		}
		cost := func(path []int) float64 {
			sum, at := 0.0, 0
			for i, l := range path {
				sum += d.Gamma*math.Log(7)*float64(max(0, l-at)) + d.cost(s.at(i+1), rate, l)
				at = l
			}
			return sum
		}
		best := math.Inf(1)
		for code := range 2187 { // 3^7
			path := make([]int, 7)
			for i := range path {
				path[i] = code % 3
				code /= 3
			}
			best = math.Min(best, cost(path))
		}
		near(t, "cost", cost(d.levels(s, 1, 7)), best, 1e-9)
	}
}

func TestKleinbergNothing(t *testing.T) {
	for name, s := range map[string]Series{"zeros": daily(make([]float64, 30)...), "missing": daily(missing, missing), "empty": daily()} {
		if b := NewKleinberg().Bursts(s, 1, len(s.Counts)); len(b) != 0 {
			t.Errorf("%s: bursts %v", name, b)
		}
		for _, a := range NewKleinberg().Detect(s, 1, 3).Alarm {
			if a != Undefined {
				t.Errorf("%s: verdict %d", name, a)
			}
		}
	}
	for _, d := range []Kleinberg{{S: 1, Gamma: 1, Levels: 3}, {S: 2, Gamma: -1, Levels: 3}, {S: 2, Gamma: 1}, {S: 2, Gamma: 1, Levels: 31}} {
		if d.Validate() == nil {
			t.Errorf("no error for %+v", d)
		}
	}
}
