package date

import "time"

// result settles what the collected numbers mean.
func (s *scanner) result() (time.Time, bool, bool) {
	year, month, day, ok := s.date()
	if !ok {
		return time.Time{}, false, false
	}
	if year >= 2400 && year < 2700 {
		year -= 543 // the Buddhist era, which Thai, Lao and Khmer dates may use
	}
	if year < minYear || year > maxYear || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return time.Time{}, false, false
	}
	if s.second < 0 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), true, true
	}
	hour := s.hour
	switch {
	case s.half == 2 && hour < 12:
		hour += 12
	case s.half == 1 && hour == 12:
		hour = 0
	}
	t := time.Date(year, time.Month(month), day, hour, s.minute, s.second, 0, time.UTC)
	t = t.Add(-time.Duration(s.offset) * time.Second)
	if !inRange(t) {
		return time.Time{}, false, false
	}
	return t, false, true
}

// date gives year, month and day from the numbers and the month's name.
func (s *scanner) date() (year, month, day int, ok bool) {
	f := s.fields
	if s.month > 0 {
		return s.named()
	}
	if len(f) == 0 || s.lost && len(f) < 3 {
		return 0, 0, 0, false
	}
	if f[0].digits == 4 || f[0].value > 31 && len(f) == 3 { // year first
		year, month, day = full(f[0]), 1, 1
		if len(f) > 1 {
			month = f[1].value
		}
		if len(f) > 2 {
			day = f[2].value
		}
		return year, month, day, f[0].digits == 4 || len(f) == 3
	}
	if len(f) != 3 || f[1].digits == 4 {
		return 0, 0, 0, false
	}
	day, month, year = f[0].value, f[1].value, full(f[2])
	// With slashes and a twelve-hour clock it is an American who writes.
	if month > 12 || s.order == '/' && s.half > 0 && day <= 12 {
		day, month = month, day
	}
	return year, month, day, true
}

// named gives a date whose month is a word: the year is the number of four
// digits, or that above 31, or the last.
func (s *scanner) named() (year, month, day int, ok bool) {
	f := s.fields
	switch len(f) {
	case 1:
		if f[0].digits == 4 {
			return f[0].value, s.month, 1, true
		}
	case 2, 3:
		y := len(f) - 1
		for i := range f {
			if f[i].digits == 4 || f[i].value > 31 {
				y = i
				break
			}
		}
		d := 0
		if y == 0 {
			d = 1
		}
		return full(f[y]), s.month, f[d].value, true
	}
	return 0, 0, 0, false
}

// full completes a year of two digits as POSIX does.
func full(f field) int {
	switch {
	case f.digits > 2:
		return f.value
	case f.value < 69:
		return 2000 + f.value
	}
	return 1900 + f.value
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
