package algorithm

import (
	"errors"
	"math"
)

// factors are by what the counts of a series must be read, by point: weekday
// and exposure.
type factors struct {
	week     [7]float64
	first    int       // weekday of point 1
	exposure []float64 // of each point; none: 1 throughout
}

func (f factors) at(t int) float64 {
	factor := f.week[(f.first+t-1)%7]
	if t >= 1 && t <= len(f.exposure) {
		factor *= f.exposure[t-1]
	}
	return factor
}

// errNotDaily says that weekday factors were given for a series without weekdays.
var errNotDaily = errors.New("weekday: the series is not daily: want freq 365 or 7, or daily dates")

// fitsWeekday checks that there are weekdays where there are factors.
func fitsWeekday(s Series, weekday []float64) error {
	if len(weekday) > 0 && !s.Daily() {
		return errNotDaily
	}
	return nil
}

// Fits checks that the series is daily where there are weekday factors.
func (d NBScan) Fits(s Series) error { return fitsWeekday(s, d.Weekday) }

// Fits checks that the series is daily where there are weekday factors.
func (d NBScanPlain) Fits(s Series) error { return fitsWeekday(s, d.Weekday) }

// Fits checks that the series is daily where there are weekday factors.
func (d NBCusum) Fits(s Series) error { return fitsWeekday(s, d.Weekday) }

// Fits checks that the series is daily where there are weekday factors.
func (d Silence) Fits(s Series) error { return fitsWeekday(s, d.Weekday) }

// factors binds weekday factors, Monday first, to the series, scaled to a mean
// of 1; none means 1 throughout. It reports false for factors on a series that
// has no weekdays.
func (s Series) factors(weekday []float64) (factors, bool) {
	f := factors{week: [7]float64{1, 1, 1, 1, 1, 1, 1}, exposure: s.Exposure}
	if len(weekday) == 0 {
		return f, true
	}
	if !s.Daily() {
		return f, false
	}
	sum := 0.0
	for _, v := range weekday {
		sum += v
	}
	for i, v := range weekday {
		f.week[i] = v * 7 / sum
	}
	f.first = s.firstWeekday()
	return f, true
}

// validWeekday checks that factors are none or seven, and positive.
func validWeekday(method string, weekday []float64) error {
	if len(weekday) != 0 && len(weekday) != 7 {
		return &InvalidError{method, "weekday", "must hold seven factors, Monday first"}
	}
	for _, f := range weekday {
		if !(f > 0) || math.IsInf(f, 0) {
			return &InvalidError{method, "weekday", "must hold positive numbers"}
		}
	}
	return nil
}

// Weekday pools the weekday factors of many daily series, Monday first, with a
// mean of 1: reports per weekday over the mean, drawn towards 1 as if one more
// report had been seen per series and weekday. Missing counts and series that
// are not daily are left out.
func Weekday(series ...Series) [7]float64 {
	var reports, days [7]float64
	for _, s := range series {
		if !s.Daily() {
			continue
		}
		f := factors{first: s.firstWeekday()}
		for t := 1; t <= len(s.Counts); t++ {
			if y := s.at(t); !math.IsNaN(y) {
				d := (f.first + t - 1) % 7
				reports[d] += y
				days[d]++
			}
		}
	}
	return normalised(reports, days, float64(len(series)))
}

func normalised(reports, days [7]float64, prior float64) [7]float64 {
	var all, known float64
	for d := range reports {
		all += reports[d]
		known += days[d]
	}
	week := [7]float64{1, 1, 1, 1, 1, 1, 1}
	if all == 0 || known == 0 {
		return week
	}
	mean := all / known
	total := 0.0
	for d := range week {
		week[d] = (reports[d] + prior) / (days[d]*mean + prior)
		total += week[d]
	}
	for d := range week {
		week[d] *= 7 / total
	}
	return week
}
