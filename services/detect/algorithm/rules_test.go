package algorithm

import (
	"math"
	"slices"
	"testing"
)

func TestThreshold(t *testing.T) {
	s := daily(0, 1, 2, 0, missing, 3, 0)
	d := Threshold{Threshold: 3, Window: 3}
	r := d.Detect(s, 1, 7)
	if at := raisedAt(r, 1); !slices.Equal(at, []int{3, 4, 6, 7}) {
		t.Errorf("alarms at %v", at)
	}
	if r.Alarm[4] != Undefined {
		t.Error("a missing count has no verdict")
	}
	nearAll(t, "bounds", r.Upperbound, []float64{2, 2, 1, -1, missing, 2, -1}, 0)
	nearAll(t, "sums", r.Score, []float64{0, 1, 3, 3, missing, 3, 3}, 0)
	weight := Threshold{Threshold: 1.5, Window: 1}
	if r := weight.Detect(daily(1.4, 1.5), 1, 2); r.Alarm[0] != Quiet || r.Alarm[1] != Raised {
		t.Errorf("fractional weights: %v", r.Alarm)
	}
}

func TestRatio(t *testing.T) {
	counts := append(drawnFlat(56, 1), 1, 1, 1, 5, 5, 5, 5)
	d := NewRatio()
	r := d.Detect(daily(counts...), 63, 63)
	// 23 reports in the week against 7 expected.
	if r.Alarm[0] != Raised {
		t.Error("more than three times the mean")
	}
	near(t, "ratio", r.Score[0], 23.5/7.5, 1e-12)
	near(t, "bound", r.Upperbound[0], 21-18, 1e-12)
	few := append(make([]float64, 56), 0, 0, 0, 0, 0, 1, 1)
	if r := d.Detect(daily(few...), 63, 63); r.Alarm[0] != Quiet || r.Upperbound[0] != 1 {
		t.Errorf("two reports are fewer than three: alarm %d, bound %g", r.Alarm[0], r.Upperbound[0])
	}
	if r := d.Detect(daily(counts...), 30, 30); r.Alarm[0] != Undefined {
		t.Error("less than half of the baseline is known")
	}
}

func drawnFlat(n int, v float64) []float64 {
	counts := make([]float64, n)
	for i := range counts {
		counts[i] = v
	}
	return counts
}

func TestFirstReport(t *testing.T) {
	counts := make([]float64, 500)
	counts[9], counts[40], counts[450] = 1, 2, 1
	r := NewFirstReport().Detect(daily(counts...), 1, 500)
	if at := raisedAt(r, 1); !slices.Equal(at, []int{451}) {
		t.Errorf("alarms at %v, want 451: the tenth day is too early, the 41st follows a report, the 451st comes after a year", at)
	}
	if r.Alarm[9] != Undefined || r.Alarm[40] != Quiet {
		t.Errorf("alarms %d and %d", r.Alarm[9], r.Alarm[40])
	}
	if r.Upperbound[450] != 0 || !math.IsNaN(r.Upperbound[100]) || r.Score[450] != 365 {
		t.Errorf("bounds %g, %g, score %g", r.Upperbound[450], r.Upperbound[100], r.Score[450])
	}
}

func TestSilence(t *testing.T) {
	counts := append(drawnFlat(60, 2), 0, 0, 0, 0, 0, 0)
	r := NewSilence().Detect(daily(counts...), 60, 66)
	// Underdispersed: phi is drawn to (0+26)/(60+20) and floored at 1, so that a
	// silent day weighs exp(-2): the fourth brings it below .001.
	nearAll(t, "score", r.Score, []float64{0, 2, 4, 6, 8, 10, 12}, 1e-9)
	if at := raisedAt(r, 60); !slices.Equal(at, []int{64, 65, 66}) {
		t.Errorf("alarms at %v", at)
	}
}

func TestSilenceRhythm(t *testing.T) {
	// A source that publishes on weekdays only is not silent on Sunday.
	var counts []float64
	for range 12 {
		counts = append(counts, 3, 3, 3, 3, 3, 0, 0)
	}
	week := NewSilence()
	week.Weekday = []float64{1.39, 1.39, 1.39, 1.39, 1.39, 0.025, 0.025}
	if at := raisedAt(week.Detect(daily(counts...), 1, len(counts)), 1); len(at) != 0 {
		t.Errorf("alarms at %v", at)
	}
	// Gaps in collection are no silence.
	gap := append(append([]float64(nil), counts...), missing, missing, missing, 0, 3)
	if at := raisedAt(week.Detect(daily(gap...), 80, 89), 80); len(at) != 0 {
		t.Errorf("alarms at %v after a gap", at)
	}
	// What never reported has no rhythm; nor has what is new.
	for name, s := range map[string]Series{"never": daily(make([]float64, 100)...), "new": daily(3, 3, 0, 0, 0, 0, 0)} {
		for i, a := range week.Detect(s, 1, len(s.Counts)).Alarm {
			if a != Undefined {
				t.Errorf("%s: verdict %d at %d", name, a, i+1)
			}
		}
	}
}

func TestRulesValidate(t *testing.T) {
	for _, d := range []interface{ Validate() error }{
		Threshold{Threshold: 0, Window: 1}, Threshold{Threshold: 3}, Threshold{Threshold: math.Inf(1), Window: 1},
		Ratio{Ratio: 0, Window: 7, Baseline: 56}, Ratio{Ratio: 3, Baseline: 56}, Ratio{Ratio: 3, Window: 7}, Ratio{Ratio: 3, Window: 7, Baseline: 56, Min: -1},
		FirstReport{}, FirstReport{Within: 365, MinHistory: -1},
		Silence{Baseline: 3, Alpha: 0.01}, Silence{Baseline: 112}, Silence{Baseline: 112, Alpha: 0.01, Weekday: []float64{1}},
	} {
		if d.Validate() == nil {
			t.Errorf("no error for %+v", d)
		}
	}
	if NewSilence().Fits(weeks(1)) != nil {
		t.Error("silence without weekday factors fits any series")
	}
}

func TestWeekdayPooled(t *testing.T) {
	want := [7]float64{1.25, 1.3, 1.3, 1.25, 1.1, 0.4, 0.4}
	var all []Series
	for i := range 100 {
		var counts []float64
		for day := range 364 {
			counts = append(counts, drawn(uint64(1000*i+day), 1, want[day%7], 1)[0])
		}
		all = append(all, daily(counts...))
	}
	got := Weekday(all...)
	nearAll(t, "factors", got[:], want[:], 0.03)
	sum := 0.0
	for _, f := range got {
		sum += f
	}
	near(t, "sum", sum, 7, 1e-12)
}

func TestWeekdayOfStart(t *testing.T) {
	for _, c := range []struct {
		s     Series
		first int // Monday 0
	}{
		{Series{Counts: []float64{1}, Freq: 365, Start: [2]int{2001, 1}}, 0},
		{Series{Counts: []float64{1}, Freq: 365, Start: [2]int{2024, 1}}, 0},
		{Series{Counts: []float64{1}, Freq: 365, Start: [2]int{2001, 7}}, 6},
		{Series{Counts: []float64{1}, Freq: 365, Start: [2]int{2025, 1}}, 2},
		{Series{Counts: []float64{1}, Freq: 7, Start: [2]int{1, 5}}, 4},
	} {
		if got := c.s.firstWeekday(); got != c.first {
			t.Errorf("start %v, freq %d: weekday %d, want %d", c.s.Start, c.s.Freq, got, c.first)
		}
	}
	f, ok := daily(1).factors([]float64{2, 2, 2, 2, 2, 2, 2})
	if !ok || f.at(1) != 1 {
		t.Errorf("factors are scaled to a mean of 1, got %g", f.at(1))
	}
	if _, ok := weeks(1).factors([]float64{1, 1, 1, 1, 1, 1, 1}); ok {
		t.Error("a weekly series has no weekdays")
	}
	if got := Weekday(); got != [7]float64{1, 1, 1, 1, 1, 1, 1} {
		t.Errorf("of nothing: %v", got)
	}
	if got := Weekday(weeks(1, 2)); got != [7]float64{1, 1, 1, 1, 1, 1, 1} {
		t.Errorf("of weekly series: %v", got)
	}
}
