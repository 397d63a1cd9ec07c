package algorithm

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// monthly is glrCounts taken for months; the expected values of this file are
// those of surveillance 1.20.3 on it.
func monthly() Series {
	s := glrCounts()
	s.Freq = 12
	return s
}

func TestFarringtonPowers(t *testing.T) {
	for power, want := range map[string][2][]float64{
		"2/3":  {{6.588601036, 7.002434627, 7.152691414, 7.512627624, 6.66062934, 7.206918812, 6.472378275}, {6.055464196, 6.43315413, 7.736693099, 8.578502915, 7.723477179, 8.829166956, 7.435919528}},
		"1/2":  {{7.010320669, 7.421472231, 7.588308585, 7.9287042, 7.081862975, 7.62472748, 6.894901384}, {6.327515723, 6.704607467, 8.016160805, 8.857263425, 8.001829574, 9.1073267, 7.715570868}},
		"none": {{5.96992708, 6.381080446, 6.508531863, 6.88831008, 6.041467878, 6.584335105, 5.854509774}, {5.634951314, 6.010079599, 7.29261338, 8.130066213, 7.281048775, 8.380141643, 6.993706327}},
	} {
		f := NewFarrington()
		f.B, f.W, f.PowerTrans, f.Limit54 = 4, 1, power, []int{0, 4}
		nearAll(t, "farrington "+power, f.Detect(monthly(), 115, 121).Upperbound, want[0], 1e-6)
		x := NewFarringtonFlexible()
		x.B, x.W, x.PowerTrans, x.Limit54, x.NoPeriods = 4, 1, power, []int{0, 4}, 4
		r := x.Detect(monthly(), 115, 124)
		nearAll(t, "farringtonFlexible "+power, r.Upperbound[:7], want[1], 1e-6)
		if at := raisedAt(r, 115); !slices.Equal(at, []int{115, 116}) {
			t.Errorf("farringtonFlexible %s: alarms at %v", power, at)
		}
	}
}

func TestFarringtonFlexiblePlain(t *testing.T) {
	x := NewFarringtonFlexible()
	x.B, x.W, x.Trend, x.Reweight, x.Limit54 = 4, 1, false, false, []int{0, 4}
	nearAll(t, "no trend, no weights", x.Detect(monthly(), 115, 124).Upperbound,
		[]float64{6.115010781, 6.513008872, 6.70282652, 6.872266071, 6.279629226, 6.628126934, 5.863557325, 6.799683144, 6.885390704, 6.799683144}, 1e-6)
}

func TestFarringtonFlexibleMissing(t *testing.T) {
	s := monthly()
	s.Counts[79], s.Counts[80], s.Counts[102] = missing, missing, missing
	x := NewFarringtonFlexible()
	x.B, x.W, x.NoPeriods, x.Limit54 = 4, 1, 4, []int{0, 4}
	r := x.Detect(s, 103, 112)
	nearAll(t, "bounds", r.Upperbound,
		[]float64{missing, missing, missing, missing, 5.796031013, 5.920121081, 5.794255824, 5.673903569, 5.797302944, 5.923129408}, 1e-6)
	if at := raisedAt(r, 103); !slices.Equal(at, []int{107, 111}) {
		t.Errorf("alarms at %v", at)
	}
}

func TestFarringtonFlexibleByMonth(t *testing.T) {
	s := monthly()
	for i := range s.Counts {
		s.Dates = append(s.Dates, kulkul.DayOf(time.Date(2001, time.February+time.Month(i), 1, 0, 0, 0, 0, time.UTC)))
	}
	x := NewFarringtonFlexible()
	x.B, x.W, x.NoPeriods, x.Limit54, x.EpochAsDate = 4, 1, 4, []int{0, 4}, true
	nearAll(t, "bounds", x.Detect(s, 115, 124).Upperbound,
		[]float64{6.055464196, 6.43315413, 7.733727021, 8.577469395, 7.720958018, 8.826417506, 7.43656676, 8.900184034, 9.173967094, 9.829278232}, 1e-6)
}

func TestDateBackKeepsWeekday(t *testing.T) {
	day := func(s string) kulkul.Day {
		d, err := kulkul.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		from   string
		years  int
		weekly bool
		want   string
	}{
		{"2024-03-04", 1, true, "2023-03-06"},  // Saturday 4 March 2023: Monday 6 is two days off, 27 February five
		{"2024-01-01", 5, true, "2018-12-31"},  // Tuesday 1 January 2019: the day before is nearer
		{"2024-02-29", 1, false, "2023-03-01"}, // no such day: the next
		{"2024-07-15", 3, false, "2021-07-15"},
	} {
		if got := dateBack(day(c.from), c.years, c.weekly); got != day(c.want) {
			t.Errorf("%s, %d years back: %s, want %s", c.from, c.years, got, c.want)
		}
	}
	for d := day("1999-01-04"); d < day("2031-01-01"); d += 7 {
		for i := 1; i <= 5; i++ {
			back := dateBack(d, i, true)
			want := d.Start().AddDate(-i, 0, 0)
			if back.Weekday() != d.Weekday() || math.Abs(back.Start().Sub(want).Hours()) > 3*24 {
				t.Fatalf("%s, %d years back: %s", d, i, back)
			}
		}
	}
}

// The reference data of point 40 with a "year" of 10: windows at 18-22 and 28-32,
// blocks of the points between, nothing of the last five.
func TestReferenceBlocks(t *testing.T) {
	counts := make([]float64, 40)
	for i := range counts {
		counts[i] = float64(i + 1)
	}
	s := Series{Counts: counts, Freq: 10, Start: [2]int{1, 1}}
	x := NewFarringtonFlexible()
	past := 5
	x.B, x.W, x.NoPeriods, x.PastWeeksNotIncluded = 2, 2, 3, &past
	q := newQuasiPoisson(s)
	if !x.reference(q, s, 40) {
		t.Fatal("no reference")
	}
	want := []float64{18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34}
	if got := responses(q.data.Response); !slices.Equal(got, want) {
		t.Errorf("points %v, want %v", got, want)
	}
	groups := []int{2, 2, 2, 2, 2, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 0, 0}
	if !slices.Equal(q.data.Group, groups) {
		t.Errorf("groups %v, want %v", q.data.Group, groups)
	}
	if x.reference(q, s, 21) {
		t.Error("point 21 has no window two years back")
	}
	if !x.reference(q, s, 22) || q.data.Response[0].Y != 1 {
		t.Error("as in the package, point 22 does with the part of the window that exists")
	}
}

func TestFarringtonTooManyBlocks(t *testing.T) {
	s := Series{Counts: drawn(9, 60, 4, 1), Freq: 7, Start: [2]int{1, 1}}
	x := NewFarringtonFlexible()
	x.B, x.W, x.NoPeriods = 4, 3, 10
	if r := x.Detect(s, 60, 60); r.Alarm[0] != Undefined {
		t.Error("no room for nine blocks between the windows")
	}
}

func TestFarringtonLimit54(t *testing.T) {
	counts := make([]float64, 300)
	for i := range counts {
		counts[i] = float64(i % 2)
	}
	counts[299] = 2
	s := weeks(counts...)
	f := NewFarrington()
	r := f.Detect(s, 300, 300)
	if r.Upperbound[0] != 0 || r.Alarm[0] != Quiet {
		t.Errorf("farrington with few reports: bound %g, alarm %d; want 0 and quiet", r.Upperbound[0], r.Alarm[0])
	}
	x := NewFarringtonFlexible()
	r = x.Detect(s, 300, 300)
	if !math.IsNaN(r.Upperbound[0]) || r.Alarm[0] != Quiet {
		t.Errorf("farringtonFlexible with few reports: bound %g, alarm %d; want undefined and quiet", r.Upperbound[0], r.Alarm[0])
	}
	x.Limit54 = []int{0, 4}
	if r = x.Detect(s, 300, 300); math.IsNaN(r.Upperbound[0]) {
		t.Error("without the limit there is a bound")
	}
}

// With Pearson's dispersion the standard error does not depend on how the counts
// are scaled in time; the package's shrinks once weights are overwritten.
func TestPearsonDispersionWidensBound(t *testing.T) {
	s := weeks(drawn(10, 400, 30, 4)...)
	x := NewFarringtonFlexible()
	x.Trend = false
	p := x
	p.Dispersion = "pearson"
	package_, pearson := x.Detect(s, 300, 400), p.Detect(s, 300, 400)
	for i := range pearson.Upperbound {
		if !(pearson.Upperbound[i] > package_.Upperbound[i]) {
			t.Fatalf("at %d: %g not above the package's %g", 300+i, pearson.Upperbound[i], package_.Upperbound[i])
		}
	}
}

func TestFarringtonDegenerate(t *testing.T) {
	for name, counts := range map[string][]float64{
		"all zero":         make([]float64, 400),
		"zero but the end": append(make([]float64, 399), 7),
		"huge":             append(drawn(11, 399, 5, 1), 1e12),
		"huge throughout":  drawnTimes(12, 400, 1e9),
	} {
		for _, d := range []Detector{NewFarrington(), NewFarringtonFlexible(), NewFarringtonPearson()} {
			r := d.Detect(weeks(counts...), 1, 400)
			for i := range r.Alarm {
				if math.IsInf(r.Upperbound[i], 0) || math.IsInf(r.Score[i], 0) || r.Alarm[i] == Raised && counts[i] == 0 {
					t.Fatalf("%s, %T at %d: bound %g, score %g, alarm %d", name, d, i+1, r.Upperbound[i], r.Score[i], r.Alarm[i])
				}
			}
		}
	}
}

func drawnTimes(seed uint64, n int, times float64) []float64 {
	counts := drawn(seed, n, 5, 1)
	for i := range counts {
		counts[i] *= times
	}
	return counts
}

func TestFarringtonValidate(t *testing.T) {
	minus := -1
	for i, change := range []func(*FarringtonFlexible){
		func(x *FarringtonFlexible) { x.B = 0 }, func(x *FarringtonFlexible) { x.W = -1 },
		func(x *FarringtonFlexible) { x.Alpha = 0 }, func(x *FarringtonFlexible) { x.ThresholdMethod = "new" },
		func(x *FarringtonFlexible) { x.Limit54 = []int{5} }, func(x *FarringtonFlexible) { x.Limit54 = []int{5, 0} },
		func(x *FarringtonFlexible) { x.PowerTrans = "3" }, func(x *FarringtonFlexible) { x.NoPeriods = 0 },
		func(x *FarringtonFlexible) { x.PastWeeksNotIncluded = &minus }, func(x *FarringtonFlexible) { x.PThresholdTrend = 2 },
		func(x *FarringtonFlexible) { x.WeightsThreshold = 0 },
	} {
		x := NewFarringtonFlexible()
		change(&x)
		if x.Validate() == nil {
			t.Errorf("change %d: no error", i)
		}
	}
	x := NewFarringtonFlexible()
	x.EpochAsDate = true
	if x.Fits(weeks(1, 2)) == nil {
		t.Error("by date without dates")
	}
	for _, f := range []Farrington{{B: 0, W: 3, Alpha: 0.1, Limit54: []int{5, 4}, PowerTrans: "2/3"}, {B: 3, W: 3, Alpha: 0.1, PowerTrans: "2/3"}} {
		if f.Validate() == nil {
			t.Errorf("no error for %+v", f)
		}
	}
}
